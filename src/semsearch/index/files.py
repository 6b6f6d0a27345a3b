"""Durable files: written, synced and checksummed so that a crash leaves the old state or the new one."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TextIO, TypeVar

from semsearch.errors import IndexDamaged, SemsearchError, StorageError
from semsearch.index.manifest import MEND

Item = TypeVar("Item")
Result = TypeVar("Result")

_HINTS = {
    errno.ENOSPC: "Free some space (semsearch prune removes old generations) and run the same command again.",
    errno.EDQUOT: "Your disk quota is used up: free some space and run the same command again.",
    errno.EACCES: "Check who owns the folder and its permissions, or choose another with --index.",
    errno.EPERM: "Check who owns the folder and its permissions, or choose another with --index.",
    errno.EROFS: "The file system is mounted read-only: choose another folder with --index.",
    errno.EFBIG: "This process may not write files so large: raise the limit (ulimit -f).",
    errno.EIO: "The disk itself reports an error: see to it before anything else is written there.",
    errno.ENOENT: "It was deleted meanwhile: run the same command again.",
    errno.EMFILE: "This process may not open more files: raise the limit (ulimit -n).",
    errno.ENFILE: "The machine may not open more files: close some, or raise fs.file-max.",
    errno.ENOMEM: "Free some memory and run the same command again.",
}
_CUT = re.compile(r"requested and \d+ written")  # all that numpy says where the disk is full
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}  # says nothing of the file that was to be read


@contextlib.contextmanager
def storage(where: Path) -> Iterator[None]:
    """Turn the operating system's errors about ``where`` into a `StorageError` that says what to do."""
    try:
        yield
    except OSError as error:
        code = error.errno
        if code is None and _CUT.search(str(error)):
            code = errno.ENOSPC
        if code is None:
            raise
        raise StorageError(
            f"cannot be written: {os.strerror(code).lower()}.",
            where=error.filename or where,
            hint=_HINTS.get(code, ""),
        ) from error


def unwritten(path: Path, error: Exception) -> StorageError:
    """What to raise where a library could not write a file, and says so in words of its own."""
    return StorageError(
        f"cannot be written ({' '.join(str(error).split()).rstrip('.')}).",
        where=path,
        hint=_HINTS[errno.ENOSPC],
    )


def unreadable(path: Path, error: Exception) -> SemsearchError:
    """What to raise where a file of an index cannot be read: it is damaged, or this process has run short."""
    code = (isinstance(error, OSError) and error.errno) or 0
    said = os.strerror(code).lower() if code else " ".join(str(error).split())
    if code in _EXHAUSTED:
        return StorageError(f"cannot be read: {said}.", where=path, hint=_HINTS[code])
    if code == errno.ENOENT:
        return IndexDamaged("is missing.", where=path, hint=MEND)
    return IndexDamaged(f"cannot be read ({said.rstrip('.')}).", where=path, hint=MEND)


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
    temporary.unlink(missing_ok=True)  # of a process that had this number, or a link that somebody put there
    try:
        with temporary.open("x", encoding="utf-8") as stream:
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
