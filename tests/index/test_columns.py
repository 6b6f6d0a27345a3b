"""Filters and counts over columns, against what the papers say themselves."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from semsearch.index import papers
from semsearch.index.papers import Filters, PaperTable
from semsearch.ingest.clean import fold
from semsearch.paper import Paper
from tests.support import CORPUS

NAMES = (
    "Jérôme Louradour",
    "Jerome Louradour",
    "Li Wei",
    "Wei Li",
    "Liam Weir",
    "Li",
    "J. D. Watson",
    "李 伟",
)
VENUES = (None, "NIPS", "Nips", "Nature", "Nature Physics", "Signature Journal", "The Computer Journal")
CHANCE = np.random.default_rng(3)
MANY = [
    Paper(
        f"p{i}",
        f"Paper {i}",
        authors=tuple(CHANCE.choice(NAMES, CHANCE.integers(0, 4), replace=False).tolist()),
        year=None if i % 7 == 0 else int(CHANCE.integers(1990, 2030)),
        venue=VENUES[CHANCE.integers(0, len(VENUES))],
    )
    for i in range(400)
]
ALL = [*CORPUS, *MANY]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> PaperTable:
    folder: Path = tmp_path_factory.mktemp("columns")
    papers.write(folder, ALL)
    return PaperTable(folder)


def passes(paper: Paper, filters: Filters) -> bool:
    """What the fields of `Filters` say, word for word."""
    if filters.year_from is not None and (paper.year is None or paper.year < filters.year_from):
        return False
    if filters.year_to is not None and (paper.year is None or paper.year > filters.year_to):
        return False
    if filters.venue is not None and fold(filters.venue) not in fold(paper.venue or ""):
        return False
    if filters.author is not None:
        wanted = set(fold(filters.author).split())
        return any(wanted <= set(fold(name).split()) for name in paper.authors)
    return True


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(year_from=2000),
        Filters(year_to=2014),
        Filters(year_from=2005, year_to=2005),
        Filters(year_from=2010, year_to=2000),
        Filters(venue="nature"),
        Filters(venue="NATURE physics"),
        Filters(venue="…"),
        Filters(venue="nowhere"),
        Filters(author="li"),
        Filters(author="Wei Li"),
        Filters(author="jerome"),
        Filters(author="Jérôme Bengio"),
        Filters(author="伟"),
        Filters(author="nobody"),
        Filters(author="!"),
        Filters(year_from=2001, venue="nips", author="louradour"),
    ],
)
def test_a_filter_passes_what_its_fields_say(table: PaperTable, filters: Filters) -> None:
    expected = [i for i, paper in enumerate(ALL) if passes(paper, filters)]
    assert table.passing(filters).tolist() == expected


@pytest.mark.parametrize("share", [1.0, 0.3, 0.01, 0.0])
def test_counts_are_those_of_a_counter(table: PaperTable, share: float) -> None:
    rows = np.flatnonzero(np.random.default_rng(4).random(len(ALL)) < share)
    chosen = [ALL[row] for row in rows]
    years = Counter(paper.year for paper in chosen if paper.year is not None)
    assert table.columns.counts(rows) == tuple(sorted(years.items()))
    for column, names in (
        (table.columns.authors, [name for paper in chosen for name in paper.authors]),
        (table.columns.venues, [paper.venue for paper in chosen if paper.venue]),
    ):
        totals = Counter(map(fold, names))
        for shown in (3, 50):
            found = column.most(rows, shown)
            assert [count for _, count in found] == [count for _, count in totals.most_common(shown)]
            assert all(totals[fold(name)] == count for name, count in found)
            spelled = Counter(names)
            for name, _ in found:  # as it is written most often
                assert spelled[name] == max(n for other, n in spelled.items() if fold(other) == fold(name))


def test_newest_comes_first_and_what_has_no_year_last(table: PaperTable) -> None:
    order = sorted(range(len(ALL)), key=lambda row: (-(ALL[row].year or -(10**9)), row))
    assert table.newest(Filters(), 50).tolist() == order[:50]
    assert table.newest(Filters(), 1_000, 350).tolist() == order[350:]
    among = [row for row in order if passes(ALL[row], Filters(venue="nips"))]
    assert table.newest(Filters(venue="nips"), 10, 5).tolist() == among[5:15]


def test_a_year_that_no_column_holds_is_brought_near(tmp_path: Path) -> None:
    papers.write(tmp_path, [Paper("a", "A", year=10**15), Paper("b", "B", year=-(10**15)), Paper("c", "C")])
    table = PaperTable(tmp_path)
    assert table.passing(Filters(year_from=3_000)).tolist() == [0]
    assert table.passing(Filters(year_to=3_000)).tolist() == [1]
    assert table.get([0])[0].year == 10**15
