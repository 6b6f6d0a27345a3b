"""Questions asked of a real index, and their measures against values computed by hand."""

from __future__ import annotations

import sys
from dataclasses import replace
from math import log2
from pathlib import Path

import pytest

from semsearch.errors import EvaluationError, MissingExtra
from semsearch.evaluate import Question, evaluate, judge, measure
from semsearch.evaluate.evaluation import percentile
from semsearch.index.build import build
from semsearch.index.generation import open_generation
from semsearch.index.store import Store
from semsearch.paper import Version
from semsearch.search import Searcher
from tests.support import CORPUS, WordEncoder

QRELS = {"q": {"a": 3, "b": 1, "c": 0, "d": 2}}
RUN = {"q": {"c": 9.0, "a": 8.0, "x": 7.0, "b": 6.0}}  # ranks: c, a, x, b; d is missed


def test_measures_by_hand() -> None:
    dcg = 3 / log2(3) + 1 / log2(5)
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    figures = measure(QRELS, RUN)["q"]
    assert figures["ndcg@10"] == pytest.approx(dcg / ideal)
    assert figures["recall@100"] == pytest.approx(2 / 3)
    assert figures["mrr@10"] == pytest.approx(1 / 2)
    assert figures["map"] == pytest.approx((1 / 2 + 2 / 4) / 3)


def test_cut_offs_by_hand() -> None:
    run = {"q": {f"p{rank}": 200.0 - rank for rank in range(1, 121)}}
    figures = measure({"q": {"p11": 1, "p100": 1, "p101": 1}}, run)["q"]
    assert figures["ndcg@10"] == figures["mrr@10"] == 0
    assert figures["recall@100"] == pytest.approx(2 / 3)


def test_a_question_without_an_answer_counts_as_0() -> None:
    assert measure({"q": {"a": 1}}, {"q": {}})["q"] == {"ndcg@10": 0, "recall@100": 0, "mrr@10": 0, "map": 0}


def test_only_judged_questions_are_asked(searcher: Searcher) -> None:
    questions = [
        Question("1", "generative adversarial nets"),
        Question("2", "unjudged"),
        Question("3", "no good"),
    ]
    asked: list[int] = []
    figures = evaluate(searcher, questions, {"1": {"gan": 1}, "3": {"gan": 0}}, advance=asked.append)
    assert {*figures.run} == {"1"}
    assert asked == [1]
    assert figures.measures["mrr@10"] == 1
    assert (figures.first("1"), figures.right("1")) == ("gan", True)
    assert figures.titles["gan"] == "Generative Adversarial Nets"


def test_a_missing_library_is_named_before_a_question_is_asked(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    asked: list[int] = []
    with pytest.raises(MissingExtra, match=r"ir-measures") as caught:
        evaluate(searcher, [Question("1", "nets")], {"1": {"gan": 1}}, advance=asked.append)
    assert "semsearch[evaluate]" in caught.value.hint
    assert asked == []


def test_related_papers_are_measured_without_their_seed(searcher: Searcher) -> None:
    figures = evaluate(
        searcher, [Question("1", "", "bahdanau")], {"1": {"curriculum": 1, "bahdanau": 3}}, related=True
    )
    assert "bahdanau" not in figures.run["1"]
    assert 0 < figures.measures["ndcg@10"] < 1
    with pytest.raises(EvaluationError, match="question 2: names no seed paper"):
        evaluate(searcher, [Question("2", "x")], {"2": {"gan": 1}}, related=True)


def test_the_means_and_intervals_of_a_run_that_was_made_before() -> None:
    qrels = {"hit": {"a": 1}, "miss": {"a": 1}, "absent": {"a": 1}}
    questions = [Question(name, name) for name in ("hit", "miss", "absent", "unjudged")]
    figures = judge({"hit": {"a": 100.0}, "miss": {"b": 100.0}}, questions, qrels)
    document = figures.to_dict()
    assert (document["queries"], document["took_ms"]) == (3, None)
    assert document["map"] == pytest.approx(1 / 3, abs=1e-6)
    # Of 27 ways to draw three questions, 8 have no hit and 1 has three: the middle 95% is all there is.
    assert document["intervals"]["map"] == [0, 1]
    assert (figures.first("absent"), figures.right("miss")) == (None, False)


def test_a_run_for_other_questions_is_an_error() -> None:
    with pytest.raises(EvaluationError, match=r"old\.run: answers none of the judged questions"):
        judge({"9": {"a": 1.0}}, [Question("1", "x")], {"1": {"a": 1}}, where="old.run")


def test_questions_that_judge_nothing_are_an_error(searcher: Searcher) -> None:
    with pytest.raises(EvaluationError, match="no question has a relevant paper"):
        evaluate(searcher, [Question("1", "x")], {"2": {"gan": 1}})


def test_percentiles_are_linear_between_neighbours() -> None:
    assert percentile((40.0, 10.0, 20.0, 30.0), 50) == pytest.approx(25)
    assert percentile((7.0,), 95) == 7


def test_a_judgment_of_a_record_that_was_merged_counts_for_the_paper(tmp_path: Path) -> None:
    double = replace(CORPUS[0], id="double")
    merged = replace(
        CORPUS[0], versions=(Version(CORPUS[0].id, CORPUS[0].title), Version("double", double.title))
    )
    build([merged, *CORPUS[1:]], tmp_path, encoder=WordEncoder())
    searcher = Searcher(open_generation(Store(tmp_path)), WordEncoder())
    asked = [Question("q", CORPUS[0].title)]
    for judgments in ({"double": 2}, {"double": 2, CORPUS[0].id: 1}, {"double": 1, CORPUS[0].id: 2}):
        assert evaluate(searcher, asked, {"q": judgments}).measures["ndcg@10"] == 1
    assert searcher.paper("double").id == CORPUS[0].id
