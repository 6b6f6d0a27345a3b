"""Files of papers in any format to papers, each format known by what is in the file, never by its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semsearch.errors import SourceError
from semsearch.ingest.bibtex import is_bibtex, read_bibtex
from semsearch.ingest.html import is_html, read_html
from semsearch.ingest.jsonl import is_jsonl, read_jsonl
from semsearch.ingest.page import read_page
from semsearch.ingest.source import Source, load
from semsearch.paper import Paper, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    Reader = Callable[[Source], Iterator[Paper | Rejected]]
    Detector = Callable[[str], bool]

MOST_TITLE_CHARACTERS = 2_000
MOST_ABSTRACT_CHARACTERS = 100_000
MOST_ID_CHARACTERS = 500

SUPPORTED = (
    "semsearch reads a publications page (text or HTML), BibTeX, and JSON (one object a line, or an array)."
)
_HEAD = 65_536
_CELL = r"[^\n,;\t]*+"
_HEADING = r" *+\"?(?:titles?|abstracts?|authors?|doi|year)\"? *+(?=[,;\t\n])"
_FORMATS: tuple[tuple[str, Detector, Reader], ...] = (
    ("JSON", is_jsonl, read_jsonl),
    ("HTML", is_html, read_html),
    ("BibTeX", is_bibtex, read_bibtex),
)
# What would pass for the text of a page, one "paper" a line.
_FOREIGN = tuple(
    (name, re.compile(pattern, re.IGNORECASE | re.MULTILINE))
    for name, pattern in (
        ("XML", r"\A\s*<[?!a-z]"),
        ("RTF", r"\A\s*\{\\rtf"),
        ("a LaTeX document", r"^[ \t]*+\\documentclass\b"),
        ("RIS", r"^TY  ?- "),
        ("PubMed's MEDLINE format", r"^(?:PMID|OWN ?)- "),
        ("Web of Science's export", r"\A\s*FN .*\nVR "),
        ("EndNote's export", r"^%0 \w+.*\n%[A-Z] "),
        # Cell by cell, so that a line of nothing but blanks and tabs is read once.
        ("CSV", rf"\A(?:{_CELL}[,;\t])*?{_HEADING}(?:[,;\t]{_CELL})*?[,;\t]{_HEADING}"),
    )
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def read(
    *sources: str | Path, advance: Callable[[int], object] | None = None
) -> tuple[list[Paper], list[Rejected]]:
    """Read files of papers; see `iter_papers`.

    Args:
        sources: The files.
        advance: Told of each record, whatever became of it.

    Raises:
        SourceError: A file cannot be read at all.
    """
    papers: list[Paper] = []
    rejected: list[Rejected] = []
    for item in iter_papers(sources):
        if isinstance(item, Paper):
            papers.append(item)
        else:
            rejected.append(item)
        if advance:
            advance(1)
    return papers, rejected


def iter_papers(sources: Iterable[str | Path]) -> Iterator[Paper | Rejected]:
    """Read files of papers one after the other; every id is new, every paper within the limits.

    Raises:
        SourceError: A file is missing, empty, binary, of no supported format, or holds nothing.
    """
    places: dict[str, str] = {}
    for path in sources:
        for item in _read_source(load(path)):
            checked = validate(item) if isinstance(item, Paper) else item
            if isinstance(checked, Paper) and checked.id in places:
                checked = Rejected(
                    checked.source,
                    f"the id “{checked.id}” is already taken by {places[checked.id]}. "
                    "Change one, delete one, or name each file once.",
                )
            elif isinstance(checked, Paper):
                places[checked.id] = checked.source
            yield checked


def validate(paper: Paper) -> Paper | Rejected:
    """Hold a paper to the limits that every format shares."""
    why = (
        _too_long("title", paper.title, MOST_TITLE_CHARACTERS)
        or _too_long("abstract", paper.abstract, MOST_ABSTRACT_CHARACTERS)
        or _too_long("id", paper.id, MOST_ID_CHARACTERS)
    )
    if not paper.title.strip():
        why = "the paper has no title. Add one."
    elif not any(map(str.isalpha, paper.title)):
        why = f"the title “{paper.title[:80]}” has no letter in it. Give the paper its title."
    elif not paper.id.strip():
        why = "the paper has an empty id. Give it one, or leave the field out."
    elif _CONTROL.search(paper.id):
        why = f"the id {paper.id[:80]!r} has a control character in it. Take it out."
    return Rejected(paper.source, why) if why else paper


def _too_long(field: str, text: str, most: int) -> str:
    if len(text) <= most:
        return ""
    return (
        f"the {field} has {len(text):,} characters, more than the {most:,} it may have; "
        "perhaps a quote or a brace is not closed. Shorten or mend it."
    )


def _read_source(source: Source) -> Iterator[Paper | Rejected]:
    """Read one file with the reader of its format.

    Raises:
        SourceError: The format is not supported, or the file holds nothing.
    """
    name, reader = _format_of(source)
    empty = True
    for item in reader(source):
        empty = False
        yield item
    if empty:
        raise SourceError(f"is {name}, but holds no papers.", where=source.name, hint=SUPPORTED)


def _format_of(source: Source) -> tuple[str, Reader]:
    head = source.text[:_HEAD]
    for name, detects, reader in _FORMATS:
        if detects(head):
            return name, reader
    for name, pattern in _FOREIGN:
        if pattern.search(head):
            raise SourceError(
                f"looks like {name}, which is not supported.", where=source.name, hint=SUPPORTED
            )
    return "a page of text", read_page
