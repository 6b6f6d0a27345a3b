"""EndNote's XML to papers; Mendeley, Zotero and others write it too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semsearch.ingest.clean import (
    clean_doi,
    clean_keywords,
    clean_language,
    clean_name,
    clean_printed,
    clean_text,
    clean_title,
    clean_year,
)
from semsearch.ingest.formats.record import UnusableError, identifiers
from semsearch.ingest.formats.xml.records import Element, papers, text_of
from semsearch.ingest.identity import make_id
from semsearch.paper import Original, Paper

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from semsearch.ingest.source import Source
    from semsearch.paper import Rejected

_START = re.compile(
    r"\s*(?:<\?[^>]*>\s*)?(?:<!DOCTYPE[^>]*>\s*)?<(?:xml|records|record)\b[^>]*>\s*(?:<records\b[^>]*>\s*)?"
    r"(?:<record\b|</records>|\Z)"
)
_MARK = re.compile(r"<(?:database|source-app|ref-type|rec-number|contributors|titles)\b|</records>\s*</xml>")
_VENUES = ("periodical/full-title", "titles/secondary-title", "periodical/abbr-1", "titles/tertiary-title")
_URLS = ("urls/web-urls/url", "urls/related-urls/url", "urls/text-urls/url", "urls/pdf-urls/url")
_ADDRESS = re.compile(r"(?:https?|ftp)://\S+")
_WOS = re.compile(r"(?:WOS|ISI|MEDLINE|BIOSIS|CCC|KJD|SCIELO|ZOOREC):\S+", re.IGNORECASE)


def is_endnote_xml(head: str) -> bool:
    """Whether a file that begins so is EndNote's XML."""
    return _START.match(head) is not None and _MARK.search(head) is not None


def read_endnote_xml(source: Source) -> Iterator[Paper | Rejected]:
    """Read every record of an EndNote XML file; one that cannot be read is a `Rejected` with its line."""
    return papers(source, ("record",), _paper)


def _paper(record: Element, where: str) -> Paper:
    title = clean_title(_first(record, "titles/title", "titles/short-title"))
    if not title:
        raise UnusableError("the record has no title. Add one.")
    authors = _people(record, "authors") or _people(record, "secondary-authors")
    addresses = [
        found[0] for path in _URLS for url in record.findall(path) if (found := _ADDRESS.search(text_of(url)))
    ]
    doi = clean_doi(_first(record, "electronic-resource-num")) or next(
        (doi for each in addresses if "doi.org/" in each and (doi := clean_doi(each))), None
    )
    accession = _first(record, "accession-num")
    return Paper(
        id=accession or doi or make_id(title, authors),
        title=title,
        abstract=_first(record, "abstract"),
        authors=authors,
        year=clean_year(_first(record, "dates/year")) or clean_year(_first(record, "dates/pub-dates/date")),
        venue=_first(record, *_VENUES) or None,
        doi=doi,
        url=next(iter(addresses), f"https://doi.org/{doi}" if doi else None),
        language=clean_language(_first(record, "language")),
        keywords=_keywords(record),
        source=where,
        original=Original(
            _first(record, "titles/title", "titles/short-title", clean=str),
            _first(record, "abstract", clean=str),
        ),
        identifiers=_identifiers(record, accession, addresses),
        printed=clean_printed(_first(record, "volume"), _first(record, "pages")),
    )


def _first(record: Element, *paths: str, clean: Callable[[str], str] = clean_text) -> str:
    """The first of some elements that has a text; EndNote puts it into one or several ``style``."""
    return next((text for path in paths if (text := clean(text_of(record.find(path))))), "")


def _people(record: Element, role: str) -> tuple[str, ...]:
    # A comma at the end keeps EndNote from turning the name of an institution round.
    names = (clean_text(text_of(each)) for each in record.findall(f"contributors/{role}/author"))
    return tuple(name.removesuffix(",") if name.endswith(",") else clean_name(name) for name in names if name)


def _keywords(record: Element) -> tuple[str, ...]:
    """One an element; or all in one, where a program wrote a list of its own."""
    found = [clean_text(text_of(each)) for each in record.findall("keywords/keyword")]
    if len(found) == 1 and ";" in found[0]:
        return clean_keywords(found[0])
    return tuple(dict.fromkeys(filter(None, found)))


def _identifiers(record: Element, accession: str, addresses: list[str]) -> tuple[str, ...]:
    """What the accession number is a number of is said beside it, or by its form."""
    provider = (
        f"{_first(record, 'remote-database-provider')} {_first(record, 'remote-database-name')}".casefold()
    )
    database = provider.strip() or _first(record, "database").casefold()
    of_pubmed = accession.isdecimal() and any(name in database for name in ("pubmed", "medline", "nlm"))
    own = _first(record, "custom2")
    return identifiers(
        ("wos", accession.partition(":")[2] if _WOS.fullmatch(accession) else ""),
        ("pmid", accession if of_pubmed else next((url for url in addresses if "pubmed" in url), "")),
        ("pmc", own if own.upper().startswith("PMC") else ""),
        ("arxiv", next((url for url in addresses if "arxiv.org/" in url), "")),
    )
