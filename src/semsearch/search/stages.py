"""Where the time of a question goes."""

from __future__ import annotations

from time import perf_counter


class Stages:
    """A stopwatch that is told when a stage ends; the next one begins there.

    Attributes:
        took: Milliseconds by stage, in the order in which they were first passed. A question passes ``read``
            (its words, synonyms and language), ``route`` (what it names), ``encode``, ``meaning`` (nearest
            vectors), ``words`` (BM25), ``score`` (all evidence together), ``rerank`` and ``dress`` (metadata,
            evidence, marks), less those that its mode does not need.
    """

    def __init__(self) -> None:
        self.took: dict[str, float] = {}
        self._since = perf_counter()

    def end(self, stage: str) -> None:
        """What was done since the last stage ended was this one."""
        now = perf_counter()
        self.took[stage] = self.took.get(stage, 0.0) + (now - self._since) * 1000
        self._since = now
