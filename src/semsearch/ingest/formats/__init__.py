"""The formats that papers come in, one module each; told by what is in a file, never by its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semsearch.errors import SourceError
from semsearch.ingest.formats.bibtex import is_bibtex, read_bibtex
from semsearch.ingest.formats.endnote import is_endnote, read_endnote
from semsearch.ingest.formats.jsonl import is_jsonl, read_jsonl
from semsearch.ingest.formats.medline import is_medline, read_medline
from semsearch.ingest.formats.page.html import is_html, read_html
from semsearch.ingest.formats.page.text import read_page
from semsearch.ingest.formats.parquet import is_parquet, read_parquet
from semsearch.ingest.formats.ris import is_ris, read_ris
from semsearch.ingest.formats.tables import is_table, read_table
from semsearch.ingest.formats.webofscience import is_wos, read_wos
from semsearch.ingest.formats.xml.acl import is_acl, read_acl
from semsearch.ingest.formats.xml.atom import is_atom, read_atom
from semsearch.ingest.formats.xml.dblp import is_dblp, read_dblp
from semsearch.ingest.formats.xml.endnote import is_endnote_xml, read_endnote_xml
from semsearch.ingest.formats.xml.pubmed import is_pubmed, read_pubmed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from semsearch.ingest.source import Source
    from semsearch.paper import Paper, Rejected

SUPPORTED = (
    "semsearch reads a publications page (text or HTML), BibTeX, RIS, tables (CSV, TSV, Parquet), exports of "
    "PubMed (nbib, XML), Web of Science and EndNote, the XML of the ACL Anthology, DBLP and arXiv, and JSON "
    "(one object a line, an array, CSL-JSON, a reply of OpenAlex, Crossref, Semantic Scholar, HAL or DBLP)."
)


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    Attributes:
        name: What messages call it.
        detects: Whether a file that begins so is of it.
        read: Its reader; a record that cannot be read is a `Rejected`.
    """

    name: str
    detects: Callable[[str], bool]
    read: Callable[[Source], Iterator[Paper | Rejected]]


# Told by its first bytes, before they are taken for text.
PARQUET = Format("Parquet", lambda _: False, read_parquet)

# The first that fits is it: what has a mark of its own comes before what is told by its looks.
FORMATS = (
    Format("JSON", is_jsonl, read_jsonl),
    Format("PubMed XML", is_pubmed, read_pubmed),
    Format("EndNote XML", is_endnote_xml, read_endnote_xml),
    Format("ACL Anthology XML", is_acl, read_acl),
    Format("an Atom feed", is_atom, read_atom),
    Format("DBLP XML", is_dblp, read_dblp),
    Format("RIS", is_ris, read_ris),
    Format("the format of MEDLINE", is_medline, read_medline),
    Format("an export of Web of Science", is_wos, read_wos),
    Format("EndNote's text format", is_endnote, read_endnote),
    Format("HTML", is_html, read_html),
    Format("BibTeX", is_bibtex, read_bibtex),
    Format("a table", is_table, read_table),
    Format("a page of text", lambda _: True, read_page),
)
_CELL = r"[^\n,;\t]*+"
_HEADING = r" *+\"?(?:titles?|abstracts?|authors?|doi|year)\"? *+(?=[,;\t\n])"
# What would pass for the text of a page, one "paper" a line.
_FOREIGN = tuple(
    (name, re.compile(pattern, re.IGNORECASE | re.MULTILINE))
    for name, pattern in (
        ("XML", r"\A\s*(?:<[?!][^>]*>\s*)*(<[a-z][\w:.-]*|<[?!a-z])"),
        ("RTF", r"\A\s*\{\\rtf"),
        ("a LaTeX document", r"^[ \t]*+\\documentclass\b"),
        # Cell by cell, so that a line of nothing but blanks and tabs is read once.
        (
            "a table without titles (no column is called so)",
            rf"\A(?:{_CELL}[,;\t])*?{_HEADING}(?:[,;\t]{_CELL})*?[,;\t]{_HEADING}",
        ),
    )
)


def format_of(source: Source) -> Format:
    """What a source is.

    Raises:
        SourceError: It is of no format that is read.
    """
    if is_parquet(source.begins):
        return PARQUET
    head = source.head
    *told, page = FORMATS
    for each in told:
        if each.detects(head):
            return each
    for name, pattern in _FOREIGN:
        if found := pattern.search(head):
            what = f"{name} ({found[1]}>)" if found.re.groups else name
            raise SourceError(
                f"looks like {what}, which is not supported.", where=source.name, hint=SUPPORTED
            )
    return page
