"""The searcher of the published generation, swapped for a new one when another is published."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from semsearch.errors import GenerationGone, SemsearchError
from semsearch.index.generation import open_generation
from semsearch.index.store import Store
from semsearch.search import Searcher, open_searcher

log = logging.getLogger(__name__)

_INTERVAL = 1.0  # seconds between two looks at CURRENT


class Live:
    """Holds the searcher that answers.

    A request takes `searcher` once and answers from it to the end; the swap is one assignment, so no answer
    is ever mixed. A new generation that cannot be opened leaves the old one answering.
    """

    def __init__(self, root: Path, *, rerank: str | None = None) -> None:
        self._store = Store(root)
        self.searcher = open_searcher(root, rerank=rerank)
        self.problem: str | None = None  # why the published generation is not the one that answers
        self._refused: str | None = None
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

    def at(self, generation: str | None) -> Searcher:
        """The searcher of a generation, by id; None stands for the one that answers.

        Raises:
            GenerationGone: It is another.
        """
        searcher = self.searcher
        if generation not in {None, searcher.generation.id}:
            raise GenerationGone(f"the generation {generation!r} is not kept here any more, or never was.")
        return searcher

    def refresh(self) -> None:
        """Open the published generation if it is another than the one that answers."""
        published = self._store.current()
        if published is None or published in {self.searcher.generation.id, self._refused}:
            return
        try:
            self.searcher = self._open(published)
        except SemsearchError as error:
            self._refused, self.problem = published, f"generation {published} is not served: {error}"
            log.error("%s", self.problem)
            return
        self._refused, self.problem = None, None
        log.info("now serving generation %s", published)

    def _open(self, published: str) -> Searcher:
        generation = open_generation(self._store, published)
        searcher = self.searcher.reopened(generation)
        searcher.encoder.encode_queries(["warm up"])
        return searcher

    def _watch(self) -> None:
        while not self._stop.wait(_INTERVAL):
            self.refresh()
