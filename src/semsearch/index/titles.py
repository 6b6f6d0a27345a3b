"""Titles, and their parts before a colon, found in spite of typing errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semsearch.errors import IndexDamaged
from semsearch.index import grams
from semsearch.index.arrays import indices
from semsearch.index.grams import Grams
from semsearch.index.manifest import MEND
from semsearch.index.progress import Advance, counted, ignore
from semsearch.index.spelling import key
from semsearch.paper import Paper

_NAME = "title_keys"
_ROWS = "title_rows.npy"
_SUBTITLE = re.compile(r"\s*[:：]\s|\s[-–—]+\s|(?<=\?)\s|—")


@dataclass(frozen=True, slots=True)
class NearTitle:
    """A paper whose title, in any language, is near: by how many edits; and is it the title's head only?"""

    row: int
    edits: int
    head: bool


def head(title: str) -> str:
    """The part of a title before its subtitle; empty when it has none."""
    first, *rest = _SUBTITLE.split(title.strip(), maxsplit=1)
    return first if rest and rest[0].strip() else ""


def write(folder: Path, papers: Sequence[Paper], advance: Advance = ignore) -> None:
    """Index the titles; entry ``i`` is the title of ``papers[i]``.

    Behind them come titles in further languages, and the heads of all; the row of a head is written
    ``len(papers)`` higher.
    """
    translated = [
        (row, each.title) for row, paper in enumerate(papers) for each in paper.translations if each.title
    ]
    titles = [*((row, paper.title) for row, paper in enumerate(counted(papers, advance))), *translated]
    heads = [(len(papers) + row, first) for row, title in titles if (first := head(title))]
    grams.write(folder, _NAME, [key(text) for _, text in (*titles, *heads)])
    np.save(folder / _ROWS, np.array([row for row, _ in (*titles, *heads)], dtype=np.int32))


class PaperTitles:
    """Which papers a title was meant for."""

    def __init__(self, folder: Path, papers: int) -> None:
        self._papers = papers
        self._keys = Grams(folder, _NAME)
        self._rows = indices(folder / _ROWS, np.int32, len(self._keys), below=2 * papers)
        if not np.array_equal(self._rows[:papers], np.arange(papers)):
            raise IndexDamaged("does not begin with a title of each paper.", where=folder / _ROWS, hint=MEND)

    def __len__(self) -> int:
        """Titles and heads of titles."""
        return len(self._keys)

    def near(self, text: str, edits: int) -> list[NearTitle]:
        """Titles and heads of titles at most so many edits away from a text, by their keys, nearest first."""
        found = self._keys.near(key(text), edits)
        near = [
            NearTitle(int(row) % self._papers, distance, bool(row >= self._papers))
            for row, distance in ((self._rows[i], distance) for i, distance in found)
        ]
        return sorted(near, key=lambda title: (title.edits, title.head, title.row))

    def key_of(self, row: int) -> str:
        """The key of a paper's whole title."""
        return self._keys[row]
