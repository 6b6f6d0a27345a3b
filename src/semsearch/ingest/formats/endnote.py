"""EndNote's own text export (the form of refer, with tags such as ``%T``) to papers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semsearch.ingest.clean import clean_abstract, clean_language, clean_printed, clean_text
from semsearch.ingest.formats.links import doi_in, identifiers_in, pubmed, url_in
from semsearch.ingest.formats.names import authors_of
from semsearch.ingest.formats.tagged import Dialect, Record, read_tagged
from semsearch.ingest.formats.titles import titles
from semsearch.ingest.identity import make_id
from semsearch.paper import Original, Paper, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semsearch.ingest.source import Source

_TYPED = re.compile(r"^%0 \w", re.MULTILINE)
_START = re.compile(r"^(?:%0 \w|%[A-Z] [^\n]*\n(?:[^%\n][^\n]*\n)*%[A-Z0-9@] )", re.MULTILINE)
_LINE = re.compile(r"%([A-Z0-9@!#$&\]()*+,^<>=~?:/\[.|-])(?: (.*)|$)")
_VENUES = ("J", "B", "S")
_RUNNING_NUMBER = re.compile(r"\d{1,5}")


def is_endnote(head: str) -> bool:
    """Whether a file that begins so is in EndNote's text format."""
    return _START.match(head.lstrip()) is not None


def read_endnote(source: Source) -> Iterator[Paper | Rejected]:
    """Read every record of such a file; one that cannot be read is a `Rejected` with its first line."""
    # Where records begin with their type, a blank line may stand in an abstract.
    typed = _TYPED.search(source.head) is not None
    return read_tagged(source, Dialect(_LINE, begins="0", ends=None if typed else ""), _paper)


def _paper(record: Record, where: str) -> Paper | Rejected:
    languages = record.first("G")
    title, translations = titles(record.first("T", "!"), languages, record.first("Q"))
    if not title:
        return Rejected(where, "the record has no title (%T). Add one.")
    authors = authors_of(record.each_line("A"))
    links = record.each_line("U", ">")
    doi = doi_in(record.all("R"), links)
    accession, provider = record.first("M"), record.first("W", "~")
    identifiers = identifiers_in([pubmed(accession, provider), *links, accession, doi or ""])
    return Paper(
        id=_id(record, doi) or make_id(title, authors),
        title=title,
        abstract=clean_abstract(record.first("X")),
        authors=authors,
        year=record.year("D", "8"),
        venue=next((v for v in map(clean_text, record.all(*_VENUES)) if v and v != title), None),
        doi=doi,
        url=url_in(links, doi),
        language=clean_language(languages),
        keywords=_keywords(record),
        source=where,
        identifiers=identifiers,
        translations=translations,
        printed=clean_printed(record.first("V"), record.first("P")),
        original=Original(record.first("T", "!"), record.first("X")),
    )


def _id(record: Record, doi: str | None) -> str:
    """The label, DOI or accession number, unless that is a running number."""
    candidates = (" ".join(each.split()) for each in (record.first("F"), doi or "", record.first("M")))
    return next((each for each in candidates if each and not _RUNNING_NUMBER.fullmatch(each)), "")


def _keywords(record: Record) -> tuple[str, ...]:
    parts = (part for line in record.each_line("K") for part in line.split(";"))
    return tuple(keyword for part in parts if (keyword := clean_text(part).removeprefix("*")))
