"""Questions and judgments, and the lines that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.errors import EvaluationError
from semsearch.evaluate import Question, judged, read_qrels, read_questions


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


def test_only_questions_with_a_relevant_paper_are_judged() -> None:
    questions = [Question("1", "a"), Question("2", "b"), Question("3", "c")]
    assert judged(questions, {"2": {"x": 2, "y": 0}, "3": {"x": 0, "y": -1}}) == [questions[1]]
    with pytest.raises(EvaluationError, match="no question has a relevant paper"):
        judged(questions, {"4": {"x": 1}})
