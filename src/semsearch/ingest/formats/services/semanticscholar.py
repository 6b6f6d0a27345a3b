"""Semantic Scholar's papers, of its API and of its data sets: https://api.semanticscholar.org/api-docs."""

from __future__ import annotations

from semsearch.ingest.clean import clean_doi, clean_text, clean_year
from semsearch.ingest.formats.record import Record, UnusableError, identifiers, inside, names, text
from semsearch.ingest.identity import make_id
from semsearch.paper import Original, Paper

_KEYS = frozenset(("paperId", "corpusId", "corpusid", "externalIds", "externalids"))

_SCHEMES = (
    ("arxiv", "arxiv"),
    ("acl", "acl"),
    ("pmid", "pubmed"),
    ("pmc", "pubmedcentral"),
    ("dblp", "dblp"),
    ("mag", "mag"),
)


def recognises(record: Record) -> bool:
    """Whether a record is a paper of Semantic Scholar."""
    return not _KEYS.isdisjoint(record)


def paper(record: Record, where: str) -> Paper:
    """A paper.

    Raises:
        UnusableError: It has no title.
    """
    record = {key.casefold(): value for key, value in record.items()}  # "corpusid" in the data sets
    title = clean_text(text(record, "title"))
    if not title:
        raise UnusableError("the paper has no title.")
    others = {key.casefold(): value for key, value in inside(record, "externalids").items()}
    authors = names(record, "authors")
    doi = clean_doi(str(others.get("doi") or ""))
    corpus = record.get("corpusid") or others.get("corpusid")
    return Paper(
        id=text(record, "paperid") or (str(corpus) if corpus else doi or make_id(title, authors)),
        title=title,
        abstract=clean_text(text(record, "abstract")),
        authors=authors,
        year=clean_year(record.get("year")) or clean_year(record.get("publicationdate")),
        venue=_venue(record),
        doi=doi,
        url=text(record, "url").strip() or None,
        source=where,
        original=Original(text(record, "title"), text(record, "abstract")),
        identifiers=identifiers(
            ("s2", record.get("paperid")),
            ("corpusid", corpus),
            *((scheme, others.get(key)) for scheme, key in _SCHEMES),
        ),
    )


def _venue(record: Record) -> str | None:
    named = (
        text(record, "venue"),
        text(inside(record, "publicationvenue"), "name"),
        text(inside(record, "journal"), "name"),
    )
    return next((venue for each in named if (venue := clean_text(each))), None)
