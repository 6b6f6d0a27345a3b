"""Tables of papers (CSV, TSV, and with semicolons) under any usual column names, to papers.

Python's csv reads each row. What it is given is ours: after a quote that is not closed it would take the rest
of the file for one cell.
"""

from __future__ import annotations

import csv
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from semsearch.ingest.formats.columns import Columns
from semsearch.ingest.source import MOST_LINE, undecoded, why_undecoded
from semsearch.paper import Paper, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semsearch.ingest.source import Source

_DELIMITERS = ",;\t|"
_PREAMBLE = 5  # lines above the header: what Dimensions says of the export, Excel's "sep=;"
_MOST_LINES = 1_000  # of one row; abstracts have some, references many
_MOST_ROW = 1 << 20  # characters of a row of several lines

_UNCLOSED = "a quote is not closed, or stands in the middle of a cell. Mend it, or export the table again."
_TOO_MANY = "the row has {} cells, and the table {} columns. Put values with the separator in them in quotes."


class _Layout(NamedTuple):
    """Where the header is, what parts cells, and what is in the columns."""

    line: int
    delimiter: str
    columns: Columns


def is_table(head: str) -> bool:
    """Whether a file that begins so is a table with a header, and titles in it."""
    return _layout(head) is not None


def read_table(source: Source) -> Iterator[Paper | Rejected]:
    """Read every row of a table; one that cannot be read is a `Rejected` with its line.

    Raises:
        ValueError: The file is no table.
    """
    layout = _layout(source.head)
    if layout is None:
        raise ValueError("read_table reads what is_table accepts")
    csv.field_size_limit(MOST_LINE)  # references of a review are longer than the default
    for number, row in _Rows(source, layout):
        where = f"{source.name}:{number}"
        item = Rejected(where, row) if isinstance(row, str) else layout.columns.paper(row, where)
        if item is not None:
            yield item


def _layout(head: str) -> _Layout | None:
    for number, line in enumerate(head.split("\n", _PREAMBLE)[:_PREAMBLE], 1):
        found = [
            _Layout(number, mark, Columns.of(_parsed(line, mark))) for mark in _DELIMITERS if mark in line
        ]
        best = max(found, key=lambda each: each.columns.known, default=None)
        if best and best.columns.has_papers:
            return best
    return None


class _Rows:
    """The rows of a table, each with its line; in place of one that cannot be read, why.

    Args:
        source: The table.
        layout: How it is laid out.
    """

    def __init__(self, source: Source, layout: _Layout) -> None:
        self._lines = (each for each in enumerate(source.lines(strict=False), 1) if each[0] > layout.line)
        self._again: deque[tuple[int, str]] = deque()
        self._delimiter, self._width = layout.delimiter, layout.columns.width

    def __iter__(self) -> Iterator[tuple[int, list[str] | str]]:
        lost = 0  # lines more that may be the rest of a row that was refused
        while True:
            cells, taken = self._row()
            if not taken:
                return
            number, first = taken[0]
            if cells is None:
                self._again.extendleft(reversed(taken[1:]))
                cells, taken = self._alone(first), taken[:1]
            if cells is None and not lost:
                yield number, _UNCLOSED
            if cells is None or (lost and not self._is_whole(cells)):
                lost = _MOST_LINES if cells is None else lost - 1
                continue
            lost = 0
            if cells:
                yield number, self._checked(cells, [line for _, line in taken])

    def _row(self) -> tuple[list[str] | None, list[tuple[int, str]]]:
        """The cells of the next row, unless its quotes are faulty, and the lines that were read for it."""
        taken: list[tuple[int, str]] = []
        try:
            cells = next(csv.reader(self._take(taken), delimiter=self._delimiter, strict=True), None)
        except csv.Error:
            cells = None
        # More lines than one may be a row, or what an open quote ran together.
        return (None if cells and len(taken) > 1 and not self._is_whole(cells) else cells), taken

    def _take(self, taken: list[tuple[int, str]]) -> Iterator[str]:
        size = 0
        while len(taken) < _MOST_LINES and size < _MOST_ROW:
            found = self._again.popleft() if self._again else next(self._lines, None)
            if found is None:
                return
            taken.append(found)
            size += len(found[1])
            yield found[1] + "\n"

    def _alone(self, line: str) -> list[str] | None:
        """The cells of a line with faulty quotes, if they are all there and none is open at its end."""
        if self._delimiter == "\t" and self._is_whole(cells := line.split("\t")):
            return cells  # programs that part cells with tabs often write quotes as they are
        rows = csv.reader([line, ""], delimiter=self._delimiter)
        cells = next(rows)
        return cells if rows.line_num == 1 and self._is_whole(cells) else None

    def _is_whole(self, cells: list[str]) -> bool:
        return len(cells) == self._width or (len(cells) == self._width + 1 and not cells[-1].strip())

    def _checked(self, cells: list[str], lines: list[str]) -> list[str] | str:
        for line in lines:
            if len(line) > MOST_LINE:
                return f"longer than the {MOST_LINE:,} characters that a record may have. Split it."
            if wrong := undecoded(line):
                return why_undecoded(wrong)
        more = any(cell.strip() for cell in cells[self._width :])
        return _TOO_MANY.format(len(cells), self._width) if more else cells


def _parsed(line: str, delimiter: str) -> list[str]:
    """The cells of one line, whatever its quotes."""
    return next(csv.reader([line], delimiter=delimiter), [])
