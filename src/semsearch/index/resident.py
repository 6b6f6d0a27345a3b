"""How much of its mapped files a process keeps in memory.

A page of a mapped file is the system's: shared between processes, and taken back when memory is needed. But
whoever watches a process counts it as the process's own, and Linux maps sixteen pages for each that is
touched: of a million papers that are several gigabytes after some hundred questions. They can be let go of.
Those that are wanted again are still in the system's memory; mapping them anew is what it costs.
"""

from __future__ import annotations

import ctypes
import mmap
import os
from collections.abc import Iterator
from pathlib import Path

_STATM, _MAPS = Path("/proc/self/statm"), Path("/proc/self/maps")


def bound(folder: Path, most: int) -> None:
    """Let go of the pages of a folder's files, if the process has more resident than it should.

    Others may be reading them at that moment: they find them again. Where there is no ``/proc``, nothing is
    let go of.

    Args:
        folder: Whose files are mapped, and only read.
        most: Bytes of mapped files that the process may have resident, those of other folders included.
    """
    if of_files() > most:
        advise = ctypes.CDLL(None, use_errno=True).madvise
        for start, end in _mapped(folder.resolve()):
            advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), mmap.MADV_DONTNEED)


def of_files() -> int:
    """Bytes of mapped files that this process has resident; 0 where the system does not say."""
    try:
        return int(_STATM.read_bytes().split()[2]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _mapped(folder: Path) -> Iterator[tuple[int, int]]:
    """First and last address of each file of the folder that is mapped to be read alone.

    Of one that were mapped to be written, and not shared, the changes would be lost.
    """
    for line in _MAPS.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        addresses, rights, _, _, _, *name = line.split(maxsplit=5)
        if name and "w" not in rights and Path(name[0]).is_relative_to(folder):
            start, end = addresses.split("-")
            yield int(start, 16), int(end, 16)
