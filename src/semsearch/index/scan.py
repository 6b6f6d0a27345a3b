"""A small copy of the vectors that is read first: it names a few candidates, which are then compared in full.

The cosines of a question with 50,000 vectors of 384 dimensions take as long as reading 77 MB does. A copy
of one byte a component is a quarter of that.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Vectors
from semsearch.errors import IndexDamaged
from semsearch.index.files import unreadable, unwritten
from semsearch.index.manifest import MEND

if TYPE_CHECKING:
    from semsearch.index.vectors import Mask, Rows

BYTES, _SCALE = "scan_bytes.faiss", "scan_bytes.json"
_BLOCK = 8_192  # vectors written at a time
_LARGEST = 127  # of a component in a signed byte
_WORTH_IT = 8  # times as many vectors as candidates, or comparing all is faster


class Scan(Protocol):
    """Names the papers that are to be compared with a question."""

    def candidates(self, query: NDArray[np.float32], k: int, allowed: Mask | None) -> Rows | None:
        """Rows in order, the ``k`` nearest papers among them; None when it cannot tell which.

        Args:
            query: Shape ``(dim,)``.
            k: From 1 to the number of allowed papers.
            allowed: Which papers are considered, shape ``(papers,)``; None for all.
        """
        ...


def write(index: Any, path: Path) -> None:
    """Write a FAISS index.

    Raises:
        StorageError: The disk is full.
    """
    import faiss

    try:
        faiss.write_index(index, str(path))
    except RuntimeError as error:
        raise unwritten(path, error) from error


def index(path: Path, kind: Any, papers: int | None = None, dim: int | None = None) -> Any:
    """A FAISS index, memory-mapped, that compares by inner product.

    Raises:
        IndexDamaged: The file cannot be read, or holds an index of another kind or of other vectors.
    """
    import faiss

    try:
        found = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
    except (RuntimeError, OSError) as error:
        raise unreadable(path, error) from error
    if (
        not isinstance(found, kind)
        or found.metric_type != faiss.METRIC_INNER_PRODUCT
        or (papers or found.ntotal, dim or found.d) != (found.ntotal, found.d)
    ):
        raise IndexDamaged("holds an index of another kind, or of other papers.", where=path, hint=MEND)
    return found


class ByteScan:
    """One byte a component, and never a paper missed.

    A vector ``x`` is written as ``m + d * c``: the mean ``m`` of all vectors, a step ``d`` for each
    dimension, and whole numbers ``c`` from -127 to 127. Of a question ``q``, ``d * q`` is written as ``t u``,
    a number ``t`` and whole numbers ``u`` likewise. As ``m . q`` is the same for every vector, papers are
    ordered by ``t (c . u)``, which is off by

        (x - m) . q - t (c . u) = (x - m - d * c) . q + c . (d * q - t u).

    By Cauchy and Schwarz the right side is at most the largest error of a vector times the length of the
    question, and the largest length of ``c`` times the error of the question. Both are known, and together
    with what float32 may lose in a sum (Higham, "Accuracy and Stability of Numerical Algorithms", 3.1) they
    are the margin. At least ``k`` papers are no farther than the k-th best of the scan less one margin; so a
    paper that is more than two margins below the k-th best is not among the ``k`` nearest, nor as near.
    """

    def __init__(self, folder: Path, papers: int, dim: int) -> None:
        import faiss

        self._faiss: Any = faiss
        self._index: Any = index(folder / BYTES, faiss.IndexScalarQuantizer, papers, dim)
        try:
            scale = json.loads((folder / _SCALE).read_text(encoding="utf-8"))
            self._step = np.array(scale["step"], dtype=np.float64).reshape(dim)
            self._error, self._length = float(scale["error"]), float(scale["length"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise unreadable(folder / _SCALE, error) from error

    @staticmethod
    def write(folder: Path, vectors: Vectors) -> None:
        """Write the copy of ``vectors``, shape ``(papers, dim)`` and unit norm."""
        import faiss

        centre = vectors.mean(axis=0, dtype=np.float64)
        step = np.maximum(vectors.max(axis=0) - centre, centre - vectors.min(axis=0)) / _LARGEST
        step[step == 0] = 1
        error = length = 0.0
        kind = faiss.ScalarQuantizer.QT_8bit_direct_signed
        index = faiss.IndexScalarQuantizer(vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
        for start in range(0, len(vectors), _BLOCK):
            block = vectors[start : start + _BLOCK] - centre
            codes = np.rint(block / step)
            error = max(error, float(np.linalg.norm(block - codes * step, axis=1).max()))
            length = max(length, float(np.linalg.norm(codes, axis=1).max()))
            index.add(codes.astype(np.float32))
        write(index, folder / BYTES)
        scale = {"step": step.tolist(), "error": error, "length": length}
        (folder / _SCALE).write_text(json.dumps(scale) + "\n", encoding="utf-8")

    def candidates(self, query: NDArray[np.float32], k: int, allowed: Mask | None) -> Rows | None:
        """See `Scan`."""
        scaled = query.astype(np.float64) * self._step
        unit = float(np.abs(scaled).max()) / _LARGEST or 1.0
        codes = np.rint(scaled / unit)
        length = float(np.linalg.norm(query))
        rounding = len(query) * 2.0**-23 * (length + unit * self._length * float(np.linalg.norm(codes)))
        lost = float(np.linalg.norm(scaled - unit * codes))
        margin = self._error * length + self._length * lost + rounding

        bits = None if allowed is None else np.packbits(allowed, bitorder="little")
        considered = self._index.ntotal if allowed is None else np.count_nonzero(allowed)
        named = fetched(k)
        while named * _WORTH_IT <= considered:
            sums, rows = self._index.search(codes[None].astype(np.float32), named, params=self._only(bits))
            scores = unit * sums[0].astype(np.float64)
            lowest = scores[k - 1] - 2 * margin
            if scores[-1] < lowest:
                found: Rows = np.sort(rows[0][scores >= lowest])
                return found
            named *= 4
        return None

    def _only(self, bits: NDArray[np.uint8] | None) -> Any:
        """Parameters of one search; the index itself, which threads share, is never told anything."""
        if bits is None:
            return None
        selector = self._faiss.IDSelectorBitmap(self._index.ntotal, self._faiss.swig_ptr(bits))
        return self._faiss.SearchParameters(sel=selector)


def fetched(k: int) -> int:
    """How many papers a scan names: nearly always enough to prove that the ``k`` nearest are among them."""
    return 4 * k + 100
