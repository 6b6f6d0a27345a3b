"""How many of some papers are of each year, author and venue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from heapq import nlargest
from typing import Any

from semsearch.encode import Vectors
from semsearch.index.generation import Generation
from semsearch.index.papers import Filters, PaperTable
from semsearch.index.vectors import Rows
from semsearch.ingest.clean import fold
from semsearch.search.confidence import better_than_weak
from semsearch.search.ranking import Ranking

Counts = tuple[tuple[str, int], ...]
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
    papers = generation.papers
    for_years, for_authors, for_venues = (rows(considered) for considered in _each(wanted))
    years = Counter(year for year in papers.years(for_years) if year is not None)
    authors, venues = _authors(papers, for_authors), _venues(papers, for_venues)
    return Facets(generation.id, len(rows(wanted)), tuple(sorted(years.items())), authors, venues)


def about(generation: Generation, found: Ranking, queries: Vectors | None) -> Rows:
    """The rows of a ranking that are more than weak; all of them when none is, or without vectors."""
    better = better_than_weak(generation, found, queries)
    return found.rows[better] if better.any() else found.rows


def _authors(papers: PaperTable, rows: Rows) -> Counts:
    if len(rows) == len(papers):
        return _all_authors(papers)
    return _most(name for names in papers.authors(rows) for name in names)


def _venues(papers: PaperTable, rows: Rows) -> Counts:
    return _most(venue for venue in papers.venues(rows) if venue)


@lru_cache(maxsize=2)  # one that answers, and one that is about to
def _all_authors(papers: PaperTable) -> Counts:
    """Whoever filters by author sees what else there is to choose from, which is always the same."""
    rows = papers.passing(Filters())
    return _most(name for names in papers.authors(rows) for name in names)


def _most(names: Iterable[str]) -> Counts:
    """The commonest, each as it is written most often; one name whatever its case and accents."""
    written, totals = Counter(names), Counter[str]()
    folded = {name: fold(name) for name in written}
    for name, papers in written.items():
        totals[folded[name]] += papers
    least = min(nlargest(_SHOWN, totals.values()), default=0)
    spelled: dict[str, Counter[str]] = {}
    for name, papers in written.items():
        if totals[folded[name]] >= least:
            spelled.setdefault(folded[name], Counter())[name] = papers
    most = sorted((-forms.total(), forms.most_common(1)[0][0]) for forms in spelled.values())
    return tuple((name, -papers) for papers, name in most[:_SHOWN])
