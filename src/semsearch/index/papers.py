"""The metadata of papers in SQLite: by row, by id, by title; and filters over their columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from semsearch.errors import IndexDamaged
from semsearch.index import columns
from semsearch.index.arrays import is_new
from semsearch.index.columns import NO_YEAR, Columns
from semsearch.index.database import Database, created
from semsearch.index.identifiers import identifiers, of_paper, of_version
from semsearch.index.manifest import MEND
from semsearch.index.progress import Advance, counted, ignore
from semsearch.index.vectors import Mask, Rows
from semsearch.ingest.clean import fold
from semsearch.paper import Original, Paper, Translation, Version

FILE = "papers.sqlite"
_MASKS = 16  # filters remembered: one question with filters asks for the same several times

# `row` joins papers, vectors and words. Titles are kept folded beside what is shown, so that a question finds
# them whatever its case, accents and punctuation.
_SCHEMA = """
CREATE TABLE papers (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, abstract TEXT NOT NULL,
    authors TEXT NOT NULL, year INTEGER, venue TEXT, doi TEXT, url TEXT, language TEXT,
    keywords TEXT NOT NULL, source TEXT NOT NULL, truncated INTEGER NOT NULL, more TEXT,
    folded_title TEXT NOT NULL
);
CREATE TABLE identifiers (key TEXT NOT NULL, row INTEGER NOT NULL, PRIMARY KEY (key, row)) WITHOUT ROWID;
"""
_INDEX = "CREATE INDEX by_title ON papers (folded_title)"
_COLUMNS = "id, title, abstract, authors, year, venue, doi, url, language, keywords, source, truncated, more"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is limited to; None means no limit.

    Attributes:
        year_from: First year; papers without a year are left out when either limit is set.
        year_to: Last year.
        author: Words that must all be in one author's name, whatever case and accents.
        venue: Words that must follow each other in the venue.
    """

    year_from: int | None = None
    year_to: int | None = None
    author: str | None = None
    venue: str | None = None

    def __bool__(self) -> bool:
        return self != Filters()


def write(folder: Path, papers: Sequence[Paper], advance: Advance = ignore) -> None:
    """Write the metadata; row ``i`` is ``papers[i]``."""
    keys = ((key, row) for row, paper in enumerate(papers) for key in of_paper(paper))
    with created(folder / FILE, _SCHEMA) as database:
        database.executemany(
            f"INSERT INTO papers VALUES ({','.join('?' * 15)})",  # noqa: S608 -- only question marks
            (_record(row, paper) for row, paper in enumerate(counted(papers, advance))),
        )
        # In the order of their keys they fill one page after the other.
        database.executemany("INSERT INTO identifiers VALUES (?, ?)", sorted(keys))
        database.execute(_INDEX)
    columns.write(folder, papers)


def _record(row: int, paper: Paper) -> tuple[Any, ...]:
    return (
        row,
        paper.id,
        paper.title,
        paper.abstract,
        json.dumps(paper.authors, ensure_ascii=False),
        paper.year,
        paper.venue,
        paper.doi,
        paper.url,
        paper.language,
        json.dumps(paper.keywords, ensure_ascii=False),
        paper.source,
        paper.truncated,
        _more(paper),
        fold(paper.title),
    )


def _more(paper: Paper) -> str | None:
    """What few papers have, as JSON."""
    more = (paper.identifiers, paper.translations, paper.versions, astuple(paper.original or Original()))
    if not any(map(any, more)):
        return None
    return json.dumps([list(map(_plain, each)) for each in more], ensure_ascii=False)


def _plain(value: str | Translation | Version) -> str | tuple[Any, ...]:
    return value if isinstance(value, str) else astuple(value)


