"""DBLP's answers to a search, in JSON, to papers: https://dblp.org/faq/How+to+use+the+dblp+search+API.html."""

from __future__ import annotations

from semsearch.ingest.clean import clean_doi, clean_text, clean_year
from semsearch.ingest.formats.record import Record, UnusableError, every, first, identifiers, inside
from semsearch.ingest.formats.xml.dblp import arxiv_of, dblp_name, dblp_title
from semsearch.ingest.identity import make_id
from semsearch.paper import Paper


def recognises(record: Record) -> bool:
    """Whether a record is what DBLP says of a hit."""
    return "key" in record and "title" in record and ("venue" in record or "ee" in record or "type" in record)


def paper(record: Record, where: str) -> Paper:
    """A paper of the ``info`` of one hit.

    Raises:
        UnusableError: It has no title.
    """
    title = dblp_title(first(record, "title"))
    if not title:
        raise UnusableError("the record has no title.")
    people = inside(record, "authors").get("author")
    authors = tuple(
        name
        for each in (people if isinstance(people, list) else [people])
        if (name := dblp_name(each.get("text") if isinstance(each, dict) else each))
    )
    ees = every(record, "ee")
    doi = clean_doi(first(record, "doi")) or next((doi for ee in ees if (doi := clean_doi(ee))), None)
    key = first(record, "key")
    return Paper(
        id=key or doi or make_id(title, authors),
        title=title,
        authors=authors,
        year=clean_year(first(record, "year")),
        venue=clean_text(first(record, "venue")) or None,
        doi=doi,
        url=next(iter(ees), "") or first(record, "url") or None,
        source=where,
        identifiers=identifiers(("dblp", key), ("arxiv", arxiv_of(ees, first(record, "volume")))),
    )
