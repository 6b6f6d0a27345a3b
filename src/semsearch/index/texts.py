"""Titles and abstracts in one spelling, end to end: which papers hold a phrase, word for word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from semsearch.index.files import mapped
from semsearch.index.spelling import spelled
from semsearch.index.vectors import Rows
from semsearch.paper import Paper

_TEXTS, _ENDS = "texts.npy", "text_ends.npy"
_FEW = 20_000  # papers that are quicker looked at one by one


def write(folder: Path, papers: Sequence[Paper]) -> None:
    """Write the words of titles and abstracts; row ``i`` is ``papers[i]``."""
    blob, ends = bytearray(), [0]
    for paper in papers:
        blob += f" {spelled(paper.title)} \n {spelled(paper.abstract)} \n".encode()
        ends.append(len(blob))
    np.save(folder / _TEXTS, np.frombuffer(blob, dtype=np.uint8))
    np.save(folder / _ENDS, np.array(ends, dtype=np.int64))


class PaperTexts:
    """Finds phrases. Both arrays are memory-mapped."""

    def __init__(self, folder: Path) -> None:
        self._texts, self._ends = mapped(folder / _TEXTS), mapped(folder / _ENDS)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def holding(self, phrase: str, among: Rows | None = None, most: int | None = None) -> Rows:
        """Rows of the papers whose title or abstract holds the words of a phrase one after the other.

        Args:
            phrase: Free text; case, accents and punctuation do not matter.
            among: The only rows to look at, in order; None for all.
            most: How many are enough; None for all.
        """
        words = f" {spelled(phrase)} ".encode()
        if among is not None and len(among) <= _FEW:
            ends = self._ends
            held = (row for row in among if words in self._texts[ends[row] : ends[row + 1]].tobytes())
            return np.fromiter(islice(held, most), dtype=np.int64)
        at = [match.start() for match in re.finditer(re.escape(words), self._texts.data)]
        rows = np.unique(np.searchsorted(self._ends, np.array(at, dtype=np.int64), side="right") - 1)
        return (rows if among is None else np.intersect1d(rows, among))[:most]
