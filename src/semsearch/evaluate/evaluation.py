"""Questions asked, answers measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, quantiles
from typing import Any

import numpy as np

from semsearch.errors import EvaluationError
from semsearch.evaluate.chance import Figures, intervals
from semsearch.evaluate.judged import Qrels, Question, judged
from semsearch.evaluate.measures import MEASURES, library, measure
from semsearch.evaluate.runs import DEPTH, Run, ranked
from semsearch.index.papers import PaperTable
from semsearch.search import Mode, Results, Searcher


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of one run over all judged questions.

    Attributes:
        per_question: Each measure of each question, by question id.
        run: What was returned.
        took_ms: Milliseconds of each question; empty when the run was read from a file.
        titles: Of the papers of the run, by id; none when it was read from a file.
    """

    per_question: Mapping[str, Mapping[str, float]]
    run: Run
    took_ms: tuple[float, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def measures(self) -> dict[str, float]:
        """Mean of each measure, by the name the command line prints."""
        return {name: fmean(values[name] for values in self.per_question.values()) for name in MEASURES}

    @property
    def figures(self) -> Figures:
        """The measures of every question, shape ``(questions, measures)``."""
        return np.array([[values[name] for name in MEASURES] for values in self.per_question.values()])

    def intervals(self) -> dict[str, tuple[float, float]]:
        """The 95% interval of each mean; see `semsearch.evaluate.chance.intervals`."""
        ends = intervals(self.figures).tolist()
        return {name: (low, high) for name, (low, high) in zip(MEASURES, ends, strict=True)}

    def first(self, question: str) -> str | None:
        """Id of the paper that came first for a question."""
        return next(iter(self.run.get(question, ())), None)

    def right(self, question: str) -> bool:
        """Whether the paper that came first is relevant, which is what a reciprocal rank of 1 says."""
        return self.per_question[question]["mrr@10"] == 1

    def to_dict(self) -> dict[str, Any]:
        """The document that ``semsearch evaluate --json`` prints."""
        took = {f"p{p}": round(percentile(self.took_ms, p), 2) for p in (50, 95)} if self.took_ms else None
        return {
            "queries": len(self.per_question),
            **{name: round(value, 6) for name, value in self.measures.items()},
            "took_ms": took,
            "intervals": {
                name: [round(low, 6), round(high, 6)] for name, (low, high) in self.intervals().items()
            },
        }


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
        EvaluationError: No question has a relevant paper, or one lacks its seed paper.
        MissingExtra: ir-measures is not installed.
    """
    qrels = _as_merged(qrels, searcher.generation.papers)
    asked = judged(questions, qrels)
    library()  # if it is missing, that is to be known before the questions are asked
    if mode != "lexical" and not related:
        _ = searcher.encoder  # loading it is no part of a question's time
    run: dict[str, dict[str, float]] = {}
    took: list[float] = []
    titles: dict[str, str] = {}
    for question in asked:
        results = _ask(searcher, question, mode, related=related)
        took.append(results.took_ms)
        run[question.id] = ranked([hit.paper.id for hit in results])
        titles.update((hit.paper.id, hit.paper.title) for hit in results)
        advance(1)
    return Evaluation(_measured(asked, qrels, run), run, tuple(took), titles)


def judge(run: Run, questions: list[Question], qrels: Qrels, *, where: object = "") -> Evaluation:
    """Measure a run that was made before; a question that it does not answer scores 0.

    Args:
        run: As `read_run` gives it.
        questions: Those without a judgment do not count.
        qrels: The judgments.
        where: Names the run in an error.

    Raises:
        EvaluationError: No question has a relevant paper, or the run answers none that has.
        MissingExtra: ir-measures is not installed.
    """
    asked = judged(questions, qrels)
    if not any(question.id in run for question in asked):
        raise EvaluationError(
            "answers none of the judged questions.",
            where=where,
            hint="Was it written for other questions? Their ids must be the same.",
        )
    return Evaluation(_measured(asked, qrels, run), run)


def percentile(values: Sequence[float], p: int) -> float:
    """The ``p``-th percentile, linearly between neighbours."""
    return quantiles(values, n=100, method="inclusive")[p - 1] if len(values) > 1 else values[0]


def _measured(asked: list[Question], qrels: Qrels, run: Run) -> dict[str, dict[str, float]]:
    return measure({question.id: qrels[question.id] for question in asked}, run)


def _as_merged(qrels: Qrels, papers: PaperTable) -> Qrels:
    """The judgments, each of the paper that a record is in the index; of one paper the best counts."""
    ids = papers.ids()
    known = set(ids)
    given = {paper for grades in qrels.values() for paper in grades}
    names = {paper: ids[row] for paper in given - known for row in papers.absorbed(paper)[:1]}
    merged: dict[str, dict[str, int]] = {}
    for question, grades in qrels.items():
        of_one = merged[question] = {}
        for paper, grade in grades.items():
            name = names.get(paper, paper)
            of_one[name] = max(grade, of_one.get(name, grade))
    return merged


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
