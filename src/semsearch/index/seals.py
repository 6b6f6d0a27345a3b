"""Large files of a generation that were found whole once, and how to see that they are still the same.

To hash the files of a million papers takes half a minute, and every command opens the index. So a large file
that was hashed, and fitted the files beside it, is not read through again as long as the system says that it
is the same: its inode, size, and the times when its content and its inode were last changed. Who writes to a
file, copies one over it or restores a backup changes one of them. A disk that loses a bit by itself does not:
``semsearch verify`` and ``semsearch doctor`` read every byte, whatever is remembered.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Collection, Mapping
from pathlib import Path

from semsearch.errors import StorageError
from semsearch.index.files import replace_atomically, storage

log = logging.getLogger(__name__)

LARGE = 16_000_000
"""Bytes from which on a file is remembered; smaller ones are hashed at every opening."""

Seal = tuple[int, ...]
"""Inode, size, and in nanoseconds the times of the last change of a file's content and of its inode."""

_RACY = 2_000_000_000  # nanoseconds: a clock may not tell changes apart that are as near as this


def seals(folder: Path, names: Collection[str]) -> dict[str, Seal]:
    """Of the files of a folder as they are now; what is not there, or is no plain file, has none."""
    found = dict[str, Seal]()
    for name in names:
        path = folder / name
        if path.is_file() and not path.is_symlink():
            about = path.stat()
            found[name] = (about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns)
    return found


def read(path: Path) -> dict[str, Seal]:
    """What is remembered of a generation; nothing where that cannot be read: its files are hashed then."""
    try:
        remembered = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): tuple(map(int, seal)) for name, seal in remembered.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError) as error:
        log.warning("what is remembered in %s cannot be read (%s): every file is hashed again", path, error)
        return {}


def write(path: Path, found: Mapping[str, Seal]) -> None:
    """Remember files that were found whole, but for those that were written only just now.

    A reader may have no right to write here; then it hashes the files again the next time.
    """
    before = time.time_ns() - _RACY
    kept = {name: seal for name, seal in found.items() if max(seal[2:]) < before}
    try:
        with storage(path.parent):
            path.parent.mkdir(exist_ok=True)
            replace_atomically(path, json.dumps(kept) + "\n")
            path.chmod(0o644)  # a build's reader is not always its user
    except StorageError as error:
        log.info("that the large files are whole is not remembered: %s", error)
