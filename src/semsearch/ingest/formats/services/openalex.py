"""OpenAlex works to papers: https://docs.openalex.org/api-entities/works/work-object."""

from __future__ import annotations

import re

from semsearch.ingest.clean import (
    clean_doi,
    clean_language,
    clean_name,
    clean_printed,
    clean_text,
    clean_year,
)
from semsearch.ingest.formats.record import Record, UnusableError, identifiers, inside, kind, objects, text
from semsearch.ingest.identity import make_id
from semsearch.paper import Original, Paper

_ENTITY = re.compile(r"https?://(?:api\.)?openalex\.org/(?:\w+/)?([A-Z])[0-9]+")
_KEYS = frozenset(
    ("authorships", "abstract_inverted_index", "primary_location", "host_venue", "publication_year")
)
_MOST_WORDS = 100_000  # a position beyond is damage, and would make a text of a size of its choice


def recognises(record: Record) -> bool:
    """Whether a record is of OpenAlex, whichever of its fields were selected."""
    named = isinstance(found := record.get("id"), str) and _ENTITY.match(found) is not None
    return not _KEYS.isdisjoint(record) or (named and "authors" not in record)


def paper(record: Record, where: str) -> Paper:
    """A paper of one work.

    Raises:
        UnusableError: It is no work, or has no title.
    """
    entity = _ENTITY.match(text(record, "id"))
    if entity and entity[1] != "W":
        raise UnusableError("is no work of OpenAlex but one of its authors, institutions, sources or topics.")
    title = clean_text(text(record, "title", "display_name"))
    if not title:
        raise UnusableError("the work has no title.")
    numbers = inside(record, "ids")
    doi = clean_doi(text(record, "doi") or str(numbers.get("doi") or ""))
    authors = tuple(name for each in objects(record, "authorships") if (name := _author(each)))
    own = text(record, "id") or str(numbers.get("openalex") or "")
    abstract = _abstract(record.get("abstract_inverted_index")) or text(record, "abstract")
    location = inside(record, "primary_location") or inside(record, "best_oa_location")
    return Paper(
        id=own.rpartition("/")[2] or doi or make_id(title, authors),
        title=title,
        abstract=clean_text(abstract),
        authors=authors,
        year=clean_year(record.get("publication_year")) or clean_year(record.get("publication_date")),
        venue=_venue(record),
        doi=doi,
        url=text(location, "landing_page_url") or (f"https://doi.org/{doi}" if doi else own) or None,
        language=clean_language(text(record, "language")),
        keywords=_keywords(record),
        source=where,
        original=Original(text(record, "title", "display_name"), abstract),
        identifiers=identifiers(
            ("openalex", own),
            ("mag", numbers.get("mag")),
            ("pmid", numbers.get("pmid")),
            ("pmc", numbers.get("pmcid")),
            *(
                ("arxiv", each.get("landing_page_url"))
                for each in objects(record, "locations")
                if _at_arxiv(each)
            ),
        ),
        printed=clean_printed(
            str(inside(record, "biblio").get("volume") or ""),
            str(inside(record, "biblio").get("first_page") or ""),
        ),
    )


def _author(authorship: Record) -> str:
    author = inside(authorship, "author")
    return clean_name(text(author, "display_name") or text(authorship, "raw_author_name"))


def _abstract(index: object) -> str:
    """The text of an inverted index: each word at its positions; https://docs.openalex.org explains why."""
    if not index:
        return ""
    if not isinstance(index, dict):
        raise UnusableError(f"“abstract_inverted_index” is {kind(index)}; it must be an object.")
    places: dict[int, str] = {}
    for word, positions in index.items():
        # R writes a list of one as its only value.
        for position in positions if isinstance(positions, list) else [positions]:
            if isinstance(position, int) and 0 <= position < _MOST_WORDS:
                places[position] = word
    # Line ends that were escaped twice are words there.
    return " ".join(word for _, word in sorted(places.items()) if word not in (r"\n", r"\r", r"\t"))


def _venue(record: Record) -> str | None:
    # "host_venue" is what "primary_location" was called until 2023.
    source = inside(record, "primary_location", "source") or inside(record, "host_venue")
    raw = text(inside(record, "primary_location"), "raw_source_name")
    return clean_text(text(source, "display_name") or raw) or None


def _keywords(record: Record) -> tuple[str, ...]:
    words = (text(each, "display_name", "keyword") for each in objects(record, "keywords"))
    return tuple(word for each in words if (word := clean_text(each)))


def _at_arxiv(location: Record) -> bool:
    return "arxiv.org/" in str(location.get("landing_page_url"))
