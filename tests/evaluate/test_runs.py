"""Run files: what is written is what any tool of the field reads, and theirs is what we read."""

from __future__ import annotations

from pathlib import Path

import ir_measures
import numpy as np
import pytest
from ir_measures import AP, RR, R, nDCG

from semsearch.errors import EvaluationError
from semsearch.evaluate import Question, evaluate, judge, measure, read_run, write_run
from semsearch.search import Searcher

QRELS = {"1": {"gan": 2, "quicksort": 1}, "2": {"curriculum": 1}, "3": {"bahdanau": 1}}
QUESTIONS = [Question("1", "a forger and a detective"), Question("2", "pupils"), Question("3", "alignment")]


def _by_ir_measures(path: Path) -> dict[str, float]:
    measures = {nDCG @ 10: "ndcg@10", R @ 100: "recall@100", RR @ 10: "mrr@10", AP: "map"}
    run = ir_measures.read_trec_run(str(path))  # type: ignore[no-untyped-call]
    found = ir_measures.calc_aggregate(list(measures), QRELS, run)
    return {name: found[each] for each, name in measures.items()}


def test_a_run_that_was_written_has_the_same_figures_in_ir_measures(
    searcher: Searcher, tmp_path: Path
) -> None:
    figures = evaluate(searcher, QUESTIONS, QRELS, mode="dense")
    write_run(tmp_path / "run", figures.run)
    assert _by_ir_measures(tmp_path / "run") == pytest.approx(figures.measures)
    assert read_run(tmp_path / "run") == figures.run
    assert judge(read_run(tmp_path / "run"), QUESTIONS, QRELS).measures == figures.measures


def test_the_order_is_that_of_scores_and_then_that_of_trec_eval(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.write_text("1 Q0 gan 1 0.5 x\n1 Q0 zebra 2 0.5 x\n1 Q0 quicksort 3 2e0 x\n\n3 Q0 bahdanau 1 -7 x\n")
    run = read_run(path)
    assert {question: list(found) for question, found in run.items()} == {
        "1": ["quicksort", "zebra", "gan"],
        "3": ["bahdanau"],
    }
    figures = measure(QRELS, run)
    means = {name: np.mean([values[name] for values in figures.values()]) for name in figures["1"]}
    assert _by_ir_measures(path) == pytest.approx(means)


def test_only_the_first_100_are_measured(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.write_text("".join(f"1 Q0 p{rank} {rank} {1000 - rank} deep\n" for rank in range(1, 301)))
    assert list(read_run(path)["1"]) == [f"p{rank}" for rank in range(1, 101)]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("1 Q0 gan 1 best x", "six fields"),
        ("1 Q0 gan 1 nan x", "six fields"),
        ("1 gan 0.5", "six fields"),
        ("1 Q0 two words 1 0.5 x", "six fields"),
        ("1 Q0 first 2 0.4 x", "a second time"),
    ],
)
def test_a_line_that_is_no_hit_is_named(tmp_path: Path, line: str, why: str) -> None:
    path = tmp_path / "old.run"
    path.write_text(f"1 Q0 first 1 0.9 x\n{line}\n")
    with pytest.raises(EvaluationError, match=rf"old\.run:2.*{why}"):
        read_run(path)


def test_an_id_with_a_blank_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"'10\.1/a b'"):
        write_run(tmp_path / "run", {"1": {"10.1/a b": 1.0}})
    assert not (tmp_path / "run").exists()
