"""A generation whose vectors are elsewhere: a question about them goes to the parts that hold the papers.

All that ranks, filters and dresses is as on one machine, and asks these in place of files. A score is of one
paper alone, so it does not matter where that is; words, and how rare each is, are not parted at all.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from semsearch.cluster.part import Cut
from semsearch.encode import Vectors
from semsearch.index.evidence import PaperSentences
from semsearch.index.generation import Generation
from semsearch.index.vectors import Mask, PaperVectors, Rows


class Parts(Protocol):
    """The parts of a generation, wherever they are."""

    def ask(self, method: str, of_part: Mapping[int, tuple[Any, ...]]) -> dict[int, Any]:
        """Ask several parts at once.

        Args:
            method: Of `Part`.
            of_part: The arguments for each part that is asked, by its number.

        Returns:
            What each answered.

        Raises:
            ClusterError: One does not answer.
        """
        ...


def parted(generation: Generation, parts: Parts, cut: Cut) -> Generation:
    """The same generation, asking parts for its vectors."""
    dim, looked = generation.vectors.dim, Looked()
    return replace(
        generation,
        vectors=PartedVectors(parts, cut, dim, looked),
        sentences=PartedSentences(parts, cut, dim, looked, generation.sentences),
    )


class Looked(threading.local):
    """The papers that were looked at last, on this thread.

    Ranking looks at its candidates three times, and again at the best when they are dressed. One question to
    the parts answers all of that.

    Attributes:
        rows: Of these papers, in order.
        queries: What they were compared with.
        vectors: Of each paper.
        titles: Cosines of each title and query.
        sentences: Cosines of each sentence and query, one paper after the other.
        starts: Where the sentences of each paper begin among these.
    """

    def __init__(self) -> None:
        self.rows: Rows = np.empty(0, dtype=np.int64)
        self.queries = self.vectors = self.titles = self.sentences = np.empty((0, 0), dtype=np.float32)
        self.starts: Rows = self.rows

    def places(self, rows: Rows, queries: Vectors | None = None) -> Rows | None:
        """Where papers stand among them; None unless all do, compared with these queries if any are named."""
        if not len(self.rows) or (queries is not None and not np.array_equal(queries, self.queries)):
            return None
        places = np.minimum(np.searchsorted(self.rows, rows), len(self.rows) - 1)
        return places if np.array_equal(self.rows[places], rows) else None


class PartedVectors(PaperVectors):
    """`PaperVectors` without a file of its own."""

    def __init__(self, parts: Parts, cut: Cut, dim: int, looked: Looked) -> None:
        self._parts, self._cut, self._dim, self._looked = parts, cut, dim, looked

    def __len__(self) -> int:
        return self._cut.starts[-1]

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return self._dim

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> tuple[Vectors, Rows]:
        """See `PaperVectors.search`: the best of what each part finds best."""
        k = min(k, len(self) if allowed is None else int(allowed.sum()))
        if k == 0 or len(queries) == 0:
            empty = (len(queries), k)
            return np.empty(empty, np.float32), np.empty(empty, np.int64)
        asked: dict[int, tuple[Any, ...]] = {}
        for number, (first, end) in enumerate(self._cut.ranges()):
            here = None if allowed is None else allowed[first:end]
            if here is None or here.any():
                asked[number] = (queries, k, here)
        found = self._parts.ask("search", asked)
        scores, rows = (np.concatenate([found[n][i] for n in sorted(found)], axis=1) for i in (0, 1))
        order = np.lexsort((rows, -scores))[:, :k]
        return np.take_along_axis(scores, order, axis=1), np.take_along_axis(rows, order, axis=1)

    def vectors(self, rows: Rows) -> Vectors:
        """See `PaperVectors.vectors`."""
        if (places := self._looked.places(rows)) is not None:
            return self._looked.vectors[places]
        return _gathered(self._parts, self._cut, "vectors", rows, self._dim)


class PartedSentences(PaperSentences):
    """`PaperSentences` with the vectors elsewhere; where sentences begin and end is read here."""

    def __init__(self, parts: Parts, cut: Cut, dim: int, looked: Looked, here: PaperSentences) -> None:
        self._parts, self._cut, self._dim, self._looked = parts, cut, dim, looked
        self._spans, self._starts = here._spans, here._starts

    def titles(self, rows: Rows) -> Vectors:
        """See `PaperSentences.titles`."""
        return _gathered(self._parts, self._cut, "titles", rows, self._dim)

    def title_cosines(self, queries: Vectors, rows: Rows) -> NDArray[np.float32]:
        """See `PaperSentences.title_cosines`; looks at the rest of the evidence as well."""
        if not len(rows):
            return np.empty((0, len(queries)), dtype=np.float32)
        looked = self._looked
        if (places := looked.places(rows, queries)) is None:
            wanted = np.unique(rows)
            of_part = self._cut.of(wanted)
            asked = {int(n): (wanted[of_part == n], queries) for n in np.unique(of_part)}
            found = self._parts.ask("evidence", asked)
            looked.rows, looked.queries = wanted, queries
            looked.vectors, looked.titles, looked.sentences = (
                np.concatenate([found[n][i] for n in sorted(found)]) for i in range(3)
            )
            counts = self._counts(looked.rows)
            looked.starts = np.cumsum(counts) - counts
            places = np.searchsorted(looked.rows, rows)
        return looked.titles[places]

    def vectors(self, rows: Rows) -> tuple[Vectors, NDArray[np.int64]]:
        """See `PaperSentences.vectors`."""
        return self._of_sentences("sentences", rows, self._dim)

    def cosines(self, queries: Vectors, rows: Rows) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """See `PaperSentences.cosines`."""
        if (places := self._looked.places(rows, queries)) is not None:
            counts = self._counts(rows)
            return self._looked.sentences[_runs(self._looked.starts[places], counts)], counts
        return self._of_sentences("sentence_cosines", rows, len(queries), queries)

    def _of_sentences(
        self, method: str, rows: Rows, width: int, *also: Any
    ) -> tuple[Vectors, NDArray[np.int64]]:
        """What parts say of the sentences of papers, in the order of ``rows``."""
        counts = self._counts(rows)
        starts = np.cumsum(counts) - counts
        found = np.empty((int(counts.sum()), width), dtype=np.float32)
        of_part = self._cut.of(rows)
        asked = {int(n): (rows[of_part == n], *also) for n in np.unique(of_part)}
        for number, (said, _) in self._parts.ask(method, asked).items():
            here = of_part == number
            found[_runs(starts[here], counts[here])] = said
        return found, counts

    def _counts(self, rows: Rows) -> NDArray[np.int64]:
        """How many sentences papers have."""
        counts: NDArray[np.int64] = self._starts[rows + 1] - self._starts[rows]
        return counts


def _runs(starts: Rows, counts: NDArray[np.int64]) -> Rows:
    """So many numbers in a row from each start."""
    return np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())


def _gathered(parts: Parts, cut: Cut, method: str, rows: Rows, width: int, *also: Any) -> Vectors:
    """What parts say of papers, a line for each, in the order of ``rows``."""
    found = np.empty((len(rows), width), dtype=np.float32)
    of_part = cut.of(rows)
    asked = {int(n): (rows[of_part == n], *also) for n in np.unique(of_part)}
    for number, said in parts.ask(method, asked).items():
        found[of_part == number] = said
    return found
