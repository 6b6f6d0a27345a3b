"""Unit vectors on disk with a byte for each component: a quarter of float32, read and compared faster.

A vector is kept as whole numbers from -127 to 127 and the length of their unit. That moves a cosine by some
0.0005, and what is kept so ranks nothing alone.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Vectors
from semsearch.index.arrays import mapped
from semsearch.index.vectors import Rows

_MOST = 127
_BLOCK = 256  # vectors compared at a time: as float32 they fit the processor's cache


class CompactVectors:
    """Vectors in a file, memory-mapped."""

    def __init__(self, records: NDArray[Any]) -> None:
        self._records = records

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, rows: Rows | slice) -> Vectors:
        """Some vectors, shape ``(len(rows), dim)``."""
        records = self._records[rows] if isinstance(rows, slice) else self._records.take(rows)
        vectors: Vectors = records["codes"].astype(np.float32)
        vectors *= records["scale"][:, None]
        return vectors

    def __setitem__(self, rows: Rows | slice, vectors: Vectors) -> None:
        """Replace some vectors."""
        scale = np.maximum(np.abs(vectors).max(axis=-1), 1e-12) / _MOST
        records = np.empty(vectors.shape[:-1], dtype=self._records.dtype)
        records["codes"] = np.rint(vectors / scale[..., None])
        records["scale"] = scale
        self._records[rows] = records

    def cosines(self, queries: Vectors, rows: Rows | None = None) -> NDArray[np.float32]:
        """Of each vector, or each of some, and each query.

        Args:
            queries: Shape ``(m, dim)``, unit norm.
            rows: Which vectors; None for all.

        Returns:
            Shape ``(len(rows), m)``.
        """
        count = len(self) if rows is None else len(rows)
        cosines = np.empty((count, len(queries)), dtype=np.float32)
        for start in range(0, count, _BLOCK):
            part = slice(start, start + _BLOCK)
            records = self._records[part] if rows is None else self._records.take(rows[part])
            np.matmul(records["codes"].astype(np.float32), queries.T, out=cosines[part])
            cosines[part] *= records["scale"][:, None]
        return cosines


def create(path: Path, count: int, dim: int) -> CompactVectors:
    """A new file of ``count`` vectors, to be filled in place; memory-mapped unless it is empty."""
    dtype = _record(dim)
    if count == 0:
        np.save(path, np.empty(0, dtype=dtype))
        return CompactVectors(np.empty(0, dtype=dtype))
    array = np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=(count,))
    # Without its blocks reserved, a disk that fills up kills the process (SIGBUS) and raises no error.
    with path.open("r+b") as stream:
        os.posix_fallocate(stream.fileno(), 0, path.stat().st_size)
    return CompactVectors(array)


def opened(path: Path, count: int, dim: int) -> CompactVectors:
    """The vectors of a file that was written with `create`.

    Raises:
        IndexDamaged: It cannot be read, or holds others.
    """
    return CompactVectors(mapped(path, _record(dim), count))


def _record(dim: int) -> np.dtype[Any]:
    return np.dtype([("codes", np.int8, (dim,)), ("scale", "<f4")])
