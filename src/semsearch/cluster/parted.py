"""A generation whose vectors are elsewhere: a question about them goes to the parts that hold the papers.

All that ranks, filters and dresses is as on one machine, and asks these in place of files. A score is of one
paper alone, so it does not matter where that is; words, and how rare each is, are not parted at all.
"""

from __future__ import annotations

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
    dim = generation.vectors.dim
    return replace(
        generation,
        vectors=PartedVectors(parts, cut, dim),
        sentences=PartedSentences(parts, cut, dim, generation.sentences),
    )


class PartedVectors(PaperVectors):
    """`PaperVectors` without a file of its own."""

    def __init__(self, parts: Parts, cut: Cut, dim: int) -> None:
        self._parts, self._cut, self._dim = parts, cut, dim

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
        return _gathered(self._parts, self._cut, "vectors", rows, self._dim)


class PartedSentences(PaperSentences):
    """`PaperSentences` with the vectors elsewhere; where sentences begin and end is read here."""

    def __init__(self, parts: Parts, cut: Cut, dim: int, here: PaperSentences) -> None:
        self._parts, self._cut = parts, cut
        self._dim, self._spans, self._starts = dim, here._spans, here._starts

    def titles(self, rows: Rows) -> Vectors:
        """See `PaperSentences.titles`."""
        return _gathered(self._parts, self._cut, "titles", rows, self._dim)

    def title_cosines(self, queries: Vectors, rows: Rows) -> NDArray[np.float32]:
        """See `PaperSentences.title_cosines`."""
        return _gathered(self._parts, self._cut, "title_cosines", rows, len(queries), queries)

    def vectors(self, rows: Rows) -> tuple[Vectors, NDArray[np.int64]]:
        """See `PaperSentences.vectors`."""
        return self._of_sentences("sentences", rows, self._dim)

    def cosines(self, queries: Vectors, rows: Rows) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """See `PaperSentences.cosines`."""
        return self._of_sentences("sentence_cosines", rows, len(queries), queries)

    def _of_sentences(
        self, method: str, rows: Rows, width: int, *also: Any
    ) -> tuple[Vectors, NDArray[np.int64]]:
        """What parts say of the sentences of papers, in the order of ``rows``."""
        counts = self._starts[rows + 1] - self._starts[rows]
        ends = np.cumsum(counts)
        found = np.empty((int(counts.sum()), width), dtype=np.float32)
        of_part = self._cut.of(rows)
        asked = {int(n): (rows[of_part == n], *also) for n in np.unique(of_part)}
        for number, (said, _) in self._parts.ask(method, asked).items():
            here = of_part == number
            places = np.repeat(ends[here] - np.cumsum(counts[here]), counts[here]) + np.arange(len(said))
            found[places] = said
        return found, counts


def _gathered(parts: Parts, cut: Cut, method: str, rows: Rows, width: int, *also: Any) -> Vectors:
    """What parts say of papers, a line for each, in the order of ``rows``."""
    found = np.empty((len(rows), width), dtype=np.float32)
    of_part = cut.of(rows)
    asked = {int(n): (rows[of_part == n], *also) for n in np.unique(of_part)}
    for number, said in parts.ask(method, asked).items():
        found[of_part == number] = said
    return found
