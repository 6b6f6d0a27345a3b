"""Durable files: written, synced and checksummed so that a crash leaves the old state or the new one."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TextIO, TypeVar

import numpy as np
from numpy.typing import NDArray

from semsearch.errors import StorageError

Item = TypeVar("Item")
Result = TypeVar("Result")

_HINTS = {
    errno.ENOSPC: "Free some space (semsearch prune removes old generations) and run the same command again.",
    errno.EDQUOT: "Your disk quota is used up: free some space and run the same command again.",
    errno.EACCES: "Check who owns the folder and its permissions, or choose another with --index.",
    errno.EPERM: "Check who owns the folder and its permissions, or choose another with --index.",
    errno.EROFS: "The file system is mounted read-only: choose another folder with --index.",
}


@contextlib.contextmanager
def storage(where: Path) -> Iterator[None]:
    """Turn the operating system's errors about ``where`` into a `StorageError` that says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise StorageError(
            f"cannot be written: {os.strerror(error.errno).lower()}.",
            where=error.filename or where,
            hint=_HINTS.get(error.errno, ""),
        ) from error


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def all_at_once(do: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """What a function gives for each item, computed side by side: for work that lets other threads go on.

    The first error, in the order of the items, is raised when all are done.
    """
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        return list(pool.map(do, items))


def sync(path: Path) -> None:
    """Force a file, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A stream that gives a file new content in one step: a reader sees the old text or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("w", encoding="utf-8") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync(path.parent)


def replace_atomically(path: Path, text: str) -> None:
    """Give a small file new content in one step."""
    with replacing(path) as stream:
        stream.write(text)


def mapped(path: Path) -> NDArray[Any]:
    """A ``.npy`` file as an array whose pages are read when touched, and shared between processes."""
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    return array.view(np.ndarray)  # slicing a memmap costs ten times as much