class PaperTable:
    """Reads the metadata; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._database = Database(
            folder / FILE,
            f"SELECT row, folded_title, {_COLUMNS} FROM papers",  # noqa: S608 -- a constant
            "SELECT key, row FROM identifiers",
        )
        ((first, self._count),) = self._database.query(
            "SELECT ifnull(min(row), 0), ifnull(max(row) + 1, 0) FROM papers"
        )
        if is_new(folder / FILE):  # counting a million rows reads megabytes
            ((held,),) = self._database.query("SELECT count(*) FROM papers")
            if (first, self._count) != (0, held):
                raise IndexDamaged("does not hold a paper in every row.", where=folder / FILE, hint=MEND)
        self.columns = Columns(folder, self._count)
        self._masks = lru_cache(_MASKS)(self._mask)

    def __len__(self) -> int:
        return int(self._count)

    def get(self, rows: Iterable[int]) -> list[Paper]:
        """The papers of some rows, in that order."""
        wanted = [int(row) for row in rows]
        query = f"SELECT row, {_COLUMNS} FROM papers WHERE row IN (SELECT value FROM json_each(?))"  # noqa: S608 -- a constant
        found = {row: _paper(record) for row, *record in self._database.query(query, json.dumps(wanted))}
        return [found[row] for row in wanted]

    def ids(self) -> list[str]:
        """The id of every paper, in the order of the rows."""
        return [identifier for (identifier,) in self._database.query("SELECT id FROM papers ORDER BY row")]

    def row_of(self, identifier: str) -> int | None:
        """The row of the paper with an id, or else with an identifier in any of its forms."""
        rows = self.identified(identifier)
        return int(rows[0]) if len(rows) else None

    def identified(self, text: str) -> Rows:
        """Rows of papers whose id a text is, or was before they were merged, or whose identifier it holds."""
        # Half a character, which JSON and arguments of a process may hold, is in no id; SQLite refuses it.
        # An id copied from a terminal may bring the marks that isolated it there.
        text = text.encode(errors="surrogatepass").decode(errors="replace").strip().strip("\u2068\u2069")
        rows = self._database.rows("SELECT row FROM papers WHERE id = ?", text)
        for key in () if len(rows) else (of_version(text), *identifiers(text)):
            rows = self._database.rows("SELECT row FROM identifiers WHERE key = ? ORDER BY row", key)
            if len(rows):
                break
        return rows

    def absorbed(self, identifier: str) -> Rows:
        """Rows of the papers that a record with an id was merged into: one, or none."""
        query = "SELECT row FROM identifiers WHERE key = ? ORDER BY row"
        return self._database.rows(query, of_version(identifier))

    def with_title(self, title: str) -> Rows:
        """Rows of the papers with just this title, whatever case, accents and punctuation."""
        return self._database.rows("SELECT row FROM papers WHERE folded_title = ? ORDER BY row", fold(title))

    def allowed(self, filters: Filters) -> Mask:
        """Which papers pass, shape ``(papers,)``; not to be written to."""
        return self._masks(filters)

    def _mask(self, filters: Filters) -> Mask:
        mask = np.ones(len(self), dtype=np.bool_)
        years = self.columns.years
        if filters.year_from is not None or filters.year_to is not None:
            mask &= years != NO_YEAR
        if filters.year_from is not None:
            mask &= years >= filters.year_from
        if filters.year_to is not None:
            mask &= years <= filters.year_to
        if filters.venue is not None and (venue := fold(filters.venue)):
            mask &= self.columns.venues.holding(venue)
        if filters.author is not None:
            mask &= self.columns.authors.holding(*(f" {word} " for word in fold(filters.author).split()))
        mask.setflags(write=False)
        return mask

    def passing(self, filters: Filters) -> Rows:
        """Rows of the papers that pass."""
        return np.flatnonzero(self.allowed(filters))

    def newest(self, filters: Filters, k: int, offset: int = 0) -> Rows:
        """Rows of the ``k`` latest papers that pass, after the first ``offset``; those without year last."""
        newest = self.columns.newest
        rows: Rows = newest[self.allowed(filters)[newest]][offset : offset + k]
        return rows


def _paper(record: Sequence[Any]) -> Paper:
    identifier, title, abstract, authors, year, venue, doi, url, language, *rest = record
    keywords, source, truncated, more = rest
    identifiers, translations, versions, original = json.loads(more) if more else ((), (), (), ("", ""))
    return Paper(
        identifier,
        title,
        abstract,
        tuple(json.loads(authors)),
        year,
        venue,
        doi,
        url,
        language,
        tuple(json.loads(keywords)),
        source,
        bool(truncated),
        tuple(identifiers),
        tuple(Translation(*each) for each in translations),
        tuple(Version(*each) for each in versions),
        original=Original(*original) if any(original) else None,
    )
