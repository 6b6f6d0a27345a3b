"""The papers of a search of findpapers, to papers: https://github.com/jonatasgrosman/findpapers."""

from __future__ import annotations

from semsearch.ingest.clean import clean_doi, clean_text, clean_year
from semsearch.ingest.formats.record import Record, UnusableError, every, identifiers, inside, names, text
from semsearch.ingest.identity import make_id
from semsearch.paper import Original, Paper


def recognises(record: Record) -> bool:
    """Whether a record is a paper that findpapers found."""
    return "databases" in record and "publication_date" in record


def paper(record: Record, where: str) -> Paper:
    """A paper.

    Raises:
        UnusableError: It has no title.
    """
    title = clean_text(text(record, "title"))
    if not title:
        raise UnusableError("the paper has no title. Add one.")
    authors = names(record, "authors")
    # It keeps them in sets, and writes them in another order every time.
    urls = sorted(every(record, "urls")) or every(record, "url")
    published = inside(record, "publication") or inside(record, "source")
    doi = clean_doi(text(record, "doi"))
    return Paper(
        id=doi or make_id(title, authors),
        title=title,
        abstract=clean_text(text(record, "abstract")),
        authors=authors,
        year=clean_year(text(record, "publication_date")),
        venue=clean_text(text(published, "title")) or None,
        doi=doi,
        url=next(iter(urls), None) or (f"https://doi.org/{doi}" if doi else None),
        keywords=tuple(sorted(word for each in every(record, "keywords") if (word := clean_text(each)))),
        source=where,
        original=Original(text(record, "title"), text(record, "abstract")),
        identifiers=identifiers(
            ("arxiv", next((url for url in urls if "arxiv.org/" in url), "")),
            ("pmid", next((url for url in urls if "pubmed" in url), "")),
        ),
    )
