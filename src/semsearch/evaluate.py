"""Judged questions to figures: nDCG, recall, reciprocal rank, average precision, latency, TREC run files.

The measures are computed by ir-measures (on top of trec_eval), not here. nDCG is trec_eval's: the gain is
the grade itself, discounted by log2(rank + 1).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any

from semsearch.errors import EvaluationError, MissingExtra
from semsearch.search import Mode, Results, Searcher

DEPTH = 100  # hits asked for per question: what recall@100 needs

Qrels = Mapping[str, Mapping[str, int]]
"""Grade by question id and document id; above 0 is relevant."""

Run = Mapping[str, Mapping[str, float]]
"""Score by question id and document id."""


@dataclass(frozen=True, slots=True)
class Question:
    """One judged question; ``seed`` is the paper it stands for when related papers are judged."""

    id: str
    text: str
    seed: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of one run over all judged questions.

    Attributes:
        measures: Mean of each measure, by the name the command line prints.
        per_question: The same for every question.
        took_ms: Milliseconds of each question.
        run: What was returned.
    """

    measures: Mapping[str, float]
    per_question: Mapping[str, Mapping[str, float]]
    took_ms: tuple[float, ...]
    run: Run

    def to_dict(self) -> dict[str, Any]:
        """The document that ``semsearch evaluate --json`` prints."""
        p50, p95 = (percentile(self.took_ms, p) for p in (50, 95))
        return {
            "queries": len(self.per_question),
            **{name: round(value, 6) for name, value in self.measures.items()},
            "took_ms": {"p50": round(p50, 2), "p95": round(p95, 2)},
        }


def read_questions(path: Path) -> list[Question]:
    """Read questions, one JSON object a line with ``id`` and ``text`` (and ``doc_id`` for related papers).

    Raises:
        EvaluationError: Names the line that is no question.
    """
    questions = []
    for number, line in _lines(path):
        try:
            record = json.loads(line)
            seed = record.get("doc_id")
            question = Question(str(record["id"]), str(record["text"]), None if seed is None else str(seed))
        except (ValueError, KeyError, AttributeError) as error:
            raise EvaluationError(
                "is not a question.",
                where=f"{path}:{number}",
                hint='Each line holds one object: {"id": "1", "text": "how do agents plan?"}',
            ) from error
        questions.append(question)
    return questions


def read_qrels(path: Path) -> Qrels:
    """Read judgments: question id, document id and grade, separated by tabs, below a line of headings.

    TREC's own form (question, iteration, document, grade, separated by blanks, no headings) is read too.

    Raises:
        EvaluationError: Names the line that is no judgment.
    """
    qrels: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        fields = line.split("\t") if "\t" in line else line.split()
        question, document, grade = fields[0], fields[-2] if len(fields) > 2 else "", fields[-1]
        if number == 1 and not grade.lstrip("-").isdigit():
            continue
        if len(fields) not in {3, 4} or not grade.lstrip("-").isdigit():
            raise EvaluationError(
                "is not a judgment.",
                where=f"{path}:{number}",
                hint="Each line holds: query-id, doc-id and grade, separated by tabs.",
            )
        qrels.setdefault(question, {})[document] = int(grade)
    return qrels


def evaluate(
    searcher: Searcher,
    questions: list[Question],
    qrels: Qrels,
    *,
    mode: Mode = "auto",
    related: bool = False,
    advance: Callable[[int], None] = lambda _: None,
) -> Evaluation:
    """Ask every judged question and measure what comes back.

    Args:
        searcher: Answers.
        questions: Those without a judgment are not asked.
        qrels: The judgments.
        mode: As in `Searcher.search`.
        related: Measure `Searcher.related` from each question's seed paper instead.
        advance: Called with 1 after each question.

    Raises:
        EvaluationError: No question has a judgment, or one lacks its seed paper.
        MissingExtra: ir-measures is not installed.
    """
    judged = [question for question in questions if any(g > 0 for g in qrels.get(question.id, {}).values())]
    if not judged:
        raise EvaluationError(
            "no question has a relevant paper.", hint="Do the ids of questions and judgments belong together?"
        )
    run: dict[str, dict[str, float]] = {}
    took: list[float] = []
    for question in judged:
        results = _ask(searcher, question, mode, related=related)
        took.append(results.took_ms)
        # Ranks, not scores: trec_eval would order equal scores by document id.
        run[question.id] = {hit.paper.id: float(DEPTH - i) for i, hit in enumerate(results)}
        advance(1)
    per_question = measure({question.id: qrels[question.id] for question in judged}, run)
    names = next(iter(per_question.values()))
    means = {name: fmean(values[name] for values in per_question.values()) for name in names}
    return Evaluation(means, per_question, tuple(took), run)


def measure(qrels: Qrels, run: Run) -> dict[str, dict[str, float]]:
    """Each measure of each judged question; a question with no answer scores 0.

    Raises:
        MissingExtra: ir-measures is not installed.
    """
    try:
        import ir_measures
        from ir_measures import AP, RR, R, nDCG
    except ImportError as error:
        raise MissingExtra("ir-measures", "evaluate") from error
    measures = {"ndcg@10": nDCG @ 10, "recall@100": R @ 100, "mrr@10": RR @ 10, "map": AP}
    names = {value: name for name, value in measures.items()}
    figures = {question: dict.fromkeys(measures, 0.0) for question in qrels}
    for metric in ir_measures.iter_calc(list(measures.values()), qrels, run):
        if metric.query_id in figures:
            figures[metric.query_id][names[metric.measure]] = metric.value
    return figures


def write_run(path: Path, run: Run, tag: str = "semsearch") -> None:
    """Write a TREC run file: question, Q0, document, rank, score, tag."""
    with path.open("w", encoding="utf-8") as stream:
        for question, documents in run.items():
            ranked = sorted(documents.items(), key=lambda item: -item[1])
            for rank, (document, score) in enumerate(ranked, 1):
                stream.write(f"{question} Q0 {document} {rank} {score:g} {tag}\n")


def percentile(values: tuple[float, ...], p: int) -> float:
    """The ``p``-th percentile, linearly between neighbours."""
    return quantiles(values, n=100, method="inclusive")[p - 1] if len(values) > 1 else values[0]


def _ask(searcher: Searcher, question: Question, mode: Mode, *, related: bool) -> Results:
    if not related:
        return searcher.search(question.text, DEPTH, mode=mode)
    if question.seed is None:
        raise EvaluationError(
            "names no seed paper.",
            where=f"question {question.id}",
            hint='With --related each question needs a "doc_id".',
        )
    return searcher.related(question.seed, DEPTH)


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(f"cannot be read ({error}).", where=path) from error
    return [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
