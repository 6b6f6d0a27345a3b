"""Arrays of a generation, read back: memory-mapped, and held against what they must be.

The manifest certifies bytes. Whether they fit together is seen here, by the name of the file that does not,
before anybody is answered from them. What was seen to fit once, and is the same since, is not looked through
again: its length and its kind are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from semsearch.errors import IndexDamaged
from semsearch.index.files import unreadable
from semsearch.index.manifest import MEND

_SEEN: ContextVar[Collection[Path]] = ContextVar("seen", default=frozenset())


@contextlib.contextmanager
def seen_before(paths: Collection[Path]) -> Iterator[None]:
    """Take it that some files fit those beside them, within this block and this thread."""
    token = _SEEN.set(paths)
    try:
        yield
    finally:
        _SEEN.reset(token)


def is_new(path: Path) -> bool:
    """Whether a file has to be looked through before anybody is answered from it."""
    return path not in _SEEN.get()


def mapped(path: Path, kind: DTypeLike, *shape: int | None) -> NDArray[Any]:
    """A ``.npy`` file as an array whose pages are read when touched, and shared between processes.

    Args:
        path: The file.
        kind: The type of its numbers.
        shape: What it must be; None for any length.

    Raises:
        IndexDamaged: The file cannot be read, or holds another kind of array.
    """
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise unreadable(path, error) from error
    fits = len(array.shape) == len(shape) and all(
        wanted is None or wanted == found for wanted, found in zip(shape, array.shape, strict=True)
    )
    if array.dtype != np.dtype(kind) or not fits:
        raise IndexDamaged(
            f"holds an array of {array.dtype} and shape {array.shape}, which does not fit the other files.",
            where=path,
            hint=MEND,
        )
    return array.view(np.ndarray)  # slicing a memmap costs ten times as much


def offsets(path: Path, parts: int | None, end: int) -> NDArray[np.int64]:
    """Where each of ``parts`` parts (None for any number) of something ``end`` long begins; then ``end``.

    Raises:
        IndexDamaged: As `mapped`, or the parts do not lie one after the other.
    """
    found = mapped(path, np.int64, None if parts is None else parts + 1)
    if (
        not len(found)
        or found[0] != 0
        or found[-1] != end
        or (is_new(path) and (found[1:] < found[:-1]).any())
    ):
        raise IndexDamaged("does not divide what the files beside it hold.", where=path, hint=MEND)
    return found


def indices(path: Path, kind: DTypeLike, *shape: int | None, below: int, least: int = 0) -> NDArray[Any]:
    """The numbers of things of which there are ``below``.

    Raises:
        IndexDamaged: As `mapped`, or one is the number of nothing.
    """
    found = mapped(path, kind, *shape)
    if found.size and is_new(path) and not (least <= int(found.min()) and int(found.max()) < below):
        raise IndexDamaged("names what the files beside it do not hold.", where=path, hint=MEND)
    return found
