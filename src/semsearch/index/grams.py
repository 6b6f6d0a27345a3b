"""Strings found again in spite of typing errors: an index of their trigrams.

An edit (a letter more, less, other, or two exchanged) spoils at most four of a string's trigrams, so among
any ``4 e + s`` of them at least ``s`` also stand in every string that is ``e`` edits away. The rarest ones
are looked up, and what shares enough of them is compared in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from semsearch.index import strings
from semsearch.index.arrays import indices, mapped, offsets

_BEGIN, _END = "\x02", "\x03"
_SPOILED = 4  # trigrams that one edit changes, at most
_BYTES = 4  # of UTF-8 in one character, at most
_SHARED = 4  # trigrams beyond those that a candidate must share


def write(folder: Path, name: str, entries: Sequence[str]) -> None:
    """Index strings by their number. Empty ones are never found."""
    blob = np.frombuffer(
        "".join(f"{_BEGIN}{string}{_END}" for string in entries).encode("utf-32-le"), dtype=np.uint32
    )
    numbers = np.cumsum(blob == ord(_BEGIN), dtype=np.uint64) - np.uint64(1)
    inside = (blob[1:-1] != ord(_BEGIN)) & (blob[2:] != ord(_BEGIN))
    pairs = np.sort((_codes(blob)[inside].astype(np.uint64) << np.uint64(32)) | numbers[:-2][inside])
    pairs = pairs[np.diff(pairs, prepend=~pairs[:1]) != 0]  # sorting and comparing beats np.unique tenfold
    codes, starts = np.unique((pairs >> np.uint64(32)).astype(np.uint32), return_index=True)
    strings.write(folder, name, entries)
    np.save(folder / f"{name}_grams.npy", codes)
    np.save(folder / f"{name}_starts.npy", np.append(starts, len(pairs)).astype(np.int64))
    np.save(folder / f"{name}_entries.npy", (pairs & np.uint64(0xFFFFFFFF)).astype(np.uint32))


class Grams:
    """Finds the strings that a string was meant to be. All arrays are memory-mapped."""

    def __init__(self, folder: Path, name: str) -> None:
        self._strings = strings.Strings(folder, name)
        self._grams = mapped(folder / f"{name}_grams.npy", np.uint32, None)
        self._entries = indices(folder / f"{name}_entries.npy", np.uint32, None, below=len(self._strings))
        self._starts = offsets(folder / f"{name}_starts.npy", len(self._grams), len(self._entries))

    def __len__(self) -> int:
        return len(self._strings)

    def __getitem__(self, entry: int) -> str:
        return self._strings[entry]

    def near(self, string: str, edits: int) -> list[tuple[int, int]]:
        """Entries at most so many edits away, each with its distance (optimal string alignment)."""
        if not string:
            return []
        found = []
        for entry in self._candidates(string, edits):
            distance = OSA.distance(string, self[entry], score_cutoff=edits)
            if distance <= edits:
                found.append((int(entry), int(distance)))
        return found

    def _candidates(self, string: str, edits: int) -> NDArray[np.intp]:
        """Entries that share as many trigrams as so many edits leave."""
        blob = np.frombuffer(f"{_BEGIN}{string}{_END}".encode("utf-32-le"), dtype=np.uint32)
        wanted = np.unique(_codes(blob))
        places = np.searchsorted(self._grams, wanted)
        known = places < len(self._grams)
        known[known] = self._grams[places[known]] == wanted[known]
        starts = np.where(known, self._starts[np.where(known, places, 0)], 0)
        ends = np.where(known, self._starts[np.where(known, places + 1, 0)], 0)
        rarest = np.argsort(ends - starts, kind="stable")[: _SPOILED * edits + _SHARED]
        entries = np.concatenate([self._entries[starts[i] : ends[i]] for i in rarest]).astype(np.intp)
        # An edit moves the length by a character at most, which takes up to four bytes.
        length = len(string.encode())
        entries = entries[np.abs(self._strings.lengths[entries] - length) <= _BYTES * edits]
        entries, shared = np.unique(entries, return_counts=True)
        candidates: NDArray[np.intp] = entries[shared >= max(1, len(rarest) - _SPOILED * edits)]
        return candidates


def _codes(blob: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """A 32-bit hash of each three neighbouring characters (multiply and xor, as in FNV)."""
    codes = blob[:-2] * np.uint32(0x9E3779B1)
    codes = (codes ^ blob[1:-1]) * np.uint32(0x85EBCA6B)
    codes = (codes ^ blob[2:]) * np.uint32(0xC2B2AE35)
    hashed: NDArray[np.uint32] = codes ^ (codes >> np.uint32(15))
    return hashed
