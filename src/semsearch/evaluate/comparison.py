"""Two runs over the same questions: how far apart, whether that is more than chance, and where it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from semsearch.evaluate.chance import intervals, p_value
from semsearch.evaluate.evaluation import Evaluation
from semsearch.evaluate.judged import Question
from semsearch.evaluate.measures import MEASURES

SIGNIFICANT = 0.05  # a p-value from here on is no more than chance
CHANGED_BY = "ndcg@10"  # the measure by which questions changed


@dataclass(frozen=True, slots=True)
class Difference:
    """What one measure gains from A to B.

    Attributes:
        mean: Mean of B less mean of A.
        interval: The 95% interval of that, by the bootstrap.
        p: Of the paired randomisation test.
        better: Questions that gain.
        worse: Questions that lose.
    """

    mean: float
    interval: tuple[float, float]
    p: float
    better: int
    worse: int

    @property
    def significant(self) -> bool:
        """Whether it is more than chance."""
        return self.p < SIGNIFICANT

    def to_dict(self) -> dict[str, Any]:
        """The difference as ``--json`` gives it."""
        return {
            "difference": round(self.mean, 6),
            "interval": [round(end, 6) for end in self.interval],
            "p": float(f"{self.p:.4g}"),
            "better": self.better,
            "worse": self.worse,
        }


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two evaluations over the same questions.

    Attributes:
        names: Of A and B.
        a: One.
        b: The other.
        differences: By measure, what B gains over A.
        changed: The questions whose nDCG@10 changed most, most first.
    """

    names: tuple[str, str]
    a: Evaluation
    b: Evaluation
    differences: Mapping[str, Difference]
    changed: tuple[Question, ...]

    def change(self, question: Question) -> tuple[float, float]:
        """nDCG@10 of a question in A and in B."""
        before, after = (side.per_question[question.id][CHANGED_BY] for side in (self.a, self.b))
        return before, after

    def title(self, paper: str) -> str | None:
        """Title of a paper, when one of the sides knows it."""
        return self.a.titles.get(paper) or self.b.titles.get(paper)

    def to_dict(self) -> dict[str, Any]:
        """The document that ``semsearch evaluate --compare A B --json`` prints."""
        return {
            "queries": len(self.a.per_question),
            "a": {"name": self.names[0], **self.a.to_dict()},
            "b": {"name": self.names[1], **self.b.to_dict()},
            "differences": {name: difference.to_dict() for name, difference in self.differences.items()},
            "changed": [self._changed(question) for question in self.changed],
        }

    def _changed(self, question: Question) -> dict[str, Any]:
        before, after = self.change(question)
        return {
            "id": question.id,
            "text": question.text,
            "change": round(after - before, 6),
            "a": {CHANGED_BY: round(before, 6), "first": self._first(self.a, question)},
            "b": {CHANGED_BY: round(after, 6), "first": self._first(self.b, question)},
        }

    def _first(self, side: Evaluation, question: Question) -> dict[str, Any] | None:
        paper = side.first(question.id)
        if paper is None:
            return None
        return {"id": paper, "title": self.title(paper), "relevant": side.right(question.id)}


def compare(
    questions: list[Question], names: tuple[str, str], a: Evaluation, b: Evaluation, *, changed: int = 10
) -> Comparison:
    """Hold two evaluations over the same questions against each other.

    Args:
        questions: With their texts; those that were not evaluated do not count.
        names: Of A and B.
        a: One.
        b: The other.
        changed: How many of the questions that changed most are listed.

    Raises:
        ValueError: They are not of the same questions.
    """
    if list(a.per_question) != list(b.per_question):
        raise ValueError("two evaluations can only be compared over the same questions")
    gains = b.figures - a.figures
    ends = intervals(gains).tolist()
    differences = {
        name: Difference(
            mean=float(gains[:, i].mean()),
            interval=(ends[i][0], ends[i][1]),
            p=p_value(gains[:, i]),
            better=int((gains[:, i] > 0).sum()),
            worse=int((gains[:, i] < 0).sum()),
        )
        for i, name in enumerate(MEASURES)
    }
    by_id = {question.id: question for question in questions}
    gained = gains[:, MEASURES.index(CHANGED_BY)]
    order = np.argsort(-np.abs(gained), kind="stable")[: np.count_nonzero(gained)][:changed]
    asked = list(a.per_question)
    return Comparison(names, a, b, differences, tuple(by_id[asked[i]] for i in order))
