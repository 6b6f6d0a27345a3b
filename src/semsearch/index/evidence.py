"""Vectors of titles and of the sentences of abstracts: what a hit's evidence is chosen from."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Vectors
from semsearch.index.files import mapped
from semsearch.index.vectors import Rows

TITLES = "titles.npy"
SENTENCES = "sentences.npy"
SPANS = "sentence_spans.npy"
STARTS = "sentence_starts.npy"
# Half the bytes of float32. It moves a cosine by less than 0.001, and these vectors rank nothing alone.
DTYPE = np.float16


def create(path: Path, count: int, dim: int) -> NDArray[np.float16]:
    """A new file of ``count`` vectors, to be filled in place; memory-mapped unless it is empty."""
    if count == 0:
        np.save(path, np.empty((0, dim), dtype=DTYPE))
        return np.empty((0, dim), dtype=DTYPE)
    array = np.lib.format.open_memmap(path, mode="w+", dtype=DTYPE, shape=(count, dim))
    # Without its blocks reserved, a disk that fills up kills the process (SIGBUS) and raises no error.
    with path.open("r+b") as stream:
        os.posix_fallocate(stream.fileno(), 0, path.stat().st_size)
    return array


class PaperSentences:
    """Title and sentence vectors, memory-mapped, by row."""

    def __init__(self, folder: Path) -> None:
        self._titles = mapped(folder / TITLES)
        self._sentences = mapped(folder / SENTENCES)
        self._spans = mapped(folder / SPANS)
        self._starts = mapped(folder / STARTS)

    def titles(self, rows: Rows) -> Vectors:
        """Title vectors, shape ``(len(rows), dim)``."""
        vectors: Vectors = self._titles[rows].astype(np.float32)
        return vectors

    def spans(self, row: int) -> list[tuple[int, int]]:
        """The character offsets of one paper's sentences in its abstract."""
        return [(a, b) for a, b in self._spans[self._starts[row] : self._starts[row + 1]].tolist()]

    def vectors(self, rows: Rows) -> tuple[Vectors, NDArray[np.int64]]:
        """The vectors of some papers' sentences, one after the other, and how many each paper has."""
        starts, counts = self._starts[rows], self._starts[rows + 1] - self._starts[rows]
        # One gather for all: for each paper the running numbers of its sentences.
        numbers = np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        return self._sentences[numbers].astype(np.float32), counts

    def nearest(self, queries: Vectors, rows: Rows) -> NDArray[np.float32]:
        """How near the nearest sentence of each paper is to each query.

        Args:
            queries: Shape ``(m, dim)``, unit norm.
            rows: Papers to look at.

        Returns:
            Cosines, shape ``(len(rows), m)``; -1 where a paper has no abstract.
        """
        vectors, counts = self.vectors(rows)
        nearest = np.full((len(rows), len(queries)), -1, dtype=np.float32)
        having = counts > 0
        if having.any():
            first = np.cumsum(counts) - counts
            nearest[having] = np.maximum.reduceat(vectors @ queries.T, first[having])
        return nearest
