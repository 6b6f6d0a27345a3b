"""The searcher of the published generation, swapped for a new one when another is published."""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import Protocol

from semsearch.encode.reranker import Reranker
from semsearch.errors import GenerationGone, IndexDamaged, IndexForeign, IndexMissing, SemsearchError
from semsearch.index.generation import Generation, open_generation
from semsearch.index.store import Store
from semsearch.search import Searcher

log = logging.getLogger(__name__)

_INTERVAL = 1.0  # seconds between two looks at CURRENT
_AGAIN = 60.0  # seconds until one that was refused is looked at again: files are put back, memory is freed
_OLDER = 2  # searchers that served before and are kept, for those who leaf through an answer of theirs


class Opening(Protocol):
    """Where a service gets its generations from."""

    def published(self) -> str:
        """Id of the generation that is to answer."""
        ...

    def open(self, generation: str | None = None) -> Generation:
        """A generation, by default that one.

        Raises:
            IndexMissing, IndexDamaged, IndexForeign: It cannot be answered from.
        """
        ...


class OnDisk:
    """The generations of a data root, as they are published there."""

    def __init__(self, root: Path) -> None:
        self._store = Store(root)

    def published(self) -> str:
        """See `Opening`."""
        return self._store.published()

    def open(self, generation: str | None = None) -> Generation:
        """See `Opening`."""
        return open_generation(self._store, generation)


class Live:
    """Holds the searcher that answers.

    A request takes `searcher` once and answers from it to the end; the swap is one assignment, so no answer
    is ever mixed. A new generation that cannot be opened leaves the old one answering.
    """

    def __init__(
        self,
        root: Path,
        *,
        rerank: str | None = None,
        resident: int | None = None,
        opening: Opening | None = None,
    ) -> None:
        self._root, self._source = root, opening or OnDisk(root)
        opened = self._source.open()
        reranker = Reranker(rerank) if rerank else None
        self.searcher = Searcher(opened, reranker=reranker, resident=resident)
        self.problem: str | None = None  # why the published generation is not the one that answers
        self.failures = 0  # times that a published generation could not be opened
        self._refused: tuple[str | None, float] | None = None  # which, and when to look at it again
        self._older: tuple[Searcher, ...] = ()
        self._reopened: tuple[Searcher, ...] = ()  # the last that was asked for by id and had to be opened
        self._opening = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="semsearch-reload", daemon=True)

    def start(self) -> None:
        """Load the encoder, then watch for new generations.

        Raises:
            EncoderError, IndexForeign: The encoder cannot be loaded, or is not that of the index.
        """
        self.searcher.encoder.encode_queries(["warm up"])
        self._thread.start()

    def stop(self) -> None:
        """Stop watching."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def refresh(self) -> None:
        """Open the published generation if it is another than the one that answers."""
        with self._opening:
            self._refresh()

    def at_hand(self, generation: str | None) -> Searcher | None:
        """The searcher of a generation, by id, if it is open; None stands for the one that answers."""
        searcher = self.searcher
        if generation is None:
            return searcher
        opened = (searcher, *self._older, *self._reopened)
        return next((each for each in opened if each.generation.id == generation), None)

    def at(self, generation: str | None) -> Searcher:
        """The same, opened if it is not, which takes as long as opening an index does.

        It may be one that another process of the service serves already, or an older one, kept on disk.

        Raises:
            GenerationGone: There is none with this id, or it cannot be read any more.
        """
        found = self.at_hand(generation)
        if found is not None or generation is None:
            return self.searcher if found is None else found
        with self._opening:
            self._refresh()
            found = self.at_hand(generation)  # another thread may have opened it meanwhile
            if found is None:
                found = self._kept(generation)
                self._reopened = (found,)
        return found

    def _kept(self, generation: str) -> Searcher:
        try:
            return self._open(generation)
        except (IndexMissing, IndexDamaged, IndexForeign) as error:
            if not isinstance(error, IndexMissing):
                log.error("generation %s was asked for and cannot be read: %s", generation, error)
            raise GenerationGone(
                f"the generation {generation!r} is not kept here any more, or never was.",
                where=self._root,
                hint="Ask again without a generation: the answer comes from the one that is published.",
            ) from error

    def _refresh(self) -> None:
        published = None
        try:
            published = self._source.published()
            if published == self.searcher.generation.id:
                self._refused, self.problem = None, None
                return
            if self._refused and self._refused[0] == published and time.monotonic() < self._refused[1]:
                return
            searcher = self._open(published)  # anew, even if it served before: its files may have changed
        except Exception as error:  # noqa: BLE001 -- whatever it is, the old one answers and the watch goes on
            self._refuse(published, error)
            return
        served = (self.searcher, *self._older)
        self._older = tuple(each for each in served if each.generation.id != published)[:_OLDER]
        self.searcher = searcher
        self._refused, self.problem = None, None
        log.info("now serving generation %s", published)

    def _refuse(self, published: str | None, error: Exception) -> None:
        self.failures += 1
        known = isinstance(error, SemsearchError)
        said = f"{error}" if known else f"{type(error).__name__}: {error}"
        problem = said if published is None else f"generation {published} is not served: {said}"
        if problem != self.problem:
            log.error("%s", problem, exc_info=None if known else error)
        self._refused, self.problem = (published, time.monotonic() + _AGAIN), problem

    def _open(self, generation: str) -> Searcher:
        searcher = self.searcher.reopened(self._source.open(generation))
        searcher.encoder.encode_queries(["warm up"])
        return searcher

    def _watch(self) -> None:
        while not self._stop.wait(_INTERVAL):
            self.refresh()
