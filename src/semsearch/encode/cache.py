"""The embedding cache: a text that was encoded once is not encoded again, not even after a kill -9."""

from __future__ import annotations

import hashlib
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType

import numpy as np

from semsearch.encode.encoder import Passport, Vectors
from semsearch.errors import StorageError

_BATCH = 900  # keys in one SELECT; SQLite's oldest limit on parameters is 999


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
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID"
            )
        except (sqlite3.Error, OSError) as error:
            raise self._error(error) from error

    def __enter__(self) -> EmbeddingCache:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def get(self, keys: Sequence[bytes]) -> dict[bytes, Vectors]:
        """The vectors known for some keys, each of shape ``(dim,)``."""
        found: dict[bytes, Vectors] = {}
        try:
            for start in range(0, len(keys), _BATCH):
                part = keys[start : start + _BATCH]
                marks = ",".join("?" * len(part))
                query = f"SELECT key, value FROM vectors WHERE key IN ({marks})"  # noqa: S608 -- only marks
                for key, value in self._database.execute(query, part):
                    if len(value) == 4 * self._dim + 4 and _checksum(key, value[:-4]) == value[-4:]:
                        found[key] = np.frombuffer(value, dtype="<f4", count=self._dim)
        except sqlite3.Error as error:
            raise self._error(error) from error
        return found

    def put(self, keys: Iterable[bytes], vectors: Vectors) -> None:
        """Store vectors, shape ``(len(keys), dim)``, durably against the end of the process."""
        values = [row.astype("<f4").tobytes() for row in vectors]
        rows = [(key, value + _checksum(key, value)) for key, value in zip(keys, values, strict=True)]
        try:
            with self._database:
                self._database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
        except sqlite3.Error as error:
            raise self._error(error) from error

    def keep_only(self, keys: Iterable[bytes]) -> int:
        """Forget all other texts, so that the cache is never larger than the index; returns how many."""
        try:
            with self._database:
                self._database.execute("CREATE TEMP TABLE kept (key BLOB PRIMARY KEY) WITHOUT ROWID")
                self._database.executemany("INSERT OR IGNORE INTO kept VALUES (?)", ((key,) for key in keys))
                forgotten = self._database.execute(
                    "DELETE FROM vectors WHERE key NOT IN (SELECT key FROM kept)"
                ).rowcount
                self._database.execute("DROP TABLE kept")
            self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error as error:
            raise self._error(error) from error
        return forgotten

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
