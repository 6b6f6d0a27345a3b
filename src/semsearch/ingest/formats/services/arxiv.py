"""arXiv's metadata in JSON: a line of its dump, as Kaggle has it, or of a program that follows its lists."""

from __future__ import annotations

import re

from semsearch.ingest.clean import clean_doi, clean_name, clean_text, clean_year
from semsearch.ingest.formats.record import Record, UnusableError, arxiv_id, every, identifiers, objects, text
from semsearch.ingest.identity import make_id
from semsearch.paper import Original, Paper

# The addresses of authors, and the numbers that refer to them: "A. One (1, 2), B. Two (CERN)".
_IN_BRACKETS = re.compile(r"\s*\([^()]*(?:\([^()]*\)[^()]*)*\)")
_BETWEEN_NAMES = re.compile(r"\s*(?:,|;|\band\b|:)\s*")
# Two digits of the year, two of the month: since April 2007, and, with an archive before, since July 1991.
_YEAR = re.compile(r"(?:^|/)([0-9]{2})(?:0[1-9]|1[0-2])")


def recognises(record: Record) -> bool:
    """Whether a record is of arXiv, and no more than that."""
    if "authors_parsed" in record:
        return True
    number = record.get("id")
    return (
        isinstance(number, str)
        and arxiv_id(number) is not None
        and "categories" in record
        and not ("year" in record or "venue" in record)
    )


def paper(record: Record, where: str) -> Paper:
    """A paper of one line.

    Raises:
        UnusableError: It has no title.
    """
    title, number = clean_text(text(record, "title")), arxiv_id(text(record, "id"))
    if not title:
        raise UnusableError("the record has no title. Add one.")
    authors = tuple(name for each in _authors(record) if (name := clean_name(each)))
    return Paper(
        id=number or make_id(title, authors),
        title=title,
        abstract=clean_text(text(record, "abstract", "summary")),
        authors=authors,
        year=_year(record, number or ""),
        venue=clean_text(text(record, "journal-ref")) or "arXiv",
        doi=clean_doi(text(record, "doi")),
        url=f"https://arxiv.org/abs/{number}" if number else None,
        keywords=tuple(word for each in every(record, "categories") for word in each.split()),
        source=where,
        original=Original(text(record, "title"), text(record, "abstract", "summary")),
        identifiers=identifiers(("arxiv", number)),
    )


def _authors(record: Record) -> list[str]:
    parsed = record.get("authors_parsed")
    if isinstance(parsed, list) and parsed:
        return [_parsed(each) for each in parsed if isinstance(each, list)]
    authors = record.get("authors")
    if isinstance(authors, str):
        return _BETWEEN_NAMES.split(_IN_BRACKETS.sub("", " ".join(authors.split())))
    return every(record, "authors")


def _parsed(name: list[object]) -> str:
    """``["Vaswani", "Ashish", "", "Google"]`` in natural order: last name, first names, suffix, address."""
    last, given, suffix = ([str(part or "") for part in name] + ["", "", ""])[:3]
    return " ".join(part for part in (given, last, suffix) if part).replace(",", " ")


def _year(record: Record, number: str) -> int | None:
    """That of the first version; its identifier says it where nothing else does."""
    dates = [each.get("created") for each in objects(record, "versions")] + [record.get("published")]
    if year := next((year for date in dates if (year := clean_year(date))), None):
        return year
    if found := _YEAR.search(number):
        return int(found[1]) + (1900 if found[1] > "90" else 2000)
    return clean_year(record.get("update_date"))
