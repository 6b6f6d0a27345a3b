"""Titles and abstracts in one spelling, end to end: which papers hold a phrase, or one form of a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from semsearch.index import strings
from semsearch.index.arrays import mapped, offsets
from semsearch.index.progress import Advance, counted, ignore
from semsearch.index.spelling import spelled
from semsearch.index.vectors import Rows
from semsearch.paper import Paper

_TEXTS, _ENDS = "texts.npy", "text_ends.npy"
_FORMS, _USES = "forms", "form_uses.npy"
_BLOCK = 1_000  # papers whose places are looked up at a time


def write(folder: Path, papers: Sequence[Paper], advance: Advance = ignore) -> None:
    """Write the words of titles and abstracts; row ``i`` is ``papers[i]``."""
    blob, ends, uses = bytearray(), [0], Counter[str]()
    for paper in counted(papers, advance):
        text = f" {spelled(paper.title)} \n {spelled(paper.abstract)} \n"
        blob += text.encode()
        ends.append(len(blob))
        uses.update(set(text.split()))
    forms = sorted(uses, key=str.encode)
    strings.write(folder, _FORMS, forms)
    np.save(folder / _USES, np.array([uses[form] for form in forms], dtype=np.int32))
    np.save(folder / _TEXTS, np.frombuffer(blob, dtype=np.uint8))
    np.save(folder / _ENDS, np.array(ends, dtype=np.int64))


class PaperTexts:
    """Finds phrases, and counts words. All arrays are memory-mapped."""

    def __init__(self, folder: Path, papers: int) -> None:
        self._texts = mapped(folder / _TEXTS, np.uint8, None)
        self._ends = offsets(folder / _ENDS, papers, len(self._texts))
        self._forms = strings.Strings(folder, _FORMS)
        self._uses = mapped(folder / _USES, np.int32, len(self._forms))

    def __len__(self) -> int:
        return len(self._ends) - 1

    def uses(self, word: str) -> int:
        """How many papers hold a word in just this form; case and accents do not matter."""
        number = self._forms.find(spelled(word))
        return 0 if number is None else int(self._uses[number])

    def holding(self, phrase: str, among: Rows | None = None, most: int | None = None) -> Rows:
        """Rows of the papers whose title or abstract holds the words of a phrase one after the other.

        Args:
            phrase: Free text; case, accents and punctuation do not matter.
            among: The only rows to look at, in order; None for all.
            most: After so many no more are looked for; None for all.
        """
        words = f" {spelled(phrase)} ".encode()
        rows = np.arange(len(self)) if among is None else among
        return np.fromiter(islice(self._holding(words, rows), most), dtype=np.int64)

    def _holding(self, words: bytes, rows: Rows) -> Iterator[int]:
        for first in range(0, len(rows), _BLOCK):
            block = rows[first : first + _BLOCK]
            spans = zip(
                block.tolist(), self._ends[block].tolist(), self._ends[block + 1].tolist(), strict=True
            )
            yield from (row for row, start, end in spans if words in self._texts[start:end].tobytes())
