"""Web of Science's own export, as plain text with tags or as a table under the same tags, to papers."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from semsearch.ingest.clean import clean_abstract, clean_language, clean_printed, clean_text
from semsearch.ingest.formats.links import doi_in, identifiers_in, url_in
from semsearch.ingest.formats.names import authors_of
from semsearch.ingest.formats.tagged import Dialect, Record, read_tagged
from semsearch.ingest.formats.titles import titles
from semsearch.ingest.identity import make_id
from semsearch.ingest.source import MOST_LINE
from semsearch.paper import Original, Paper, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semsearch.ingest.source import Source

_START = re.compile(r"\A\s*(?:FN [^\n]*\n\s*VR |VR 1\.0|PT [A-Z]\n)")
_TABLE = re.compile(r"\A\s*PT\t(?:[A-Z][A-Z0-9]\t){9}")
_DIALECT = Dialect(
    re.compile(r"([A-Z][A-Z0-9])(?: (.*)|$)"), begins="PT", ends="ER", outside=frozenset({"FN", "VR", "EF"})
)
_ACCESSION = re.compile(r"([A-Z]+):([\w.]+)")


def is_wos(head: str) -> bool:
    """Whether a file that begins so is an export of Web of Science."""
    return bool(_START.match(head) or _TABLE.match(head))


def read_wos(source: Source) -> Iterator[Paper | Rejected]:
    """Read every record of an export; one that cannot be read is a `Rejected` with its first line."""
    return _of_table(source) if _TABLE.match(source.head) else read_tagged(source, _DIALECT, _paper)


def _of_table(source: Source) -> Iterator[Paper | Rejected]:
    """The records of a table, a line each; lists stand in one cell, between semicolons."""
    csv.field_size_limit(MOST_LINE)
    tags = list[str]()
    for number, line in enumerate(source.lines(strict=False), 1):
        cells = line.lstrip("\ufeff").split("\t")
        if not tags:
            tags = cells if cells[0].strip() == "PT" else []
        elif line.strip():
            record = Record(number)
            for tag, cell in zip(tags, cells, strict=False):
                record.add(cell, tag, cell.strip())
            where = f"{source.name}:{number}"
            yield Rejected(where, record.flaw) if record.flaw else _paper(record, where)


def _paper(record: Record, where: str) -> Paper | Rejected:
    languages = record.first("LA")
    title, translations = titles(record.first("TI"), languages, record.first("FT"))
    if not title:
        return Rejected(where, "the record has no title (TI). Add one.")
    authors = authors_of(_authors(record))
    accession, links = record.first("UT", "AN"), record.all("UR", "DL")
    doi = doi_in(record.all("DI", "D2"), links)
    return Paper(
        id=doi or accession or make_id(title, authors),
        title=title,
        abstract=clean_abstract(record.first("AB")),
        authors=authors,
        year=record.year("PY", "EA", "PD", "CY"),
        venue=next(filter(None, map(clean_text, record.all("SO", "CT", "SE"))), None),
        doi=doi,
        url=url_in(links, doi),
        language=clean_language(languages),
        keywords=_keywords(record),
        source=where,
        identifiers=_identifiers(record, accession, doi),
        translations=translations,
        printed=clean_printed(record.first("VL"), record.first("BP", "AR")),
        original=Original(record.first("TI"), record.first("AB")),
    )


def _authors(record: Record) -> Iterator[str]:
    """Full names where there are any, of a paper or of a book, and groups; in lines, or with semicolons."""
    people = next(filter(None, (record.each_line(tag) for tag in ("AF", "AU", "BF", "BA"))), [])
    for line in (*people, *record.all("CA", "GP")):
        yield from re.split(r";\s", line)


def _keywords(record: Record) -> tuple[str, ...]:
    """The authors' own before those that Web of Science adds; Zoological Record's are its broad terms."""
    texts = record.all("BD") or record.all("DE", "ID")
    values = (part for text in texts for part in re.split(r";\s", text))
    return tuple(dict.fromkeys(keyword for value in values if (keyword := clean_text(value).rstrip(";"))))


def _identifiers(record: Record, accession: str, doi: str | None) -> tuple[str, ...]:
    pmid, own = record.first("PM"), _ACCESSION.fullmatch(accession)
    known = identifiers_in([accession, f"pmid:{pmid}" if pmid else "", doi or ""])
    named = f"{own[1]}:{own[2]}".casefold() if own else ""
    return known if not named or known or own is None else (*known, named)
