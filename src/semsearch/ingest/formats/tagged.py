"""Files of lines that begin with a tag (RIS, MEDLINE, Web of Science, EndNote) to records, one at a time.

The libraries for these formats read whole files into lists, take a record whose end is missing for a part of
the next, drop the last where it has none, and do not say on which line a record stood.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from semsearch.ingest.clean import clean_year
from semsearch.ingest.source import MOST_LINE, undecoded, why_undecoded
from semsearch.paper import Paper, Rejected

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

    from semsearch.ingest.clean import clean_year
from semsearch.ingest.source import Source


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a format writes its records.

    Attributes:
        line: A line that begins a field: its first group is the tag, its second the value.
        begins: The tag that begins a record.
        ends: The tag that ends one; empty for a blank line, None where only the next one's beginning does.
        outside: Tags that belong to the file, and to no record.
    """

    line: re.Pattern[str]
    begins: str
    ends: str | None
    outside: frozenset[str] = frozenset()


@dataclass(slots=True)
class Record:
    """One record as it is written.

    Attributes:
        line: Where it begins.
        flaw: Why it cannot be read; mostly empty.
        ended: Whether it ended as its format says.
        last: The tag of its last field.
    """

    line: int
    flaw: str = ""
    ended: bool = False
    last: str = ""
    _fields: dict[str, list[list[str]]] = field(default_factory=dict)
    _size: int = 0

    def add(self, line: str, tag: str = "", value: str = "") -> None:
        """One more line: a field, or without a tag more of the field before it."""
        self._size += len(line)
        if wrong := undecoded(line):
            self.flaw = self.flaw or why_undecoded(wrong)
        if self._size > MOST_LINE:
            self.flaw = f"longer than the {MOST_LINE:,} characters that a record may have. Split it."
            self._fields.clear()
        elif tag:
            self._fields.setdefault(tag, []).append([value])
            self.last = tag
        elif self.last:
            self._fields[self.last][-1].append(line)

    def all(self, *tags: str) -> list[str]:
        r"""The values of some tags that are not blank, tag by tag; lines are joined by ``\n``."""
        lines = (lines for tag in tags for lines in self._fields.get(tag, ()))
        return [value for each in lines if (value := "\n".join(each).strip())]

    def first(self, *tags: str) -> str:
        """The first of them, or nothing."""
        return next(iter(self.all(*tags)), "")

    def year(self, *tags: str) -> int | None:
        """The first year in some tags; ``20190701`` is a day."""
        dates = (value[:4] if value.isdecimal() and len(value) == 8 else value for value in self.all(*tags))
        return next(filter(None, map(clean_year, dates)), None)

    def each_line(self, *tags: str) -> list[str]:
        """The values of tags with one value a line, and of those with one value a field."""
        lines = (line.strip() for value in self.all(*tags) for line in value.split("\n"))
        return [line for line in lines if line]


def read_tagged(
    source: Source, dialect: Dialect, make: Callable[[Record, str], Paper | Rejected]
) -> Iterator[Paper | Rejected]:
    """Read every record of a tagged file; one that cannot be read is a `Rejected` with its first line.

    Args:
        source: The file.
        dialect: How it writes its records.
        make: Makes a paper of a record and the place it was read at.
    """
    for record in _records(source, dialect):
        where = f"{source.name}:{record.line}"
        yield Rejected(where, record.flaw) if record.flaw else make(record, where)


def _records(source: Source, dialect: Dialect) -> Iterator[Record]:
    record: Record | None = None
    for number, line in enumerate(source.lines(strict=False), 1):
        # Files that were put together from several have a mark in their middle.
        line = line.lstrip("\ufeff")
        found = dialect.line.match(line)
        tag, value = (found[1], (found[2] or "").strip()) if found else ("", "")
        if (tag or line.strip()) == dialect.ends:
            if record:
                record.ended = True
                yield record
            record = None
            continue
        if not tag:
            if record and line.strip():
                record.add(line.rstrip())
            continue
        if tag in dialect.outside:
            continue
        if record and tag == dialect.begins:
            yield record
            record = None
        record = record or Record(number)
        record.add(line, tag, value)
    if record:
        yield record
