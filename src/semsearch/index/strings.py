"""Sorted strings in two memory-mapped arrays: which number has this one, and which is this number's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from semsearch.index.files import mapped


def write(folder: Path, name: str, strings: Iterable[str]) -> None:
    """Write strings that are in the order of their UTF-8 bytes."""
    encoded = [string.encode() for string in strings]
    np.save(folder / f"{name}.npy", np.frombuffer(b"".join(encoded), dtype=np.uint8))
    np.save(folder / f"{name}_ends.npy", np.cumsum([0, *map(len, encoded)], dtype=np.int64))


class SortedStrings:
    """Reads what `write` wrote."""

    def __init__(self, folder: Path, name: str) -> None:
        self._bytes, self._ends = mapped(folder / f"{name}.npy"), mapped(folder / f"{name}_ends.npy")

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[str]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> str:
        return self._raw(number).decode()

    def find(self, string: str) -> int | None:
        """The number of a string, by binary search; None when it is not there."""
        wanted = string.encode()
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self._raw(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self._raw(low) == wanted else None

    def _raw(self, number: int) -> bytes:
        start, end = self._ends[number : number + 2]
        return bytes(self._bytes[start:end].tobytes())
