"""The papers of a search of findpapers, to papers: https://github.com/jonatasgrosman/findpapers."""

from __future__ import annotations

from semsearch.ingest.clean import clean_doi, clean_name, clean_text, clean_year
from semsearch.ingest.formats.record import Record, UnusableError, every, identifiers, inside, text
from semsearch.ingest.identity import make_id
from semsearch.paper import Paper


def recognises(record: Record) -> bool:
    """Whether a record is a paper that findpapers found."""
    return "databases" in record and "urls" in record


def paper(record: Record, where: str) -> Paper:
    """A paper.

    Raises:
        UnusableError: It has no title.
    """
    title = clean_text(text(record, "title"))
    if not title:
        raise UnusableError("the paper has no title. Add one.")
    authors = tuple(name for each in every(record, "authors") if (name := clean_name(each)))
    # A program keeps them in a set: the same search writes them in another order.
    urls = sorted(every(record, "urls"))
    doi = clean_doi(text(record, "doi"))
    return Paper(
        id=doi or make_id(title, authors),
        title=title,
        abstract=clean_text(text(record, "abstract")),
        authors=authors,
        year=clean_year(text(record, "publication_date")),
        venue=clean_text(text(inside(record, "publication"), "title")) or None,
        doi=doi,
        url=next(iter(urls), None) or (f"https://doi.org/{doi}" if doi else None),
        keywords=tuple(sorted(word for each in every(record, "keywords") if (word := clean_text(each)))),
        source=where,
        identifiers=identifiers(
            ("arxiv", next((url for url in urls if "arxiv.org/" in url), "")),
            ("pmid", next((url for url in urls if "pubmed" in url), "")),
        ),
    )
