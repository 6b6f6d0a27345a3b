"""The dense vectors of papers in a FAISS index, one row a paper."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Vectors

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]

FILE = "vectors.faiss"
SPEC = "Flat"  # exact; nothing below a hundred thousand papers is gained by less


def write(folder: Path, vectors: Vectors) -> None:
    """Write ``vectors``, shape ``(papers, dim)`` and unit norm, as an exact inner-product index."""
    import faiss

    index = faiss.index_factory(vectors.shape[1], SPEC, faiss.METRIC_INNER_PRODUCT)
    index.add(vectors)
    faiss.write_index(index, str(folder / FILE))


class PaperVectors:
    """Similarity of questions and papers: cosine, as all vectors have unit norm."""

    def __init__(self, folder: Path) -> None:
        import faiss

        self._faiss: Any = faiss
        self._index: Any = faiss.read_index(str(folder / FILE), faiss.IO_FLAG_MMAP_IFC)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    def search(self, queries: Vectors, k: int, allowed: Mask | None = None) -> tuple[Vectors, Rows]:
        """The ``k`` most similar papers of each question, best first.

        Args:
            queries: Shape ``(n, dim)``, unit norm.
            k: At most the number of papers is returned.
            allowed: Shape ``(papers,)``; papers where it is False are not considered at all.

        Returns:
            Scores and rows, each of shape ``(n, k)``, ``k`` lowered to the papers there are.
        """
        k = min(k, len(self) if allowed is None else int(allowed.sum()))
        if k == 0:
            empty = (len(queries), 0)
            return np.empty(empty, np.float32), np.empty(empty, np.int64)
        if allowed is None:
            scores, rows = self._index.search(queries, k)
            return scores, rows
        bits = np.packbits(allowed, bitorder="little")
        selector = self._faiss.IDSelectorBitmap(len(allowed), self._faiss.swig_ptr(bits))
        scores, rows = self._index.search(queries, k, params=self._faiss.SearchParameters(sel=selector))
        return scores, rows

    def vectors(self, rows: Rows) -> Vectors:
        """The vectors of some papers, shape ``(len(rows), dim)``."""
        return np.asarray(self._index.reconstruct_batch(np.ascontiguousarray(rows)), dtype=np.float32)
