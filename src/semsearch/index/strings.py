"""Strings in two memory-mapped arrays: by number and, when they are sorted, the number of each."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semsearch.index.arrays import mapped, offsets

_BLOCK = 64  # strings; the first of each block is held in memory, so that a search reads one block alone


def write(folder: Path, name: str, strings: Iterable[str]) -> None:
    """Write strings end to end in UTF-8, and where each ends."""
    encoded = [string.encode() for string in strings]
    np.save(folder / f"{name}.npy", np.frombuffer(b"".join(encoded), dtype=np.uint8))
    np.save(folder / f"{name}_ends.npy", np.cumsum([0, *map(len, encoded)], dtype=np.int64))


class Strings:
    """Reads what `write` wrote.

    Args:
        folder: Of the generation.
        name: Of the files.
        count: How many strings there must be; None for any number.
    """

    def __init__(self, folder: Path, name: str, count: int | None = None) -> None:
        self._bytes = mapped(folder / f"{name}.npy", np.uint8, None)
        self._ends = offsets(folder / f"{name}_ends.npy", count, len(self._bytes))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __iter__(self) -> Iterator[str]:
        return (self[number] for number in range(len(self)))

    def __getitem__(self, number: int) -> str:
        return self._raw(number).decode()

    @cached_property
    def lengths(self) -> NDArray[np.int32]:
        """How many bytes each string has in UTF-8; in memory."""
        return np.diff(self._ends).astype(np.int32)

    def find(self, string: str) -> int | None:
        """The number of a string, by binary search; None when it is not there.

        They must have been written in the order of their UTF-8 bytes.
        """
        wanted = string.encode()
        first = (bisect_right(self._heads, wanted) - 1) * _BLOCK
        if first < 0:
            return None
        start, *ends = self._ends[first : first + _BLOCK + 1].tolist()
        block, starts = self._bytes[start : ends[-1]].tobytes(), (start, *ends)

        def at(place: int) -> bytes:
            return block[starts[place] - start : ends[place] - start]

        place = bisect_left(range(len(ends)), wanted, key=at)
        return first + place if place < len(ends) and at(place) == wanted else None

    def holding(self, part: str) -> NDArray[np.int64]:
        """The numbers of the strings that hold a part, in order; it may not reach from one into the next."""
        wanted, text = part.encode(), self._bytes.tobytes()
        places, place = [], text.find(wanted)
        while place >= 0:
            places.append(place)
            place = text.find(wanted, place + 1)
        return np.unique(np.searchsorted(self._ends, np.array(places, dtype=np.int64), side="right") - 1)

    @cached_property
    def _heads(self) -> list[bytes]:
        return [self._raw(number) for number in range(0, len(self), _BLOCK)]

    def _raw(self, number: int) -> bytes:
        return bytes(self._bytes[self._ends[number] : self._ends[number + 1]].tobytes())
