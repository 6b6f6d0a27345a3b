"""Papers as a table that spreadsheets open (RFC 4180).

It begins with a byte-order mark: without one Excel takes UTF-8 for the code page of the machine. Programs
have better forms to read.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from semsearch.paper import Paper
from semsearch.serve.citation.fields import line

FIELDS = ("id", "title", "authors", "year", "venue", "doi", "url", "language", "keywords", "abstract")

_MARK = "\ufeff"
# A cell that begins so is computed when the file is opened (OWASP, CSV Injection), in any width of letters.
_FORMULA = re.compile("(?='*[=+@\uff1d\uff0b\uff20\uff0d-])")
# Where numbers are written with a comma, Excel parts cells at semicolons, and takes no notice of the quotes.
_NEXT_CELL = re.compile(";(?=[\"']*[=+@\uff1d\uff0b\uff20\uff0d-])")


def write_csv(papers: Sequence[Paper]) -> str:
    """A row a paper, below the names of the fields; authors and keywords are joined by semicolons."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(FIELDS)
    for paper in papers:
        writer.writerow([_cell(value) for value in _values(paper)])
    return _MARK + table.getvalue()


def _values(paper: Paper) -> tuple[str, ...]:
    return (
        paper.id,
        paper.title,
        "; ".join(paper.authors),
        str(paper.year or ""),
        paper.venue or "",
        paper.doi or "",
        paper.url or "",
        paper.language or "",
        "; ".join(paper.keywords),
        paper.abstract,
    )


def _cell(value: str) -> str:
    """Text that no spreadsheet computes: behind an apostrophe if it would.

    A program that reads the table takes the apostrophe away again: the first of a cell that begins with
    apostrophes and what makes a formula. A semicolon before what makes a formula gets a blank, for good.
    """
    text = _NEXT_CELL.sub("; ", line(value))
    return f"'{text}" if _FORMULA.match(text) else text
