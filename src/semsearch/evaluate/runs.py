"""What was returned, as TREC's run files: a line a hit with question, Q0, paper, rank, score and tag."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from semsearch.errors import EvaluationError
from semsearch.evaluate.judged import lines

DEPTH = 100  # hits a question that are asked for and measured: what recall@100 needs

Run = Mapping[str, Mapping[str, float]]
"""Score by question id and paper id, best first: `DEPTH` for the first, one less for each next.

These are ranks, not the scores of the search: trec_eval would order equal scores by paper id.
"""


def ranked(documents: list[str]) -> dict[str, float]:
    """The hits of one question, given best first, as a `Run` holds them."""
    return {document: float(DEPTH - i) for i, document in enumerate(documents[:DEPTH])}


def read_run(path: Path) -> Run:
    """Read a run file, by semsearch or any other tool of the field.

    The order is that of the scores, and of equal scores that of trec_eval: the greater id first. The first
    100 papers of each question are kept, so that a longer list is not measured deeper than another.

    Raises:
        EvaluationError: Names the line that is no hit, or that repeats one.
    """
    scores: dict[str, dict[str, float]] = {}
    for number, line in lines(path):
        where = f"{path}:{number}"
        try:
            question, _, document, _, text, _ = line.split()
            score = float(text)
            if math.isnan(score):
                raise ValueError("not a number")
        except ValueError as error:
            raise EvaluationError(
                "is not a line of a run file.",
                where=where,
                hint="Each holds six fields: question Q0 paper rank score tag.",
            ) from error
        of_question = scores.setdefault(question, {})
        if document in of_question:
            raise EvaluationError(
                f"names the paper {document!r} a second time for question {question!r}.", where=where
            )
        of_question[document] = score
    return {
        question: ranked(sorted(sorted(found, reverse=True), key=lambda document: -found[document]))
        for question, found in scores.items()
    }


def write_run(path: Path, run: Run, tag: str = "semsearch") -> None:
    """Write a run file.

    Raises:
        EvaluationError: An id holds a blank, which separates the fields of such a file.
    """
    rows = []
    for question, documents in run.items():
        for rank, (document, score) in enumerate(documents.items(), 1):
            for identifier in (question, document):
                if identifier.split() != [identifier]:
                    raise EvaluationError(
                        f"cannot hold the id {identifier!r}: blanks separate its fields.",
                        where=path,
                        hint="Give questions and papers ids without blanks.",
                    )
            rows.append(f"{question} Q0 {document} {rank} {score:g} {tag}\n")
    path.write_text("".join(rows), encoding="utf-8")
