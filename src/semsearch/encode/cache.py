"""The embedding cache: a text that was encoded once is not encoded again, not even after a kill -9."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from semsearch.encode.encoder import Passport, Vectors
from semsearch.errors import StorageError

_BATCH = 900  # keys in one SELECT; SQLite's oldest limit on parameters is 999
_PAGE = 16_384  # bytes: SQLite's own 4,096 hold two vectors of 384 dimensions and waste a fifth
_SCANNED = 6  # entries are read in a row in the time that one is looked up


class EmbeddingCache:
    """Vectors of one encoder by the SHA-256 of their text, in one SQLite file.

    Each value carries a checksum over key and vector: a damaged entry is computed again, never returned.
    """

    def __init__(self, folder: Path, passport: Passport) -> None:
        self._dim = passport.dim
        self.path = folder / f"{passport.fingerprint[:32]}.sqlite"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(self.path)
            self._database.execute(f"PRAGMA page_size = {_PAGE}")
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            # With rowids, vectors lie in the order they came in, and the index of their keys is small.
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, value BLOB NOT NULL)"
            )
        except (sqlite3.Error, OSError) as error:
            raise self._error(error) from error

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
        found: list[bytes] = []
        values: list[bytes] = []
        try:
            for key, value in self._entries(keys):
                if len(value) == 4 * self._dim + 4 and _checksum(key, value[:-4]) == value[-4:]:
                    found.append(key)
                    values.append(value)
                if len(found) == _BATCH:
                    yield found, self._matrix(values)
                    found, values = [], []
        except sqlite3.Error as error:
            raise self._error(error) from error
        if found:
            yield found, self._matrix(values)

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

    def _matrix(self, values: Sequence[bytes]) -> Vectors:
        rows = np.frombuffer(b"".join(values), dtype="<f4").reshape(len(values), self._dim + 1)
        return rows[:, : self._dim]

    def put(self, keys: Iterable[bytes], vectors: Vectors) -> None:
        """Store vectors, shape ``(len(keys), dim)``, durably against the end of the process."""
        values = [row.astype("<f4").tobytes() for row in vectors]
        rows = [(key, value + _checksum(key, value)) for key, value in zip(keys, values, strict=True)]
        try:
            with self._database:
                self._database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        except sqlite3.Error as error:
            raise self._error(error) from error

    def keep_only(self, keys: Collection[bytes]) -> int:
        """Forget all other texts, so that the cache is never larger than the index; returns how many.

        Args:
            keys: Quick to look up in, as for `find`.
        """
        try:
            known = self._database.execute("SELECT key FROM vectors").fetchall()
            doomed = [entry for entry in known if entry[0] not in keys]
            with self._database:
                self._database.executemany("DELETE FROM vectors WHERE key = ?", doomed)
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise self._error(error) from error
        return len(doomed)

    def _error(self, error: Exception) -> StorageError:
        return StorageError(
            f"the embedding cache cannot be used ({error}).",
            where=self.path,
            hint="Check free space and permissions; a damaged cache may be deleted and is computed again.",
        )


def key(text: str) -> bytes:
    """The cache key of a text."""
    return hashlib.sha256(text.encode("utf-8")).digest()


def _checksum(key: bytes, value: bytes) -> bytes:
    return zlib.crc32(value, zlib.crc32(key)).to_bytes(4, "little")
