"""What the start page says of the papers: worked out once for each generation."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import TypeVar, cast

import numpy as np

from semsearch.index.papers import Filters
from semsearch.paper import Paper
from semsearch.search import Searcher
from semsearch.search.facets import Facets
from semsearch.search.topics import topics

T = TypeVar("T")
_RECENT = 5
_KEPT = 64  # counts of filters, the largest of which takes a few kilobytes


@dataclass(frozen=True, slots=True)
class Collection:
    """The papers of a generation at a glance.

    Attributes:
        facets: Counts of all of them.
        topics: Phrases that many of their titles share: good questions.
        recent: Those that came last.
        updated: When the index was built.
    """

    facets: Facets
    topics: tuple[str, ...]
    recent: tuple[Paper, ...]
    updated: datetime


class Collections:
    """Remembers what was worked out; safe to share between threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[object, object] = OrderedDict()
        self._lock = Lock()

    def of(self, searcher: Searcher) -> Collection:
        """The papers of a searcher at a glance."""
        return self._remembered(("all", searcher.generation.id), lambda: _collection(searcher, self))

    def facets(self, searcher: Searcher, filters: Filters) -> Facets:
        """`Searcher.facets` of no question."""
        return self._remembered(
            (filters, searcher.generation.id), lambda: searcher.facets(filters=filters or None)
        )

    def _remembered(self, key: object, work: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast("T", self._kept[key])  # of the same key, and so of the same type
        found = work()
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found


def _collection(searcher: Searcher, counts: Collections) -> Collection:
    generation = searcher.generation
    newest = np.lexsort((np.arange(len(searcher)), -generation.added))[:_RECENT]
    years = generation.papers.newest(Filters(), _RECENT)
    # Papers that came together, as all do in a first build, came in no order: the latest years are news then.
    recent = newest if len(np.unique(generation.added)) > 1 else years
    return Collection(
        counts.facets(searcher, Filters()),
        topics(generation),
        tuple(generation.papers.get(recent)),
        datetime.fromisoformat(generation.manifest.created),
    )
