"""The metadata of papers in SQLite: by row, by id, by title, by author, and as filters."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from semsearch.errors import IndexDamaged
from semsearch.index.manifest import MEND
from semsearch.index.vectors import Mask, Rows
from semsearch.ingest.clean import fold
from semsearch.paper import Paper

FILE = "papers.sqlite"

# `row` joins papers, vectors and words. Titles and names are kept folded beside what is shown, so that a
# question finds them whatever its case, accents and punctuation.
_SCHEMA = """
CREATE TABLE papers (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, abstract TEXT NOT NULL,
    authors TEXT NOT NULL, year INTEGER, venue TEXT, doi TEXT, url TEXT, language TEXT,
    keywords TEXT NOT NULL, source TEXT NOT NULL, truncated INTEGER NOT NULL,
    folded_title TEXT NOT NULL, folded_venue TEXT NOT NULL, folded_doi TEXT
);
CREATE INDEX by_title ON papers (folded_title);
CREATE INDEX by_doi ON papers (folded_doi);
CREATE TABLE authors (name TEXT NOT NULL, row INTEGER NOT NULL);
"""
_COLUMNS = "id, title, abstract, authors, year, venue, doi, url, language, keywords, source, truncated"


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


def write(folder: Path, papers: Sequence[Paper]) -> None:
    """Write the metadata; row ``i`` is ``papers[i]``."""
    database = sqlite3.connect(folder / FILE)
    try:
        with database:
            database.executescript(_SCHEMA)
            marks = ",".join("?" * 16)
            database.executemany(
                f"INSERT INTO papers VALUES ({marks})",  # noqa: S608 -- only question marks
                (_record(row, paper) for row, paper in enumerate(papers)),
            )
            database.executemany(
                "INSERT INTO authors VALUES (?, ?)",
                ((fold(name), row) for row, paper in enumerate(papers) for name in paper.authors),
            )
    finally:
        database.close()


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
        fold(paper.title),
        fold(paper.venue or ""),
        paper.doi.casefold() if paper.doi else None,
    )


class PaperTable:
    """Reads the metadata; safe to share between threads.

    One connection, opened at once: a generation that is pruned while a server answers from it stays readable,
    as the files that are open do, and a thread that came later could not open it any more.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / FILE
        # Immutable: no lock, no journal, and a write is an error. as_uri() escapes ? and # in the path.
        uri = f"{path.resolve().as_uri()}?immutable=1&mode=ro"
        self._lock = threading.Lock()
        try:
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            ((self._count,),) = self._query("SELECT count(*) FROM papers")
        except sqlite3.Error as error:
            raise IndexDamaged(f"cannot be read ({error}).", where=path, hint=MEND) from error

    def __len__(self) -> int:
        return int(self._count)

    def get(self, rows: Iterable[int]) -> list[Paper]:
        """The papers of some rows, in that order."""
        query = f"SELECT {_COLUMNS} FROM papers WHERE row = ?"  # noqa: S608 -- a constant
        return [_paper(self._query(query, int(row))[0]) for row in rows]

    def row_of(self, identifier: str) -> int | None:
        """The row of the paper with an id, or else with a DOI."""
        found = self._query("SELECT row FROM papers WHERE id = ?", identifier) or self._query(
            "SELECT row FROM papers WHERE folded_doi = ?", identifier.casefold()
        )
        return int(found[0][0]) if found else None

    def with_title(self, title: str) -> Rows:
        """Rows of the papers with just this title, whatever case, accents and punctuation."""
        return self._rows("SELECT row FROM papers WHERE folded_title = ? ORDER BY row", fold(title))

    def names_of(self, rows: Iterable[int]) -> list[list[str]]:
        """The folded names of the authors of some papers."""
        return [[fold(name) for name in paper.authors] for paper in self.get(rows)]

    def allowed(self, filters: Filters) -> Mask:
        """Which papers pass, shape ``(papers,)``."""
        conditions, values = ["1"], list[Any]()
        if filters.year_from is not None:
            conditions.append("year >= ?")
            values.append(filters.year_from)
        if filters.year_to is not None:
            conditions.append("year <= ?")
            values.append(filters.year_to)
        if filters.venue is not None:
            conditions.append("instr(folded_venue, ?)")
            values.append(fold(filters.venue))
        if filters.author is not None:
            words = fold(filters.author).split()
            every = " AND ".join(["instr(' ' || name || ' ', ?)"] * len(words)) or "1"
            conditions.append(f"row IN (SELECT row FROM authors WHERE {every})")  # noqa: S608 -- only marks
            values.extend(f" {word} " for word in words)
        where = " AND ".join(conditions)
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[self._rows(f"SELECT row FROM papers WHERE {where}", *values)] = True  # noqa: S608 -- constants
        return mask

    def _rows(self, query: str, *values: object) -> Rows:
        return np.array([row for (row,) in self._query(query, *values)], dtype=np.int64)

    def _query(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()


def _paper(record: tuple[Any, ...]) -> Paper:
    identifier, title, abstract, authors, year, venue, doi, url, language, keywords, source, truncated = (
        record
    )
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
    )
