"""How many of some papers are of each year, author and venue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from semsearch.encode import Vectors
from semsearch.index.columns import Counts
from semsearch.index.generation import Generation
from semsearch.index.papers import Filters
from semsearch.index.vectors import Rows
from semsearch.search.confidence import better_than_weak
from semsearch.search.ranking import Ranking

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts of papers.

    Attributes:
        generation: Id of the generation that was asked.
        papers: How many papers pass all filters and were counted.
        years: Year and count, from the first year to the last; papers without a year are left out.
        authors: Name and count, most papers first, the 50 first.
        venues: The same of journals and conferences.
    """

    generation: str
    papers: int
    years: tuple[tuple[int, int], ...]
    authors: Counts
    venues: Counts

    def to_dict(self) -> dict[str, Any]:
        """The counts as HTTP gives them."""
        return {
            "generation": self.generation,
            "papers": self.papers,
            "years": [{"year": year, "papers": papers} for year, papers in self.years],
            "authors": [{"name": name, "papers": papers} for name, papers in self.authors],
            "venues": [{"name": name, "papers": papers} for name, papers in self.venues],
        }


def variants(filters: Filters | None) -> set[Filters]:
    """The filters, and for each of the three facets the filters without its own."""
    return {filters or Filters(), *_each(filters or Filters())}


def _each(filters: Filters) -> tuple[Filters, Filters, Filters]:
    return (
        replace(filters, year_from=None, year_to=None),
        replace(filters, author=None),
        replace(filters, venue=None),
    )


def count(generation: Generation, filters: Filters | None, rows: Callable[[Filters], Rows]) -> Facets:
    """Count what ``rows`` gives for each of the `variants` of the filters."""
    wanted = filters or Filters()
    columns = generation.papers.columns
    for_years, for_authors, for_venues = (rows(considered) for considered in _each(wanted))
    return Facets(
        generation.id,
        len(rows(wanted)),
        columns.counts(for_years),
        columns.authors.most(for_authors, _SHOWN),
        columns.venues.most(for_venues, _SHOWN),
    )


def about(generation: Generation, found: Ranking, queries: Vectors | None) -> Rows:
    """The rows of a ranking that are more than weak; all of them when none is, or without vectors."""
    better = better_than_weak(generation, found, queries)
    return found.rows[better] if better.any() else found.rows
