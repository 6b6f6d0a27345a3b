"""RIS records, in the dialects of reference managers and of databases, to papers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semsearch.ingest.clean import clean_abstract, clean_language, clean_printed, clean_text
from semsearch.ingest.formats.links import doi_in, identifiers_in, named, pubmed, url_in
from semsearch.ingest.formats.names import authors_of, split_names
from semsearch.ingest.formats.record import by_language
from semsearch.ingest.formats.tagged import Dialect, Record, read_tagged
from semsearch.ingest.formats.titles import titles
from semsearch.ingest.identity import make_id
from semsearch.ingest.language import detected_in
from semsearch.paper import Original, Paper, Rejected, Translation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semsearch.ingest.source import Source

# The specification wants two spaces before the dash. Where the first line has others, all may.
_START = re.compile(r"^[ \t]{0,4}TY[ \t]{1,4}-[ \t]?\S", re.MULTILINE)
_STRICT_START = re.compile(r"^TY  - ", re.MULTILINE)
_STRICT = Dialect(re.compile(r"([A-Z][A-Z0-9])  -\s?(.*)"), "TY", "ER")
_LENIENT = Dialect(re.compile(r"\s{0,4}([A-Z][A-Z0-9])\s{1,4}-(?:\s?(.*)|$)"), "TY", "ER")

_TITLES = ("TI", "T1", "CT", "BT", "ST")
_ABSTRACTS = ("AB", "N2")
# Full names before abbreviations.
_VENUES = ("JF", "T2", "JO", "T3", "J2", "JA", "J1", "JI", "J9")
_LINKS = ("UR", "LK", "L2", "L1", "L3", "L4")
_CATALOGUE = re.compile(r"(?:pubmed|medline)\s+(\d+)", re.IGNORECASE)
_RUNNING_NUMBER = re.compile(r"\d{1,5}")  # of a reference manager, which gives each library the same
_MORE = re.compile(r"\n(?!\s)")


def is_ris(head: str) -> bool:
    """Whether a file that begins so is RIS."""
    return _START.search(head) is not None


def read_ris(source: Source) -> Iterator[Paper | Rejected]:
    """Read every record of a RIS file; one that cannot be read is a `Rejected` with its first line."""
    dialect = _STRICT if _STRICT_START.search(source.head) else _LENIENT
    return read_tagged(source, dialect, _paper)


def _paper(record: Record, where: str) -> Paper | Rejected:
    languages = record.first("LA")
    title, translations = titles(record.first(*_TITLES), languages, record.first("TT"))
    if not title:
        return Rejected(where, "the record has no title (TI, T1 or ST). Add one.")
    abstract, truncated = _abstract(record)
    names = record.each_line("AU") + [n for n in record.each_line("A1") if n not in record.each_line("AU")]
    authors = authors_of(name for text in names for name in (split_names(text) if ";" in text else [text]))
    links, accession = record.each_line(*_LINKS), record.first("AN")
    doi = doi_in(record.all("DO", "DI", "M3"), links)
    identifiers = _identifiers(record, [*links, accession, doi or ""])
    return Paper(
        id=_id(record, identifiers, doi) or make_id(title, authors),
        title=title,
        abstract=abstract,
        authors=authors,
        year=record.year("PY", "Y1", "YR", "DA", "C6"),
        venue=_venue(record, title),
        doi=doi,
        url=url_in(links, doi),
        language=clean_language(languages),
        keywords=_keywords(record.all("KW")),
        source=where,
        truncated=truncated,
        identifiers=identifiers,
        translations=_with_abstract(translations, record, abstract),
        printed=clean_printed(record.first("VL"), record.first("SP")),
        original=Original(record.first(*_TITLES), _written(record)),
    )


def _abstract(record: Record) -> tuple[str, bool]:
    """The abstract, and whether the file ends in the middle of it."""
    abstract = clean_abstract(_written(record))
    cut = bool(abstract) and not record.ended and record.last in _ABSTRACTS
    return (f"{abstract}…", True) if cut else (abstract, False)


def _written(record: Record) -> str:
    """The abstract as it stands; several fields are the parts of one, as some databases write them."""
    return " ".join(dict.fromkeys(record.all("AB") or record.all("N2")))


def _with_abstract(
    translations: tuple[Translation, ...], record: Record, abstract: str
) -> tuple[Translation, ...]:
    """The titles in other languages, and the second abstract of those that fill both fields with one each."""
    other = clean_abstract(record.first("N2")) if record.first("AB") else ""
    language = detected_in(other) if other and other != abstract else None
    if language is None or language == detected_in(abstract):
        return translations
    return by_language((*translations, Translation(language, "", other)))


def _venue(record: Record, title: str) -> str | None:
    """The journal or conference, or the book that the paper is in but not is."""
    book = clean_text(record.first("BT"))
    named = next(filter(None, map(clean_text, record.all(*_VENUES))), None)
    return named or (book if book != title else "") or None


def _keywords(values: list[str]) -> tuple[str, ...]:
    """One a field, a line or, between semicolons, a part of a line; indented lines go on with the last."""
    parts = (part for value in values for line in _MORE.split(value) for part in line.split(";"))
    return tuple(keyword for part in parts if (keyword := clean_text(part).removeprefix("*")))


def _identifiers(record: Record, texts: list[str]) -> tuple[str, ...]:
    """From links, accession numbers, and the fields where EndNote, Scopus and Cochrane keep PubMed's."""
    second, catalogued = record.first("C2"), _CATALOGUE.search(record.first("C3"))
    texts = [*texts, _pmid(record), second, record.first("ID")]
    if second.isdecimal() and record.first("DB").casefold() == "scopus":
        texts.append(f"pmid:{second}")
    if catalogued:
        texts.append(f"pmid:{catalogued[1]}")
    return tuple(dict.fromkeys((*named(record.all("U1")), *identifiers_in(texts))))


def _pmid(record: Record) -> str:
    """The accession number of a record that comes from PubMed."""
    return pubmed(record.first("AN"), record.first("DP", "DB"))


def _id(record: Record, identifiers: tuple[str, ...], doi: str | None) -> str:
    """What the source calls it, unless that is a running number; then what most people know it by."""
    given, accession = record.first("ID"), record.first("AN")
    if given and not _RUNNING_NUMBER.fullmatch(given):
        return " ".join(given.split())
    if pmid := _pmid(record):
        return pmid.removeprefix("pmid:")
    pmids = (each.removeprefix("pmid:") for each in identifiers if each.startswith("pmid:"))
    return doi or next(pmids, "") or ("" if accession.isdecimal() else " ".join(accession.split()))
