"""The records of a harvest as lines: those that came, and the output that they become part of."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from semsearch.errors import HarvestError
from semsearch.harmless import dump
from semsearch.ingest.formats.record import Record
from semsearch.ingest.harvest.durable import replacing, sync_folder

Key = Callable[[Record], str]


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of an output: how many records are new, how many changed, how many and bytes there are."""

    new: int
    changed: int
    total: int
    size: int


class Arrivals:
    """The records that came and are not in the output yet, in a file beside it. One process at a time has it.

    Args:
        output: The file that they become part of.

    Raises:
        HarvestError: Another process has it.
    """

    def __init__(self, output: Path) -> None:
        self._output, self._path = output, output.with_name(f".{output.name}.part")
        while True:
            self._stream = self._path.open("ab+")
            try:
                fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                self._stream.close()
                raise HarvestError(
                    "is being harvested by another process.", where=output, hint="Wait until that has ended."
                ) from error
            # Who had it before may have removed it between the two steps.
            if self._path.exists() and os.path.samestat(os.fstat(self._stream.fileno()), self._path.stat()):
                return
            self._stream.close()

    def __enter__(self) -> Arrivals:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if os.fstat(self._stream.fileno()).st_size == 0:
            self._path.unlink()
        self._stream.close()

    def mend(self, size: int) -> bool:
        """Keep the first bytes and let the rest go: a torn line, a page that was not noted down.

        Returns:
            Whether so many bytes are there.
        """
        whole = os.fstat(self._stream.fileno()).st_size >= size
        self._stream.truncate(size if whole else 0)
        return whole

    def add(self, lines: Iterable[bytes]) -> int:
        """Write lines, to the disk; returns how many bytes there are then."""
        self._stream.writelines(lines)
        self._stream.flush()
        os.fsync(self._stream.fileno())
        return os.fstat(self._stream.fileno()).st_size

    def marks(self) -> set[bytes]:
        """A mark of every line that is there or in the output."""
        self._stream.seek(0)
        return {mark(line) for lines in (self._stream, _lines(self._output)) for line in lines}

    def merge(self, key: Key, *, afresh: bool) -> Merged:
        """Make them part of the output, in one step: a record takes the place of the older one with its key.

        The order is that in which records first came. Done twice it gives the same output as done once.

        Args:
            key: Of a record.
            afresh: Records that did not come are left out.
        """
        at = self._places(key)
        came, changed, total = set[str](), 0, 0
        with replacing(self._output) as stream:
            for line in _lines(self._output):
                name = _key_of(line, key)
                if name is not None and name in at:
                    came.add(name)
                    now = self._line(at[name])
                    changed += now != line
                    line = now
                elif afresh or name is None:
                    continue
                if not afresh:
                    stream.write(line)
                    total += 1
            for name, place in at.items():
                if afresh or name not in came:
                    stream.write(self._line(place))
                    total += 1
            stream.flush()
            size = os.fstat(stream.fileno()).st_size
        return Merged(len(at) - len(came), changed, total, size)

    def clear(self) -> None:
        """Let go of all of them: the output has them."""
        self._stream.truncate(0)
        os.fsync(self._stream.fileno())
        sync_folder(self._path)

    def _places(self, key: Key) -> dict[str, int]:
        """Where the last line of each key begins; the keys in the order in which they first came."""
        self._stream.seek(0)
        found, position = dict[str, int](), 0
        for line in self._stream:
            if (name := _key_of(line, key)) is not None:
                found[name] = position
            position += len(line)
        return found

    def _line(self, position: int) -> bytes:
        self._stream.seek(position)
        return self._stream.readline()


def line_of(record: Record) -> bytes:
    """A record as a line; `semsearch index` reads it."""
    return dump(record).encode() + b"\n"


def mark(line: bytes) -> bytes:
    """What two lines have in common only if they are the same."""
    return hashlib.blake2b(line, digest_size=16).digest()


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as stream:
            yield from stream
    except FileNotFoundError:
        return


def _key_of(line: bytes, key: Key) -> str | None:
    """What identifies the record of a line; None where it is torn, as a harvest never leaves it."""
    try:
        return key(json.loads(line)) or mark(line).hex()
    except (ValueError, TypeError, AttributeError):
        return None
