"""The papers of a conference as paperlists has them: https://github.com/papercopilot/paperlists."""

from __future__ import annotations

import re

from semsearch.ingest.clean import clean_doi, clean_keywords, clean_name, clean_tex, clean_text, clean_year
from semsearch.ingest.formats.record import Record, UnusableError, first
from semsearch.ingest.identity import make_id
from semsearch.paper import Original, Paper

_KEYS = frozenset(("author_site", "aff_domain", "aff_unique_index", "gs_citation", "authorids", "bibtex"))
# A field of the entry that the list gives beside its own; it is made by a program, one field a line.
_FIELD = re.compile(r"^[ \t]*(\w+)[ \t]*=[ \t]*(.*)$", re.MULTILINE)

_IN_ADDRESS = re.compile(r"/((?:19|20)[0-9]{2})/")


def recognises(record: Record) -> bool:
    """Whether a record is of paperlists."""
    return "title" in record and not _KEYS.isdisjoint(record)


def paper(record: Record, where: str) -> Paper:
    """A paper; year and venue are in its BibTeX.

    Raises:
        UnusableError: It has no title.
    """
    title = clean_text(first(record, "title"))
    if not title:
        raise UnusableError("the record has no title. Add one.")
    names = first(record, "author") or first(record, "author_site").replace(",", ";")
    authors = tuple(name for each in names.split(";") if (name := clean_name(each)))
    fields = _FIELD.findall(first(record, "bibtex"))
    entry = {name: value.strip(' ,{}"') for name, value in fields}
    return Paper(
        id=str(record.get("id") or "").strip() or make_id(title, authors),
        title=title,
        abstract=clean_text(first(record, "abstract")),
        authors=authors,
        year=clean_year(entry.get("year")) or clean_year(first(record, "year", "date")) or _year(record),
        venue=clean_tex(entry.get("booktitle") or entry.get("journal", "")) or None,
        doi=clean_doi(first(record, "doi") or entry.get("doi", "")),
        url=first(record, "site", "oa", "openreview", "pdf").strip() or entry.get("url"),
        keywords=clean_keywords(first(record, "keywords")),
        source=where,
        original=Original(first(record, "title"), first(record, "abstract")),
    )


def _year(record: Record) -> int | None:
    """The year in the address of a conference, ``https://nips.cc/virtual/2018/poster/11127``."""
    found = next(
        (year for key in ("site", "oa", "pdf") if (year := _IN_ADDRESS.search(first(record, key)))), None
    )
    return int(found[1]) if found else None
