"""The papers that came last: what a feed shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from semsearch.index.generation import Generation
from semsearch.index.vectors import Mask
from semsearch.paper import Paper

LISTED = 50
_BUILDS = 30  # a month of nightly builds; whoever reads a feed comes by more often


@dataclass(frozen=True, slots=True)
class Arrival:
    """A paper, and when it came.

    Attributes:
        paper: The paper.
        added: When the build that brought it wrote it down, in seconds since 1970-01-01 UTC.
    """

    paper: Paper
    added: int


def by_build(generation: Generation, allowed: Mask, question: str | None) -> Iterator[tuple[int, Mask]]:
    """When each build wrote papers down, and which these are; the latest build first.

    Args:
        generation: The index.
        allowed: Which papers are considered, shape ``(papers,)``.
        question: With one, the last 30 builds are all there is, because each is asked by itself.
    """
    times = generation.added[allowed]
    # Most papers stand beside others of their build: one of each row of these is put in order, not a million.
    builds = np.unique(times[np.flatnonzero(np.diff(times, prepend=-1))])[::-1]
    for added in (builds if question is None else builds[:_BUILDS]).tolist():
        yield added, allowed & (generation.added == added)
