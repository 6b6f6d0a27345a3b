"""Strings in two memory-mapped arrays: by number and, when they are sorted, the number of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from semsearch.index.files import mapped


def write(folder: Path, name: str, strings: Iterable[str]) -> None:
    """Write strings end to end in UTF-8, and where each ends."""
    encoded = [string.encode() for string in strings]
    np.save(folder / f"{name}.npy", np.frombuffer(b"".join(encoded), dtype=np.uint8))
    np.save(folder / f"{name}_ends.npy", np.cumsum([0, *map(len, encoded)], dtype=np.int64))


class Strings:
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
        """The number of a string, by binary search; None when it is not there.

        They must have been written in the order of their UTF-8 bytes.
        """
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
