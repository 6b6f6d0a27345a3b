"""Years, venues and authors of all papers as columns of numbers: what filters and counts go through.

A venue or a name that a thousand papers share is written once and then a number. Two spellings of one name
(case, accents) are two names of one group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semsearch.index import strings
from semsearch.index.arrays import indices, mapped, offsets
from semsearch.index.progress import Advance, counted, ignore
from semsearch.index.strings import Strings
from semsearch.index.vectors import Mask, Rows
from semsearch.ingest.clean import fold
from semsearch.paper import Paper

NO_YEAR = -(2**31)
"""Stands for a year that is not known."""

Counts = tuple[tuple[str, int], ...]

_YEARS = "years.npy"


def write(folder: Path, papers: Sequence[Paper], advance: Advance = ignore) -> None:
    """Write the columns; row ``i`` is ``papers[i]``."""
    years = [NO_YEAR if paper.year is None else _near(paper.year) for paper in counted(papers, advance)]
    np.save(folder / _YEARS, np.array(years, dtype=np.int32))
    _write(folder, "venues", ((paper.venue,) if paper.venue else () for paper in papers))
    _write(folder, "authors", (paper.authors for paper in papers))


def _near(year: int) -> int:
    """A year, or the one nearest to it that the column can hold."""
    return max(NO_YEAR + 1, min(year, -NO_YEAR - 1))


def _write(folder: Path, column: str, of_papers: Iterable[Sequence[str]]) -> None:
    numbers: dict[str, int] = {}
    said, ends = list[int](), [0]
    for names in of_papers:
        said += (numbers.setdefault(name, len(numbers)) for name in names)
        ends.append(len(said))
    groups: dict[str, int] = {}
    group = [groups.setdefault(fold(name), len(groups)) for name in numbers]
    strings.write(folder, column, numbers)
    # Between blanks, so that a word is found as one and nothing reaches from one name into the next.
    strings.write(folder, f"{column}_folded", (f" {name} " for name in groups))
    np.save(folder / f"{column}_groups.npy", np.array(group, dtype=np.int32))
    np.save(folder / f"{column}_said.npy", np.array(said, dtype=np.int32))
    np.save(folder / f"{column}_starts.npy", np.array(ends, dtype=np.int64))


class Column:
    """The venues, or the authors, of all papers. Arrays are memory-mapped.

    Raises:
        IndexDamaged: A file cannot be read, or is of other papers.
    """

    def __init__(self, folder: Path, column: str, papers: int) -> None:
        self._papers = papers
        self._names = Strings(folder, column)
        self._folded = Strings(folder, f"{column}_folded")
        self._groups = indices(
            folder / f"{column}_groups.npy", np.int32, len(self._names), below=len(self._folded)
        )
        self._said = indices(folder / f"{column}_said.npy", np.int32, None, below=len(self._names))
        self._starts = offsets(folder / f"{column}_starts.npy", papers, len(self._said))

    def holding(self, *parts: str) -> Mask:
        """Which papers have a name that holds every one of some folded parts, shape ``(papers,)``."""
        groups = np.ones(len(self._folded), dtype=np.bool_)
        for part in parts:
            held = np.zeros(len(self._folded), dtype=np.bool_)
            held[self._folded.holding(part)] = True
            groups &= held
        named = groups[self._groups][self._said]
        rows = np.searchsorted(self._starts, np.flatnonzero(named), side="right") - 1
        mask = np.zeros(self._papers, dtype=np.bool_)
        mask[rows] = True
        return mask

    def most(self, rows: Rows, shown: int) -> Counts:
        """The names that most of some papers have, most papers first, each as it is written most often."""
        names, times = self._all if len(rows) == self._papers else self._count(rows)
        group = np.unique(self._groups[names], return_inverse=True)[1]
        totals = np.bincount(group, weights=times)
        least = np.sort(totals)[-shown:][:1]
        found = []
        for one in np.flatnonzero(totals >= least) if len(least) else ():
            spelled = np.flatnonzero(group == one)
            name = self._names[int(names[spelled[times[spelled].argmax()]])]
            found.append((-int(totals[one]), name))
        return tuple((name, -papers) for papers, name in sorted(found)[:shown])

    @cached_property
    def _all(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Of all papers, who are counted most often."""
        return self._count(np.arange(self._papers))

    def _count(self, rows: Rows) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The numbers of the names that some papers have, and how often."""
        starts = self._starts[rows]
        counts = self._starts[rows + 1] - starts
        places = np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        return np.unique(self._said[places], return_counts=True)


class Columns:
    """The columns of a generation."""

    def __init__(self, folder: Path, papers: int) -> None:
        self.years: NDArray[np.int32] = mapped(folder / _YEARS, np.int32, papers)
        self.venues = Column(folder, "venues", papers)
        self.authors = Column(folder, "authors", papers)

    @cached_property
    def newest(self) -> Rows:
        """All rows, the latest year first, those without one last; of one year in their order."""
        return np.argsort(-self.years.astype(np.int64), kind="stable")

    def counts(self, rows: Rows) -> tuple[tuple[int, int], ...]:
        """Year and papers, from the first year of some papers to the last; those without are left out."""
        years, counts = np.unique(self.years[rows], return_counts=True)
        found = zip(years.tolist(), counts.tolist(), strict=True)
        return tuple((year, papers) for year, papers in found if year != NO_YEAR)
