"""Files that a kill, at whatever instant, leaves as they were or as they should be."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from semsearch.errors import StorageError


@contextlib.contextmanager
def storage(where: Path) -> Iterator[None]:
    """Turn the operating system's errors about files into a `StorageError`."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise StorageError(
            f"cannot be written: {os.strerror(error.errno).lower()}.",
            where=error.filename or where,
            hint="What came so far is kept: mend it, and the same command goes on from there.",
        ) from error


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A stream that gives a file new content in one step.

    Only who holds the file's lock may have one: what is written stands in a file of one name until then.
    """
    beside = path.with_name(f".{path.name}.new")
    with beside.open("wb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
    sync_folder(path)


def sync_folder(path: Path) -> None:
    """Force the name of a file to the disk."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
