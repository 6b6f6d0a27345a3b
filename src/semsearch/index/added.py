"""When each paper came into the index: what a feed of new papers goes by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semsearch.errors import IndexDamaged, IndexForeign, IndexMissing
from semsearch.index.manifest import MEND
from semsearch.index.papers import PaperTable
from semsearch.index.store import Store
from semsearch.paper import Paper

FILE = "added.npy"

Times = NDArray[np.int64]
"""Seconds since 1970-01-01 UTC, shape ``(papers,)``."""


def write(folder: Path, papers: Sequence[Paper], now: datetime, before: Mapping[str, int]) -> None:
    """Write when each paper came: ``now``, unless it was there before, by id."""
    stamp = seconds(now)
    np.save(folder / FILE, np.array([before.get(paper.id, stamp) for paper in papers], dtype=np.int64))


def seconds(now: datetime) -> int:
    """Since 1970-01-01 UTC."""
    return int(now.timestamp())


def opened(folder: Path, papers: int) -> Times:
    """When each of so many papers came.

    Raises:
        IndexDamaged: The file cannot be read, or is of other papers.
    """
    try:
        times: Times = np.load(folder / FILE, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"cannot be read ({error}).", where=folder / FILE, hint=MEND) from error
    if times.shape != (papers,):
        raise IndexDamaged("does not fit the papers beside it.", where=folder / FILE, hint=MEND)
    return times


def known(store: Store) -> dict[str, int]:
    """When each paper of the published generation came, by id; nothing where there is none to go by."""
    generation = store.current()
    try:
        if generation is None or not store.manifest(generation).counts.papers:
            return {}
        folder = store.generations / generation
        table = PaperTable(folder)
        return dict(zip(table.ids(), opened(folder, len(table)).tolist(), strict=True))
    except (IndexDamaged, IndexForeign, IndexMissing):
        return {}  # all papers count as new; the build mends what is damaged
