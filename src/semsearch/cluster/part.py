"""A part of a generation: the vectors of some of its papers, and of their titles and sentences."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Vectors, unit
from semsearch.index import vectors
from semsearch.index.evidence import PaperSentences
from semsearch.index.store import Store
from semsearch.index.vectors import APPROXIMATE_FROM, Mask, PaperVectors, Rows


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the papers of a generation are cut into parts.

    Attributes:
        starts: The first row of each part, and the number of papers.
    """

    starts: tuple[int, ...]

    @classmethod
    def evenly(cls, papers: int, parts: int) -> Cut:
        """So many parts, none without papers and none larger than another by more than one."""
        count = max(1, min(parts, papers))
        return cls(tuple(papers * part // count for part in range(count + 1)))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def ranges(self) -> list[tuple[int, int]]:
        """First and last row of each part; the last is that of the next one's first."""
        return list(pairwise(self.starts))

    def of(self, rows: Rows) -> Rows:
        """Which part each row is in."""
        return np.searchsorted(np.array(self.starts[1:]), rows, side="right")


class Part:
    """Answers for the papers from row ``first`` to, but not including, ``end``.

    Its vectors are an index of their own, written to this machine. That of a few papers is searched exactly;
    that of many through lists, with the memory and the recall that the build was asked for, unless it was
    asked for exact search. Titles and sentences are read where the generation is. Every file is
    memory-mapped. Rows are those of the whole generation, in questions and in answers.

    Attributes:
        spec: How its vectors are searched, and the recall that was measured.

    Raises:
        IndexMissing, IndexDamaged, IndexForeign: The generation cannot be read.
        StorageError: There is no room for its vectors.
    """

    def __init__(
        self, root: Path, generation: str, first: int, end: int, *, approximate_from: int = APPROXIMATE_FROM
    ) -> None:
        store = Store(root)
        manifest = store.verify(generation)
        folder, counts, recipe = store.generations / generation, manifest.counts, manifest.recipe
        self._first = first
        self._sentences = PaperSentences(folder, counts.papers, counts.sentences, manifest.encoder.dim)
        of_all = PaperVectors(folder)
        # What is mapped can be read when its name is gone, and is gone itself when this process is.
        with tempfile.TemporaryDirectory(prefix="semsearch-part-") as own:
            self.spec = vectors.write(
                Path(own),
                of_all.between(first, end),
                questions=unit(self._sentences.titles(first + vectors.sample(end - first))),
                exact=recipe.exact,
                memory=recipe.memory,
                recall=recipe.recall,
                approximate_from=approximate_from,
            )
            self._vectors = PaperVectors(Path(own))

    def search(self, queries: Vectors, k: int, allowed: Mask | None) -> tuple[Vectors, Rows]:
        """See `PaperVectors.search`; ``allowed`` is of this part's papers alone."""
        scores, rows = self._vectors.search(queries, k, allowed)
        return scores, rows + self._first

    def vectors(self, rows: Rows) -> Vectors:
        """See `PaperVectors.vectors`."""
        return self._vectors.vectors(rows - self._first)

    def titles(self, rows: Rows) -> Vectors:
        """See `PaperSentences.titles`."""
        return self._sentences.titles(rows)

    def title_cosines(self, rows: Rows, queries: Vectors) -> NDArray[np.float32]:
        """See `PaperSentences.title_cosines`."""
        return self._sentences.title_cosines(queries, rows)

    def evidence(self, rows: Rows, queries: Vectors) -> tuple[Vectors, Vectors, Vectors]:
        """What ranking looks at: `vectors`, `title_cosines` and `sentence_cosines` in one."""
        sentences, _ = self.sentence_cosines(rows, queries)
        return self.vectors(rows), self.title_cosines(rows, queries), sentences

    def sentences(self, rows: Rows) -> tuple[Vectors, NDArray[np.int64]]:
        """See `PaperSentences.vectors`."""
        return self._sentences.vectors(rows)

    def sentence_cosines(self, rows: Rows, queries: Vectors) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """See `PaperSentences.cosines`."""
        return self._sentences.cosines(queries, rows)
