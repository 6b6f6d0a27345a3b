"""Which of a million records have a key in common, in memory that does not grow with them."""

from __future__ import annotations

import hashlib
import tempfile
from array import array
from collections.abc import Collection, Iterator
from contextlib import ExitStack

import numpy as np

_PARTS = 8  # an eighth of the keys is looked at together
_BUFFER = 1 << 14  # numbers of a part that are held before they are written


class Keys:
    """Keys of rows, kept as 64 bits of a hash, in files without a name.

    To be closed, or used in a ``with`` block.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._files = [self._stack.enter_context(tempfile.TemporaryFile()) for _ in range(_PARTS)]  # noqa: SIM115
        self._buffers = [array("Q") for _ in range(_PARTS)]

    def __enter__(self) -> Keys:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, key: str, row: int) -> None:
        """Take note of a key of a row."""
        number = _hash(key)
        part = number % _PARTS
        buffer = self._buffers[part]
        buffer.append(number)
        buffer.append(row)
        if len(buffer) >= _BUFFER:
            self._files[part].write(buffer.tobytes())
            del buffer[:]

    def shared(self, most: int | None = None) -> Iterator[list[int]]:
        """The rows of each key that several have, in order.

        Args:
            most: Leave out keys that more rows have; None for no limit.
        """
        for part in range(_PARTS):
            pairs = self._pairs(part)
            order = np.lexsort((pairs[:, 1], pairs[:, 0]))
            keys, rows = pairs[order, 0], pairs[order, 1]
            starts = np.flatnonzero(np.diff(keys, prepend=~keys[:1])) if len(keys) else np.zeros(0, np.int64)
            ends = np.append(starts[1:], len(keys))
            sizes = ends - starts
            for group in np.flatnonzero((sizes > 1) & (sizes <= (most or len(keys)))):
                found = np.unique(rows[starts[group] : ends[group]]).tolist()
                if len(found) > 1:
                    yield found

    def known(self, keys: Collection[str]) -> set[str]:
        """Those of some keys that a row has."""
        numbers = {_hash(key): key for key in keys}
        found = set[str]()
        for part in range(_PARTS):
            here = np.array([number for number in numbers if number % _PARTS == part], dtype=np.uint64)
            if len(here):
                found.update(numbers[int(n)] for n in here[np.isin(here, self._pairs(part)[:, 0])])
        return found

    def _pairs(self, part: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
        file, buffer = self._files[part], self._buffers[part]
        file.write(buffer.tobytes())
        del buffer[:]
        file.seek(0)
        pairs = np.frombuffer(file.read(), dtype=np.uint64).reshape(-1, 2)
        file.seek(0, 2)
        return pairs


def _hash(key: str) -> int:
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little")
