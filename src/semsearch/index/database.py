"""One SQLite file of a generation: written once, then opened to be read and never written again."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from semsearch.index.files import unreadable, unwritten
from semsearch.index.vectors import Rows


@contextlib.contextmanager
def created(path: Path, schema: str) -> Iterator[sqlite3.Connection]:
    """A new database to be filled, in one transaction.

    Nothing is journaled or synced: half a file goes with the folder it is staged in, and a whole one is
    synced with it.

    Raises:
        StorageError: The disk is full, or the folder is gone.
    """
    try:
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {schema}")
            with database:
                yield database
    except sqlite3.OperationalError as error:
        raise unwritten(path, error) from error


class Database:
    """Answers queries; safe to share between threads.

    One connection, opened at once: a generation that is pruned while a server answers from it stays readable,
    as the files that are open do, and a thread that came later could not open it any more.

    Args:
        path: The file.
        checks: Queries that must be possible.

    Raises:
        IndexDamaged: The file is not the database it should be.
    """

    def __init__(self, path: Path, *checks: str) -> None:
        # Immutable: no lock, no journal, and a write is an error. as_uri() escapes ? and # in the path.
        uri = f"{path.resolve().as_uri()}?immutable=1&mode=ro"
        self._path, self._lock = path, threading.Lock()
        try:
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            # What a file says of itself, such as a view, runs no function that could do more than compute.
            self._connection.execute("PRAGMA trusted_schema = OFF")
            self._connection.execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            raise unreadable(path, error) from error
        for check in checks:
            self.query(f"{check} LIMIT 1")

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """All that a query finds."""
        try:
            with self._lock:
                return self._connection.execute(sql, values).fetchall()
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise unreadable(self._path, error) from error

    def rows(self, sql: str, *values: object) -> Rows:
        """The single column of rows that a query finds."""
        return np.array([row for (row,) in self.query(sql, *values)], dtype=np.int64)
