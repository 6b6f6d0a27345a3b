"""The dense vectors of papers in a FAISS index, one row a paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semsearch.config import RECALL
from semsearch.encode import Vectors, unit
from semsearch.encode.jobs import Local, Runner
from semsearch.index import lists, scan
from semsearch.index.lists import ListScan
from semsearch.index.manifest import VectorSpec
from semsearch.index.scan import ByteScan, Scan

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

FILE = "vectors.faiss"
EXACT = "Flat"
SCANNED_FROM = 10_000  # papers; fewer are compared as fast as they are scanned
APPROXIMATE_FROM = 100_000  # papers; nothing below is gained by less than exact
_FEW, _SOME = 16, 6_250  # where one paper in so many is allowed, or so few, these are compared without a scan
_MANY = 12  # questions at once: BLAS compares them with all papers in less time than as many scans take
_SAMPLE = 300  # questions that recall is measured with
_ASIDE = 0.5  # how far from a paper they are where there are no titles
_BLOCK = 64  # questions that BLAS is given at a time


def write(
    folder: Path,
    vectors: Vectors,
    *,
    questions: Vectors | None = None,
    exact: bool = False,
    memory: int | None = None,
    recall: float = RECALL,
    approximate_from: int = APPROXIMATE_FROM,
    runner: Runner | None = None,
) -> VectorSpec:
    """Write ``vectors``, shape ``(papers, dim)`` and unit norm, to be searched by inner product.

    Args:
        folder: Of the generation.
        vectors: Row ``i`` is paper ``i``.
        questions: What recall is measured with, shape ``(n, dim)`` and unit norm: titles stand in for
            questions well. None for vectors beside those of some papers.
        exact: Search exactly, however many papers there are.
        memory: Bytes that an approximate index may take; None for no limit.
        recall: What it must reach; where it does not, search is exact.
        approximate_from: Papers from which on there is one.
        runner: Where it is filled; None for here.

    Returns:
        What was written, and its recall against exact search.

    Raises:
        StorageError: The memory is too little, or the disk is full.
    """
    import faiss

    papers, dim = vectors.shape
    index = faiss.IndexFlatIP(dim)
    index.add(vectors)
    scan.write(index, folder / FILE)
    del index
    spec = None
    if not exact and papers >= approximate_from:
        asked = _beside(vectors) if questions is None else questions
        spec = lists.write(folder, vectors, asked, memory=memory, wanted=recall, runner=runner or Local())
    if spec is None and papers >= SCANNED_FROM:
        ByteScan.write(folder, vectors)
    return spec or VectorSpec(EXACT, 1.0, 1.0, 0, papers * dim * (1 if papers >= SCANNED_FROM else 4))


def sample(papers: int) -> Rows:
    """Rows of the papers whose titles recall is measured with, evenly drawn."""
    return np.unique(np.linspace(0, papers - 1, _SAMPLE).astype(np.int64))


def _beside(vectors: Vectors) -> Vectors:
    """Vectors of no paper, each in the neighbourhood of one."""
    noise = np.random.default_rng(0).standard_normal((_SAMPLE, vectors.shape[1]))
    return unit(vectors[sample(len(vectors))] + _ASIDE * unit(noise)[: len(sample(len(vectors)))])


class PaperVectors:
    """Similarity of questions and papers: cosine, as all vectors have unit norm. Files are memory-mapped.

    Raises:
        IndexDamaged: A file cannot be read, or holds something else.
    """

    def __init__(self, folder: Path) -> None:
        import faiss

        self._faiss: Any = faiss
        self._index: Any = scan.index(folder / FILE, faiss.IndexFlat)
        flat: Vectors = faiss.rev_swig_ptr(self._index.get_xb(), len(self) * self.dim)
        self._vectors: Vectors = flat.reshape(len(self), self.dim)
        self._scan: Scan | None = None
        if (folder / lists.FILE).exists():
            self._scan = ListScan.opened(folder, len(self), self.dim)
        elif (folder / scan.BYTES).exists():
            self._scan = ByteScan(folder, len(self), self.dim)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> tuple[Vectors, Rows]:
        """The ``k`` most similar papers of each question, best first; equally similar ones in order of row.

        One question costs one thread, so that others are answered meanwhile.

        Args:
            queries: Shape ``(n, dim)``, unit norm.
            k: At most the number of papers is returned.
            allowed: Shape ``(papers,)``; papers where it is False are not considered at all.

        Returns:
            Scores and rows, each of shape ``(n, k)``, ``k`` lowered to the papers there are.
        """
        k = min(k, len(self) if allowed is None else int(np.count_nonzero(allowed)))
        if k == 0 or len(queries) == 0:
            empty = (len(queries), k)
            return np.empty(empty, np.float32), np.empty(empty, np.int64)
        queries = np.ascontiguousarray(queries, dtype=np.float32)
        if len(queries) >= _MANY and not isinstance(self._scan, ListScan):
            found = self._all(queries, k, allowed)
        else:
            found = [self._one(query, k, allowed) for query in queries]
        scores, rows = zip(*found, strict=True)
        return np.stack(scores), np.stack(rows)

    def _one(self, query: Vectors, k: int, allowed: Mask | None) -> tuple[Vectors, Rows]:
        considered = len(self) if allowed is None else int(np.count_nonzero(allowed))
        rows: Rows | None = None
        if self._scan is not None and (considered * _FEW > len(self) or considered > _SOME):
            rows = self._scan.candidates(query, k, allowed)
        if rows is None:
            rows = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed)
        return _best(self._cosines(query, rows), rows, k)

    def _cosines(self, query: Vectors, rows: Rows) -> Vectors:
        """By FAISS, in one thread: BLAS would take all, and wait for the busy ones."""
        cosines = np.empty(len(rows), dtype=np.float32)
        asked, found, named = (self._faiss.swig_ptr(array) for array in (query, cosines, rows))
        self._index.compute_distance_subset(1, asked, len(rows), found, named)
        return cosines

    def _all(self, queries: Vectors, k: int, allowed: Mask | None) -> list[tuple[Vectors, Rows]]:
        """Many questions, compared with every paper."""
        rows = np.arange(len(self)) if allowed is None else np.flatnonzero(allowed)
        return [
            _best(cosines[rows], rows, k)
            for start in range(0, len(queries), _BLOCK)
            for cosines in queries[start : start + _BLOCK] @ self._vectors.T
        ]

    def vectors(self, rows: Rows) -> Vectors:
        """The vectors of some papers, shape ``(len(rows), dim)``."""
        vectors: Vectors = self._vectors[rows]
        return vectors

    def between(self, first: int, end: int) -> Vectors:
        """The vectors of papers in a row, as they are mapped: not copied, and there as long as this is."""
        return self._vectors[first:end]


def _best(scores: Vectors, rows: Rows, k: int) -> tuple[Vectors, Rows]:
    """The ``k`` best of some rows; rows that score the same in their order."""
    if k < len(scores):
        kept = scores >= np.partition(scores, len(scores) - k)[len(scores) - k]
        scores, rows = scores[kept], rows[kept]
    order = np.argsort(-scores, kind="stable")[:k]
    return scores[order], rows[order]
