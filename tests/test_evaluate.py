"""Measures against values computed by hand."""

from __future__ import annotations

from math import log2
from pathlib import Path

import pytest

from semsearch.errors import EvaluationError
from semsearch.evaluate import Question, evaluate, measure, read_qrels, read_questions
from semsearch.search import Searcher


def test_measures_by_hand() -> None:
    qrels = {"q": {"a": 3, "b": 1, "c": 0, "d": 2}}
    run = {"q": {"c": 9.0, "a": 8.0, "x": 7.0, "b": 6.0}}  # ranks: c, a, x, b; d is missed
    dcg = 3 / log2(3) + 1 / log2(5)
    ideal = 3 / log2(2) + 2 / log2(3) + 1 / log2(4)
    figures = measure(qrels, run)["q"]
    assert figures["ndcg@10"] == pytest.approx(dcg / ideal)
    assert figures["recall@100"] == pytest.approx(2 / 3)
    assert figures["mrr@10"] == pytest.approx(1 / 2)
    assert figures["map"] == pytest.approx((1 / 2 + 2 / 4) / 3)


def test_a_question_without_an_answer_counts_as_0() -> None:
    assert measure({"q": {"a": 1}}, {"q": {}})["q"] == {"ndcg@10": 0, "recall@100": 0, "mrr@10": 0, "map": 0}


def test_only_judged_questions_are_asked(searcher: Searcher) -> None:
    questions = [
        Question("1", "generative adversarial nets"),
        Question("2", "unjudged"),
        Question("3", "no good"),
    ]
    figures = evaluate(searcher, questions, {"1": {"gan": 1}, "3": {"gan": 0}})
    assert {*figures.run} == {"1"}
    assert figures.measures["mrr@10"] == 1


def test_related_papers_are_measured_without_their_seed(searcher: Searcher) -> None:
    figures = evaluate(
        searcher, [Question("1", "", "bahdanau")], {"1": {"curriculum": 1, "bahdanau": 3}}, related=True
    )
    assert "bahdanau" not in figures.run["1"]
    assert 0 < figures.measures["ndcg@10"] < 1


def test_judgments_with_headings_and_in_the_form_of_trec(tmp_path: Path) -> None:
    path = tmp_path / "qrels"
    path.write_text("query-id\tdoc-id\tgrade\n1\t10.1/a b\t2\n1\tx\t-1\n")
    assert read_qrels(path) == {"1": {"10.1/a b": 2, "x": -1}}
    path.write_text("1 0 x 1\n2 0 y 0\n")
    assert read_qrels(path) == {"1": {"x": 1}, "2": {"y": 0}}


@pytest.mark.parametrize("content", ["1\tx\tgood\n1\ty\tbad\n", "a\tb\tc\n1 2\n", "h\th\th\n1\t2\n"])
def test_a_line_that_is_no_judgment_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "qrels.tsv"
    path.write_text(content)
    with pytest.raises(EvaluationError, match=r"qrels\.tsv:2"):
        read_qrels(path)


@pytest.mark.parametrize("line", ["no json", "[1]", '{"id": 1}'])
def test_a_line_that_is_no_question_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('{"id": 1, "text": "how?"}\n' + line + "\n")
    with pytest.raises(EvaluationError, match=r"questions\.jsonl:2"):
        read_questions(path)


def test_questions_that_judge_nothing_are_an_error(searcher: Searcher) -> None:
    with pytest.raises(EvaluationError, match="no question has a relevant paper"):
        evaluate(searcher, [Question("1", "x")], {"2": {"gan": 1}})
