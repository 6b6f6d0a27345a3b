"""Questions and judgments: what is asked, and which papers answer it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from semsearch.errors import EvaluationError

_GRADE = re.compile(r"-?[0-9]{1,9}")

Qrels = Mapping[str, Mapping[str, int]]
"""Grade by question id and paper id; above 0 is relevant."""


@dataclass(frozen=True, slots=True)
class Question:
    """One judged question; ``seed`` is the paper it stands for when related papers are judged."""

    id: str
    text: str
    seed: str | None = None


def read_questions(path: Path) -> list[Question]:
    """Read questions, one JSON object a line with ``id`` and ``text`` (and ``doc_id`` for related papers).

    Raises:
        EvaluationError: Names the line that is no question.
    """
    questions = []
    for number, line in lines(path):
        try:
            record = json.loads(line)
            seed = record.get("doc_id")
            question = Question(str(record["id"]), str(record["text"]), None if seed is None else str(seed))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise EvaluationError(
                "is not a question.",
                where=f"{path}:{number}",
                hint='Each line holds one object: {"id": "1", "text": "how do agents plan?"}',
            ) from error
        questions.append(question)
    return questions


def read_qrels(path: Path) -> Qrels:
    """Read judgments: question id, paper id and grade, separated by tabs, below a line of headings.

    TREC's own form (question, iteration, paper, grade, separated by blanks, no headings) is read too.

    Raises:
        EvaluationError: Names the line that is no judgment.
    """
    qrels: dict[str, dict[str, int]] = {}
    for number, line in lines(path):
        fields = line.split("\t") if "\t" in line else line.split()
        question, document, grade = fields[0], fields[-2] if len(fields) > 2 else "", fields[-1]
        if number == 1 and not _GRADE.fullmatch(grade):
            continue
        if len(fields) not in {3, 4} or not _GRADE.fullmatch(grade):
            raise EvaluationError(
                "is not a judgment.",
                where=f"{path}:{number}",
                hint="Each line holds: query-id, doc-id and grade, separated by tabs.",
            )
        qrels.setdefault(question, {})[document] = int(grade)
    return qrels


def judged(questions: list[Question], qrels: Qrels) -> list[Question]:
    """The questions that have a relevant paper; only these can be measured.

    Raises:
        EvaluationError: None has.
    """
    found = [question for question in questions if any(g > 0 for g in qrels.get(question.id, {}).values())]
    if not found:
        raise EvaluationError(
            "no question has a relevant paper.", hint="Do the ids of questions and judgments belong together?"
        )
    return found


def lines(path: Path) -> list[tuple[int, str]]:
    """The lines of a file that are not blank, with their numbers.

    Raises:
        EvaluationError: It cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"cannot be read ({error}).", where=path) from error
    return [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
