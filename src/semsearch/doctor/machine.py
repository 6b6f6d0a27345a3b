"""Checks of the machine: cores, threads, memory and disk against what the index needs, and who may write."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from semsearch.doctor.finding import Case, Finding
from semsearch.doctor.index import megabytes
from semsearch.encode.choosing import computes_in_bfloat16

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
# What a process that answers holds beside the files of the index; docs/deploying.md has the measurement.
_OWN = 350_000_000
_CPU_LIMIT = Path("/sys/fs/cgroup/cpu.max")
_MEMORY_LIMIT = Path("/sys/fs/cgroup/memory.max")


def cores(_: Case) -> Iterator[Finding]:
    """How many cores there are, and whether this process may use all that it will count on."""
    counted = os.cpu_count() or 1
    allowed = min(len(os.sched_getaffinity(0)), _quota() or counted)
    if allowed >= counted:
        yield Finding("cores", "good", f"{counted}")
        return
    what = f"this process may use {allowed} of {counted} cores, but computes on as many threads as there are."
    yield Finding("cores", "warning", what, "give it whole cores (docker: --cpuset-cpus rather than --cpus)")


def threads(_: Case) -> Iterator[Finding]:
    """Settings that keep a build from using all cores."""
    counted = os.cpu_count() or 1
    low = [
        f"{name}={value}"
        for name in _THREADS
        if (value := os.environ.get(name, "")).isdigit() and int(value) < counted
    ]
    if low:
        what = f"{', '.join(low)}: a build computes on fewer than the {counted} cores there are"
        yield Finding("threads", "note", what, f"unset {' '.join(name.partition('=')[0] for name in low)}")
    else:
        yield Finding("threads", "good", "no setting keeps a build from using all cores")


def bfloat16(_: Case) -> Iterator[Finding]:
    """Whether the processor multiplies matrices in bfloat16, which a large build tries."""
    what = "the processor computes in it: a large build tries whether that is faster"
    yield Finding(
        "bfloat16", "good", what if computes_in_bfloat16() else "not in this processor: builds are in float32"
    )


def memory(case: Case) -> Iterator[Finding]:
    """Whether an answering process and the files it maps fit."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = min(total, _number(_MEMORY_LIMIT) or total)
    size = sum(record.size for record in case.manifest.files.values())
    need = size + _OWN
    what = f"{megabytes(limit)}, and answering needs about {megabytes(need)}"
    if need > limit:
        mend = "give it more: the index is read from disk again and again, which makes every answer slow"
        yield Finding("memory", "warning", f"{what}.", mend)
    else:
        yield Finding("memory", "good", what)


def disk(case: Case) -> Iterator[Finding]:
    """Whether the next generation has room beside those that are kept."""
    free = shutil.disk_usage(_existing(case.root)).free
    need = sum(record.size for record in case.manifest.files.values())
    what = f"{megabytes(free)} free, and the next generation needs about {megabytes(need)}"
    if need > free:
        yield Finding(
            "disk", "warning", f"{what}: a rebuild fails.", "semsearch prune --keep N, or free some space"
        )
    else:
        yield Finding("disk", "good", what)


def writing(case: Case) -> Iterator[Finding]:
    """Whether builds may write here, by doing it."""
    folder = _existing(case.root)
    try:
        with tempfile.TemporaryFile(dir=folder):
            yield Finding("writing", "good", f"{folder} may be written")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        what = f"{folder} may not be written ({reason}): index, rebuild, rollback and prune fail here."
        yield Finding("writing", "warning", what, "run them as its owner; asking and serving only read")


def others(case: Case) -> Iterator[Finding]:
    """Whether everybody on the machine could put another index in this one's place."""
    folders = (case.root, case.store.generations, case.store.encoders, case.store.cache)
    there = [folder for folder in folders if folder.is_dir()]
    loose = [folder for folder in there if folder.stat().st_mode & stat.S_IWOTH]
    if loose:
        what = (
            f"anybody on this machine may write {', '.join(map(str, loose))}, and so publish what he likes."
        )
        yield Finding("others", "warning", what, f"chmod o-w {' '.join(map(str, loose))}")
    elif there:
        yield Finding("others", "good", "nobody else may write the index")


def user(_: Case) -> Iterator[Finding]:
    """Whether this is root, who need not be troubled for any of it."""
    if os.geteuid() == 0:
        what = "this is root: serve and rebuild as a user of their own, as deploy/ has it"
        yield Finding("user", "note", what)


def keys(_: Case) -> Iterator[Finding]:
    """Whether the file of API keys, where one is set, can be read, and be written by nobody else."""
    named = os.environ.get("SEMSEARCH_KEYS")
    if not named:
        return
    path = Path(named)
    try:
        found = path.stat()
        with path.open("rb"):
            pass
    except OSError as error:
        what = f"{path} cannot be read ({(error.strerror or str(error)).lower()}): serve does not start."
        yield Finding(
            "keys", "problem", what, "semsearch keys add NAME makes it; who serves must be its owner"
        )
        return
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        what = f"{path} may be written by others, who could let in whom they like: serve does not start."
        yield Finding("keys", "problem", what, f"chmod 600 {path}")
    else:
        yield Finding("keys", "good", f"{path}, which nobody else may write")


def _existing(root: Path) -> Path:
    """The folder itself, or the nearest that exists, where it would be made."""
    folder = root.absolute()
    while not folder.is_dir():
        folder = folder.parent
    return folder


def _quota() -> int | None:
    """Cores that the control group (version 2) grants, such as a container's; None for no limit."""
    if not _CPU_LIMIT.is_file():
        return None
    granted, _, period = _CPU_LIMIT.read_text(encoding="ascii").partition(" ")
    return max(1, int(granted) // int(period)) if granted.isdigit() else None


def _number(path: Path) -> int | None:
    """The number in a file of the control group; None where it says "max", or there is none."""
    text = path.read_text(encoding="ascii").strip() if path.is_file() else ""
    return int(text) if text.isdigit() else None
