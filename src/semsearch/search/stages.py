"""Where the time of a question goes."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import ClassVar


class Stages:
    """A stopwatch that is told when a stage ends; the next one begins there.

    Attributes:
        clock: Gives seconds; a benchmark may count those of the processor instead.
        took: Milliseconds by stage, in the order in which they came. A question has ``read`` (its language,
            synonyms and translation), ``route`` (the papers it names), ``encode`` (the first question also
            loads the encoder), ``meaning`` (the nearest vectors), ``words`` (BM25), ``score`` (all evidence
            on the candidates), ``rerank`` and ``dress`` (metadata, evidence, marks), less those that its
            mode does not need.
    """

    clock: ClassVar[Callable[[], float]] = perf_counter

    def __init__(self) -> None:
        self.took: dict[str, float] = {}
        self._since = Stages.clock()

    def end(self, stage: str) -> None:
        """All since the last stage ended was this one."""
        now = Stages.clock()
        self.took[stage] = self.took.get(stage, 0.0) + (now - self._since) * 1000
        self._since = now
