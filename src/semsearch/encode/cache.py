"""The embedding cache: a text that was encoded once is not encoded again, not even after a kill -9."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import numpy as np

from semsearch.encode.encoder import Passport, Vectors
from semsearch.errors import StorageError

log = logging.getLogger(__name__)

Result = TypeVar("Result")

_BATCH = 900  # keys in one SELECT; SQLite's oldest limit on parameters is 999
_PAGE = 16_384  # bytes: SQLite's own 4,096 hold two vectors of 384 dimensions and waste a fifth
_SCANNED = 6  # entries are read in a row in the time that one is looked up
# What SQLite says of the machine. Whatever else it says, the file is not as it was written.
_MACHINE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


# Where what SQLite says of a damaged file quotes it, Python cannot decode that.
_Refused = (sqlite3.Error, UnicodeDecodeError)


class EmbeddingCache:
    """Vectors of one encoder by the SHA-256 of their text, in one SQLite file.

    Each value carries a checksum over key and vector: a damaged entry is computed again, never returned. A
    file that is damaged as a database is written anew from what can still be read of it.

    Attributes:
        fingerprint: Of the encoder.
        path: Of the file.
    """

    def __init__(self, folder: Path, passport: Passport) -> None:
        self._dim = passport.dim
        self.fingerprint = passport.fingerprint
        self.path = folder / f"{self.fingerprint[:32]}.sqlite"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._error(error) from error
        self._database = self._opened()

    def __enter__(self) -> EmbeddingCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def find(self, keys: Collection[bytes]) -> Iterator[tuple[list[bytes], Vectors]]:
        """The vectors known for some keys, in batches.

        Args:
            keys: Quick to look up in: a set, or a dictionary's keys.

        Yields:
            Keys, each once, and their vectors, shape ``(len(keys), dim)``.
        """
        given: set[bytes] = set()
        try:
            yield from self._found(keys, given)
        except _Refused as error:
            self._mend(error)
            try:
                yield from self._found(keys, given)
            except _Refused as again:
                raise self._error(again) from again

    def _found(self, keys: Collection[bytes], given: set[bytes]) -> Iterator[tuple[list[bytes], Vectors]]:
        """The same, without those that were given already."""
        found: dict[bytes, bytes] = {}
        for key, value in self._entries(keys):
            if key not in given and self._whole(key, value):
                found[key] = value
            if len(found) == _BATCH:
                given.update(found)
                yield [*found], self._matrix([*found.values()])
                found = {}
        if found:
            yield [*found], self._matrix([*found.values()])

    def _entries(self, keys: Collection[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """What is stored for some keys: read through from end to end where most of it is wanted."""
        ((entries,),) = self._database.execute("SELECT count(*) FROM vectors")
        if entries < _SCANNED * len(keys):
            for key, value in self._database.execute("SELECT key, value FROM vectors"):
                if key in keys:
                    yield key, value
            return
        wanted = sorted(keys)
        for start in range(0, len(wanted), _BATCH):
            part = wanted[start : start + _BATCH]
            marks = ",".join("?" * len(part))
            yield from self._database.execute(
                f"SELECT key, value FROM vectors WHERE key IN ({marks})",  # noqa: S608 -- only marks
                part,
            )

    def _whole(self, key: object, value: object) -> bool:
        """Is this an entry as `put` wrote it?"""
        return (
            isinstance(key, bytes)
            and isinstance(value, bytes)
            and len(value) == 4 * self._dim + 4
            and _checksum(key, value[:-4]) == value[-4:]
        )

    def _matrix(self, values: Sequence[bytes]) -> Vectors:
        rows = np.frombuffer(b"".join(values), dtype="<f4").reshape(len(values), self._dim + 1)
        return rows[:, : self._dim]

    def put(self, keys: Iterable[bytes], vectors: Vectors) -> None:
        """Store vectors, shape ``(len(keys), dim)``, durably against the end of the process."""
        values = [row.astype("<f4").tobytes() for row in vectors]
        rows = [(key, value + _checksum(key, value)) for key, value in zip(keys, values, strict=True)]
        self._mending(lambda: _insert(self._database, rows))

    def keep_only(self, keys: Collection[bytes]) -> int:
        """Forget all other texts, so that the cache is never larger than the index; returns how many.

        Args:
            keys: Quick to look up in, as for `find`.
        """
        return self._mending(lambda: self._forget(keys))

    def _forget(self, keys: Collection[bytes]) -> int:
        known = self._database.execute("SELECT key FROM vectors").fetchall()
        doomed = [entry for entry in known if entry[0] not in keys]
        with self._database:
            self._database.executemany("DELETE FROM vectors WHERE key = ?", doomed)
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return len(doomed)

    def _opened(self) -> sqlite3.Connection:
        try:
            return _connected(self.path)
        except _Refused as error:
            self._renew(error)
        try:
            return _connected(self.path)
        except _Refused as error:
            raise self._error(error) from error

    def _mending(self, do: Callable[[], Result]) -> Result:
        """What ``do`` returns, done again when the file was damaged."""
        try:
            return do()
        except _Refused as error:
            self._mend(error)
        try:
            return do()
        except _Refused as error:
            raise self._error(error) from error

    def _mend(self, error: Exception) -> None:
        self._database.close()
        self._renew(error)
        self._database = self._opened()

    def _renew(self, damage: Exception) -> None:
        """Write a damaged file anew, from the entries of it that can be read and are whole.

        Raises:
            StorageError: It is not the file that is to blame.
        """
        # An extended code holds the plain one in its last byte.
        if getattr(damage, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in _MACHINE:
            raise self._error(damage) from damage
        anew = self.path.with_suffix(".anew")
        try:
            anew.unlink(missing_ok=True)
            with contextlib.closing(_connected(anew, journal="OFF")) as database:
                _insert(database, (entry for entry in _readable(self.path) if self._whole(*entry)))
                ((kept,),) = database.execute("SELECT count(*) FROM vectors")
            # Before the file itself: a journal that is not its own would be written into the new one.
            for journal in ("-wal", "-shm"):
                self.path.with_name(self.path.name + journal).unlink(missing_ok=True)
            anew.replace(self.path)
        except (*_Refused, OSError) as error:
            raise self._error(error) from error
        log.warning(
            "the embedding cache %s was damaged (%s); %d vectors of it are whole and kept, "
            "and what is missing is computed again",
            self.path,
            damage,
            kept,
        )

    def _error(self, error: Exception) -> StorageError:
        return StorageError(
            f"the embedding cache cannot be used ({error}).",
            where=self.path,
            hint="Check free space and permissions; a damaged cache may be deleted and is computed again.",
        )


def key(text: str) -> bytes:
    """The cache key of a text."""
    return hashlib.sha256(text.encode("utf-8")).digest()


def _connected(path: Path, journal: str = "WAL") -> sqlite3.Connection:
    database = sqlite3.connect(path)
    database.text_factory = bytes  # a damaged entry may say that it is text, in whatever encoding
    try:
        database.execute(f"PRAGMA page_size = {_PAGE}")
        database.execute(f"PRAGMA journal_mode = {journal}")
        database.execute("PRAGMA synchronous = NORMAL")
        # With rowids, vectors lie in the order they came in, and the index of their keys is small.
        database.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, value BLOB NOT NULL)")
        database.execute("SELECT key, value FROM vectors LIMIT 1")
    except _Refused:
        database.close()
        raise
    return database


def _insert(database: sqlite3.Connection, entries: Iterable[tuple[bytes, bytes]]) -> None:
    with database:
        database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", entries)


def _readable(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """What can be read of a damaged file, some of it twice: from its beginning and from its end."""
    for order in ("", "DESC"):
        with contextlib.suppress(*_Refused), contextlib.closing(sqlite3.connect(path)) as database:
            database.text_factory = bytes
            yield from database.execute(f"SELECT key, value FROM vectors ORDER BY rowid {order}")  # noqa: S608


def _checksum(key: bytes, value: bytes) -> bytes:
    return zlib.crc32(value, zlib.crc32(key)).to_bytes(4, "little")
