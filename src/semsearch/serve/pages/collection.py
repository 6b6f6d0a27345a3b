"""What the start page says of the papers: worked out once for each generation."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

import numpy as np

from semsearch.index.papers import Filters
from semsearch.paper import Paper
from semsearch.search import Searcher
from semsearch.search.topics import topics

_RECENT = 5
_KEPT = 4  # generations; pages of an older one are asked for as long as somebody leafs through them


@dataclass(frozen=True, slots=True)
class Collection:
    """The papers of a generation at a glance.

    Attributes:
        papers: How many.
        years: Year and count, from the first year to the last.
        topics: Phrases that many of their titles share: good questions.
        recent: Those that came last.
        updated: When the index was built.
    """

    papers: int
    years: tuple[tuple[int, int], ...]
    topics: tuple[str, ...]
    recent: tuple[Paper, ...]
    updated: datetime


class Collections:
    """Remembers the last few; safe to share between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Collection] = OrderedDict()
        self._lock = Lock()

    def of(self, searcher: Searcher) -> Collection:
        """The papers of a searcher at a glance."""
        generation = searcher.generation.id
        with self._lock:
            found = self._kept.get(generation)
            if found is None:
                found = self._kept[generation] = _collection(searcher)
                while len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
        return found


def _collection(searcher: Searcher) -> Collection:
    generation, rows = searcher.generation, np.arange(len(searcher))
    papers, added = generation.papers, generation.added
    if added.min() < added.max():
        recent = np.lexsort((rows, -added))[:_RECENT]
    else:  # papers that came together came in no order
        recent = papers.newest(Filters(), _RECENT)
    return Collection(
        len(papers),
        papers.columns.counts(rows),
        topics(generation),
        tuple(papers.get(recent)),
        datetime.fromisoformat(generation.manifest.created),
    )
