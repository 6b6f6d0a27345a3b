"""Several records of one paper, made one: every identifier, and the best of each field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from semsearch.ingest.clean import fold
from semsearch.ingest.duplicates.evidence import is_preprint
from semsearch.paper import Original, Paper, Translation, Version

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIELDS = ("abstract", "authors", "year", "venue", "doi", "url", "language", "keywords")


def merged(records: Sequence[Paper], why: Sequence[str]) -> Paper:
    """One paper of several records.

    The id is that of the first. What is in print comes before a preprint, and then the record that says most:
    it gives the title, and each field that it has. The abstract is the longest that is not cut short, the
    authors are those of the record that names most of them, and most fully.

    Args:
        records: Of one paper, in the order they were read.
        why: What showed of each that it is; empty for the first.
    """
    ranked = sorted(records, key=_rank)
    best = ranked[0]
    about = max(ranked, key=lambda paper: (bool(paper.abstract), not paper.truncated, len(paper.abstract)))
    authors = max(ranked, key=lambda paper: (len(paper.authors), sum(map(len, paper.authors)))).authors
    doi = _first(ranked, "doi")
    return replace(
        best,
        id=records[0].id,
        abstract=about.abstract,
        truncated=about.truncated,
        authors=authors,
        year=_first(ranked, "year"),
        venue=_first(ranked, "venue"),
        doi=doi,
        url=_first(ranked, "url"),
        language=best.language or _first(ranked, "language"),
        keywords=_once(keyword for paper in ranked for keyword in paper.keywords),
        identifiers=_once(known for paper in ranked for known in _known_by(paper, doi)),
        translations=tuple(_translations(ranked)),
        versions=tuple(
            version
            for paper, reason in zip(records, why, strict=True)
            for version in (paper.versions or (_version(paper, reason),))
        ),
        original=_original(best, about),
    )


def merger(paper: Paper) -> dict[str, Any]:
    """What is told of a paper that was made of several records: which they were, and why; for JSON."""
    return {
        "id": paper.id,
        "title": paper.title,
        "versions": [asdict(version) for version in paper.versions],
    }


def _original(titled: Paper, about: Paper) -> Original | None:
    """How the title and the abstract that were taken stood in their sources."""
    title = titled.original.title if titled.original else ""
    abstract = about.original.abstract if about.original else ""
    return Original(title, abstract) if title or abstract else None


def _rank(paper: Paper) -> tuple[bool, bool, int]:
    return is_preprint(paper), not paper.abstract, -sum(bool(getattr(paper, field)) for field in _FIELDS)


def _first(records: Sequence[Paper], field: str) -> Any:
    return next((value for paper in records if (value := getattr(paper, field))), None)


def _once(values: Iterable[str]) -> tuple[str, ...]:
    """Each of some texts once, whatever its case."""
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(value.casefold(), value)
    return tuple(found.values())


def _known_by(paper: Paper, doi: str | None) -> Iterator[str]:
    yield from paper.identifiers
    if paper.doi and doi and paper.doi.casefold() != doi.casefold():
        yield f"doi:{paper.doi}"


def _translations(ranked: Sequence[Paper]) -> Iterator[Translation]:
    """What the records have in further languages, each language once."""
    best = ranked[0]
    seen = {best.language}
    for paper in ranked:
        own = Translation(paper.language, paper.title, paper.abstract) if paper.language else None
        for each in (*([own] if own and best.language else []), *paper.translations):
            if each.language not in seen and fold(each.title) != fold(best.title):
                seen.add(each.language)
                yield each


def _version(paper: Paper, why: str) -> Version:
    return Version(paper.id, paper.title, paper.year, paper.venue, paper.doi, paper.url, paper.source, why)
