"""Vectors of titles and of the sentences of abstracts: what a hit's evidence is chosen from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Vectors
from semsearch.index.arrays import indices, offsets
from semsearch.index.compact import opened
from semsearch.index.vectors import Rows

TITLES = "titles.npy"
SENTENCES = "sentences.npy"
SPANS = "sentence_spans.npy"
STARTS = "sentence_starts.npy"


class PaperSentences:
    """Title and sentence vectors, memory-mapped, by row.

    Raises:
        IndexDamaged: A file cannot be read, or is of other papers.
    """

    def __init__(self, folder: Path, papers: int, sentences: int, dim: int) -> None:
        self._titles = opened(folder / TITLES, papers, dim)
        self._sentences = opened(folder / SENTENCES, sentences, dim)
        self._spans = indices(folder / SPANS, np.int32, sentences, 2, below=np.iinfo(np.int32).max)
        self._starts = offsets(folder / STARTS, papers, sentences)

    def titles(self, rows: Rows) -> Vectors:
        """Title vectors, shape ``(len(rows), dim)``."""
        return self._titles[rows]

    def title_cosines(self, queries: Vectors, rows: Rows) -> NDArray[np.float32]:
        """Of the titles of some papers and each query, shape ``(len(rows), len(queries))``."""
        return self._titles.cosines(queries, rows)

    def spans(self, row: int) -> list[tuple[int, int]]:
        """The character offsets of one paper's sentences in its abstract."""
        return [(a, b) for a, b in self._spans[self._starts[row] : self._starts[row + 1]].tolist()]

    def vectors(self, rows: Rows) -> tuple[Vectors, NDArray[np.int64]]:
        """The vectors of some papers' sentences, one after the other, and how many each paper has."""
        numbers, counts = self._numbers(rows)
        return self._sentences[numbers], counts

    def cosines(self, queries: Vectors, rows: Rows) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Of each sentence of some papers and each query, one paper after the other.

        Args:
            queries: Shape ``(m, dim)``, unit norm.
            rows: Papers to look at.

        Returns:
            Cosines, shape ``(sentences, m)``, and how many sentences each paper has.
        """
        numbers, counts = self._numbers(rows)
        return self._sentences.cosines(queries, numbers), counts

    def nearest(self, queries: Vectors, rows: Rows) -> NDArray[np.float32]:
        """How near the nearest sentence of each paper is to each query.

        Args:
            queries: Shape ``(m, dim)``, unit norm.
            rows: Papers to look at.

        Returns:
            Cosines, shape ``(len(rows), m)``; -1 where a paper has no abstract.
        """
        cosines, counts = self.cosines(queries, rows)
        nearest = np.full((len(rows), len(queries)), -1, dtype=np.float32)
        having = counts > 0
        if having.any():
            first = np.cumsum(counts) - counts
            nearest[having] = np.maximum.reduceat(cosines, first[having])
        return nearest

    def _numbers(self, rows: Rows) -> tuple[Rows, NDArray[np.int64]]:
        """For each of some papers the running numbers of its sentences, and how many these are."""
        starts = self._starts[rows]
        counts = self._starts[rows + 1] - starts
        return np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum()), counts
