"""CSL-JSON to papers, and Crossref's works: the same fields, some of them in lists.

https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables and
https://github.com/CrossRef/rest-api-doc/blob/master/api_format.md name them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from semsearch.ingest.clean import (
    clean_doi,
    clean_keywords,
    clean_language,
    clean_name,
    clean_printed,
    clean_text,
    clean_year,
)
from semsearch.ingest.formats.links import identifiers_in, named
from semsearch.ingest.formats.record import (
    Record,
    UnusableError,
    every,
    first,
    identifiers,
    inside,
    objects,
    text,
)
from semsearch.ingest.identity import make_id
from semsearch.paper import Original, Paper, Translation

if TYPE_CHECKING:
    from collections.abc import Callable

_KEYS = frozenset(("DOI", "container-title", "issued", "URL", "event-title", "title-short", "citation-key"))
# Those that papers are of: they tell an item of which little more is known.
_TYPES = (
    "article",
    "article-journal",
    "article-magazine",
    "book",
    "chapter",
    "document",
    "paper-conference",
    "report",
    "review",
    "software",
    "dataset",
    "thesis",
)
_TEXTS = ("title", "abstract")
_VENUES = ("container-title", "event-title", "event", "collection-title")
_DATES = ("issued", "published", "published-print", "published-online", "posted", "original-date")
# The headings in an abstract in JATS: "Abstract" says nothing, another is the label of what follows.
_HEADING = re.compile(r"<(?:jats:)?title\b[^<>]*>([^<]{0,200})</(?:jats:)?title>", re.IGNORECASE)
_SAYS_NOTHING = re.compile(
    r"(?:abstract|summary|graphical abstract|r[ée]sum[ée]|zusammenfassung)?[.:]?", re.IGNORECASE
)


def recognises(record: Record) -> bool:
    """Whether a record is CSL-JSON or a work of Crossref."""
    return not _KEYS.isdisjoint(record) or (record.get("type") in _TYPES and "authors" not in record)


def paper(record: Record, where: str) -> Paper:
    """A paper of one item or work.

    Raises:
        UnusableError: It has no title, as Crossref's entries for parts and components have none.
    """
    title = _title(record)
    if not title:
        raise UnusableError("the record has no title. Add one.")
    authors = tuple(name for each in _people(record) if (name := _name(each)))
    doi = clean_doi(first(record, "DOI"))
    key = record.get("id") or record.get("citation-key") or ""
    return Paper(
        id=str(key).strip() if isinstance(key, str | int) and key else doi or make_id(title, authors),
        title=title,
        abstract=clean_text(_HEADING.sub(_label, first(record, "abstract"))),
        authors=authors,
        year=next((year for key in _DATES if (year := _year(record.get(key)))), None),
        venue=clean_text(first(record, *_VENUES)) or _institution(record),
        doi=doi,
        url=first(record, "URL").strip() or (f"https://doi.org/{doi}" if doi else None),
        language=clean_language(first(record, "language")),
        keywords=_keywords(record),
        source=where,
        identifiers=_identifiers(record, doi),
        translations=_translations(inside(record, "custom")),
        printed=clean_printed(str(record.get("volume") or ""), str(record.get("page") or "")),
        original=Original(_title(record, str), first(record, "abstract")),
    )


def _title(record: Record, clean: Callable[[str], str] = clean_text) -> str:
    title, subtitle = clean(first(record, "title")), clean(first(record, "subtitle"))
    if not (title and subtitle) or subtitle.casefold() in title.casefold():
        return title
    return f"{title} {subtitle}" if title[-1] in ":.?!" else f"{title}: {subtitle}"


def _people(record: Record) -> list[Record]:
    """The authors; of a volume, its editors."""
    return objects(record, "author") or objects(record, "editor")


def _name(person: Record) -> str:
    whole = first(person, "literal", "name")
    if whole:
        return clean_text(whole)
    family, given = text(person, "family"), text(person, "given")
    if family and not given:
        return clean_name(family)
    particles = (text(person, "dropping-particle"), text(person, "non-dropping-particle"))
    return clean_text(" ".join((given, *particles, family, text(person, "suffix"))))


def _year(date: object) -> int | None:
    """The year of ``{"date-parts": [[2017, 6]]}``, of the forms that other programs write, or of a text."""
    if isinstance(date, dict):
        parts: Any = date.get("date-parts")
        while isinstance(parts, list):
            parts = parts[0] if parts else None
        whole = next((date[key] for key in ("raw", "literal", "year", "date-time") if date.get(key)), None)
        return clean_year(parts) or clean_year(whole)
    return clean_year(date)


def _institution(record: Record) -> str | None:
    """Where a preprint or a thesis is from, as Crossref has it."""
    return next(
        (name for each in objects(record, "institution") if (name := clean_text(text(each, "name")))), None
    )


def _keywords(record: Record) -> tuple[str, ...]:
    words = [word for each in every(record, "keyword") for word in clean_keywords(each)]
    return tuple(dict.fromkeys((*words, *map(clean_text, every(record, "subject")))))


def _identifiers(record: Record, doi: str | None) -> tuple[str, ...]:
    """What is named under ``custom``, in variables of their own, and in the addresses."""
    known = identifiers(("pmid", record.get("PMID")), ("pmc", record.get("PMCID")), ("arxiv", _arxiv(record)))
    own = named(every(inside(record, "custom"), "identifiers"))
    return tuple(dict.fromkeys((*own, *known, *identifiers_in([doi or "", first(record, "URL")]))))


def _translations(custom: Record) -> tuple[Translation, ...]:
    found = (
        Translation(
            clean_language(text(each, "language")) or "", *(clean_text(text(each, key)) for key in _TEXTS)
        )
        for each in objects(custom, "translations")
    )
    return tuple(each for each in found if each.language and (each.title or each.abstract))


def _arxiv(record: Record) -> str:
    """The number of an item from arXiv, which Zotero writes ``arXiv:1706.03762 [cs]``."""
    number = first(record, "number").partition(" ")[0]
    return number if number.casefold().startswith("arxiv:") else ""


def _label(heading: re.Match[str]) -> str:
    label = heading[1].strip().rstrip(":").rstrip()
    return " " if _SAYS_NOTHING.fullmatch(label) else f" {label}: "
