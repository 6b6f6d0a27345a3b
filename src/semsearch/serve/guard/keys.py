"""API keys: who may ask a service that is open to more than its own machine.

A key is 160 random bits, so that nobody guesses one, and so that its plain SHA-256 is as good as a slow hash
of it: those exist for passwords, which people choose. The file holds names and hashes alone. It lets nobody
in who reads it; who may write it lets in whom he likes.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from semsearch.errors import KeysError

log = logging.getLogger(__name__)

PREFIX = "semsearch_"  # by which scanners of leaked secrets know one, and people too
_BYTES = 20
_NAME = re.compile(r"[\w.@-]{1,64}", re.ASCII)  # it stands in logs and metrics
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Key:
    """What is kept of a key.

    Attributes:
        sha256: Of the whole key, prefix and all, in hexadecimal.
        created: UTC time, ISO 8601.
    """

    sha256: str
    created: str


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file of keys, by name. Creating the object touches nothing."""

    path: Path

    def read(self) -> dict[str, Key]:
        """The keys by name, in the order in which they were added.

        Raises:
            KeysError: There is no such file, it is damaged, or somebody else may write it.
        """
        return self._read()[0]

    def add(self, name: str) -> str:
        """Make a key and keep its hash; returns the key, which is nowhere else.

        Raises:
            KeysError: The name is taken or cannot be one, or the file cannot be written.
        """
        if not _NAME.fullmatch(name):
            raise KeysError(
                "is no name for a key.",
                where=repr(name),
                hint="Use up to 64 letters, digits, dots, dashes, underscores and @.",
            )
        with self._changing() as keys:
            if name in keys:
                raise KeysError(
                    f"has a key {name!r} already.",
                    where=self.path,
                    hint="Choose another name, or revoke that.",
                )
            key = PREFIX + secrets.token_hex(_BYTES)
            keys[name] = Key(_digest(key), datetime.now(UTC).isoformat(timespec="seconds"))
        return key

    def revoke(self, name: str) -> None:
        """Forget a key.

        Raises:
            KeysError: There is none of this name, or the file cannot be written.
        """
        with self._changing() as keys:
            if keys.pop(name, None) is None:
                raise KeysError(
                    f"has no key {name!r}.", where=self.path, hint="semsearch keys list says which there are."
                )

    def _read(self) -> tuple[dict[str, Key], object]:
        """The keys, and what changes when the file does."""
        try:
            with self.path.open(encoding="utf-8") as stream:
                found = os.fstat(stream.fileno())
                if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or found.st_uid not in {0, os.geteuid()}:
                    raise KeysError(
                        "may be written by others, who could let in whom they like.",
                        where=self.path,
                        hint=f"Make it yours alone: chmod 600 {self.path}",
                    )
                raw = json.load(stream)["keys"]
                return {name: _key(name, record) for name, record in raw.items()}, _state(found)
        except FileNotFoundError as error:
            raise KeysError(
                "there is no such file.", where=self.path, hint="semsearch keys add NAME makes it."
            ) from error
        except OSError as error:
            raise KeysError(f"cannot be read ({error.strerror}).", where=self.path) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeysError(
                "is no file of keys, or was damaged.",
                where=self.path,
                hint="semsearch keys add NAME makes one.",
            ) from error

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, Key]]:
        """The keys, to be changed; written in one step, by one process at a time."""
        folder = self.path.resolve().parent
        try:
            held = os.open(folder, os.O_RDONLY)
        except OSError as error:
            raise KeysError(f"cannot be written ({error.strerror}).", where=self.path) from error
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            keys = self.read() if self.path.exists() else {}
            yield keys
            self._write(keys, folder)
            os.fsync(held)
        except OSError as error:
            raise KeysError(f"cannot be written ({error.strerror}).", where=self.path) from error
        finally:
            os.close(held)

    def _write(self, keys: Mapping[str, Key], folder: Path) -> None:
        text = json.dumps({"keys": {name: asdict(key) for name, key in keys.items()}}, indent=2) + "\n"
        # Of a name that nobody can foresee, and from the first for its owner alone: mode 0600.
        descriptor, name = tempfile.mkstemp(prefix=".keys-", dir=folder)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(descriptor)
            Path(name).replace(self.path.resolve())
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


class Keys:
    """The keys that are in force: read again whenever their file changes.

    Raises:
        KeysError: As `KeyFile.read`. Later, a file that cannot be read lets nobody in, until it can be again.
    """

    def __init__(self, path: Path) -> None:
        self._file = KeyFile(path)
        self._keys, self._state = self._file._read()

    def owner(self, key: str) -> str | None:
        """The name of a key; None when it is no key.

        Every key is compared, in a time that does not depend on how much of it is right.

        Raises:
            KeysError: The file cannot be read now.
        """
        self._refresh()
        asked, found = _digest(key), None
        for name, known in self._keys.items():
            if hmac.compare_digest(asked, known.sha256):
                found = name
        return found

    def _refresh(self) -> None:
        try:
            state = _state(self._file.path.stat())
        except OSError:
            state = None
        if state is not None and state == self._state:
            return
        try:
            self._keys, self._state = self._file._read()
        except KeysError as error:
            if self._keys or self._state is not None:
                log.error("nobody is let in: %s", error)
            self._keys, self._state = {}, None
            raise
        log.info("%s was read again: %d in force", self._file.path, len(self._keys))


def _state(found: os.stat_result) -> object:
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size


def _key(name: str, record: Mapping[str, str]) -> Key:
    key = Key(**record)
    if not _NAME.fullmatch(name) or not _HASH.fullmatch(key.sha256):
        raise ValueError(name)
    return key


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
