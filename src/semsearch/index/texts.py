"""Titles and abstracts in one spelling, end to end: which papers hold a phrase, word for word."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from semsearch.index.files import mapped
from semsearch.index.progress import Advance, counted, ignore
from semsearch.index.spelling import spelled
from semsearch.index.vectors import Rows
from semsearch.paper import Paper

_TEXTS, _ENDS = "texts.npy", "text_ends.npy"


def write(folder: Path, papers: Sequence[Paper], advance: Advance = ignore) -> None:
    """Write the words of titles and abstracts; row ``i`` is ``papers[i]``."""
    blob, ends = bytearray(), [0]
    for paper in counted(papers, advance):
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
        rows = np.arange(len(self)) if among is None else among
        spans = zip(rows.tolist(), self._ends[rows].tolist(), self._ends[rows + 1].tolist(), strict=True)
        held = (row for row, start, end in spans if words in self._texts[start:end].tobytes())
        return np.fromiter(islice(held, most), dtype=np.int64)
