"""What goes wrong without a kill: the disk, the memory, the clock, other writers, the sources themselves."""

from __future__ import annotations

import ctypes
import os
import random
import resource
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import world
from tally import Tally
from world import Child, Version

from semsearch.errors import SemsearchError
from semsearch.index import build
from semsearch.index.generation import open_generation
from semsearch.index.store import Store

PART = "faults"
_NEW_MOUNTS = 0x00020000  # CLONE_NEWNS of unshare(2)
_MEGABYTE = 1 << 20
_PATIENCE = 60  # seconds until a process counts as hung


def run(folder: Path, known: list[Version], count: int, random: random.Random, tally: Tally) -> None:
    """Try each fault so many times."""
    for fault in (
        _full_disk,
        _read_only,
        _short_files,
        _no_memory,
        _no_more_files,
        _clock,
        _two_builds,
        _reading_while_pruning,
        _changing_source,
        _folder_gone,
    ):
        place = folder / fault.__name__.strip("_")
        place.mkdir()
        kind = (fault.__doc__ or "").strip().rstrip(".")
        if why := _impossible(fault, place):
            tally.skip(PART, kind, why)
            continue
        for number in range(count):
            if tally.over:
                return
            shutil.rmtree(place)
            place.mkdir()
            tally.tried(PART, kind, fault(place, known, random, number))


def _impossible(fault: Callable[..., str], place: Path) -> str:
    if fault in (_full_disk, _read_only):
        code, _ = Child(lambda: _mounted(place, 1), place.parent).wait()
        return "file systems may not be mounted here" if code else ""
    return ""


def _mounted(place: Path, megabytes: float) -> None:
    """A small file system of this process alone, gone when it ends."""
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW_MOUNTS):
        raise OSError(ctypes.get_errno(), "unshare")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)  # noqa: S607
    size = f"size={int(megabytes * _MEGABYTE)}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], check=True)  # noqa: S607


def _sources(place: Path, version: Version) -> Path:
    """A folder with the papers of a version, beside the one that is tortured."""
    folder = place.parent / f"{place.name}-papers"
    folder.mkdir(exist_ok=True)
    world.write(folder / "papers.jsonl", version.records)
    return folder


def _built(place: Path, root: Path, version: Version) -> None:
    world.index(_sources(place, version), root, "--force")


def _quietly(place: Path, root: Path, version: Version) -> str:
    """An undisturbed build, for `_in_a_child`."""
    _built(place, root, version)
    return ""


def _expected(papers: Path, root: Path) -> str:
    """Build where it may fail; empty when it fails as it should, or succeeds."""
    try:
        world.index(papers, root, "--force")
    except SemsearchError as error:
        return "" if error.hint else f"an error without advice: {error}"
    return ""


def _in_a_child(place: Path, do: Callable[[], str]) -> str:
    """What is wrong, found out in a process of its own."""
    told = place.parent / "told"
    told.unlink(missing_ok=True)
    child = Child(lambda: told.write_text(do(), encoding="utf-8"), place.parent)
    code, said = child.wait()
    return told.read_text(encoding="utf-8") if code == 0 else f"it ended with {code}: {said[-500:]}"


def _sound(place: Path, root: Path, *versions: Version) -> str:
    """One of the versions is published and answers, and the next build brings everything in order."""
    mark = world.version_of(root)
    expected = next((version for version in versions if version.mark == mark), None)
    if expected is None:
        return f"{mark} is published"
    if wrong := world.wrong_with(root, expected):
        return wrong
    _built(place, root, versions[-1])
    nothing = place.parent / "nothing"
    nothing.mkdir(exist_ok=True)
    left = world.leftovers(root, nothing)
    return (f"left behind: {left}" if left else "") or world.wrong_with(root, versions[-1])


def _full_disk(place: Path, known: list[Version], random: random.Random, _: int) -> str:
    """A disk that is full."""

    def do() -> str:
        _mounted(place, 12)
        root, ballast = place / "index", place / "ballast"
        _built(place, root, known[0])
        free = shutil.disk_usage(place).free
        left = int(random.uniform(0, 1.2) * world.size_of(root))
        ballast.write_bytes(b"\0" * max(0, free - left))
        wrong = _expected(_sources(place, known[1]), root)
        if mark := world.version_of(root):
            version = next(version for version in known if version.mark == mark)
            wrong = wrong or world.wrong_with(root, version)
        before = {p.name for p in Store(root).generations.iterdir()} - set(Store(root).ids())
        ballast.unlink()
        return wrong or ", ".join(before) or _sound(place, root, known[0], known[1])

    random.random()  # a process that is forked draws its own, and the next one must not draw the same
    return _in_a_child(place, do)


def _read_only(place: Path, known: list[Version], random: random.Random, _: int) -> str:
    """A data root that may only be read."""

    def do() -> str:
        _mounted(place, 12)
        root = place / "index"
        _built(place, root, known[0])
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)  # noqa: S607
        try:
            _built(place, root, known[1])
        except SemsearchError as error:
            return world.wrong_with(root, known[0]) or ("" if error.hint else f"{error}")
        return "a build succeeded"

    return _in_a_child(place, do)


def _short_files(place: Path, known: list[Version], random: random.Random, _: int) -> str:
    """Files that may not grow beyond a limit."""
    root = place / "index"
    _in_a_child(place, lambda: _quietly(place, root, known[0]))
    largest = max(path.stat().st_size for path in root.rglob("*") if path.is_file())
    limit, papers = int(random.uniform(0, 1) * largest), _sources(place, known[1])

    def do() -> str:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        return _expected(papers, root)

    return _in_a_child(place, do) or _in_a_child(place, lambda: _sound(place, root, known[0], known[1]))


def _no_memory(place: Path, known: list[Version], random: random.Random, number: int) -> str:
    """Memory that runs out."""
    root = place / "index"
    _in_a_child(place, lambda: _quietly(place, root, known[0]))

    def do() -> None:
        if number % 2:
            pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
            limit = pages * resource.getpagesize() + random.randrange(80 * _MEGABYTE)
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        else:
            import _testcapi  # type: ignore[import-not-found]

            start = random.randrange(300_000)
            _testcapi.set_nomemory(start, start + random.randrange(1, 100))
        _built(place, root, known[1])

    child, until = Child(do, place.parent), time.monotonic() + _PATIENCE
    ended = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while time.monotonic() < until and not os.waitid(os.P_PID, child.pid, ended):
        time.sleep(0.01)
    child.kill()  # Python itself may go round in circles without memory
    child.wait()  # however it ends: a library may abort
    return _in_a_child(place, lambda: _sound(place, root, known[0], known[1]))


def _no_more_files(place: Path, known: list[Version], random: random.Random, _: int) -> str:
    """No file may be opened any more."""
    root = place / "index"
    _in_a_child(place, lambda: _quietly(place, root, known[0]))
    left, papers = random.randrange(12), _sources(place, known[1])

    def do() -> str:
        used = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
        resource.setrlimit(resource.RLIMIT_NOFILE, (used + left, used + left))
        return _expected(papers, root)

    return _in_a_child(place, do) or _in_a_child(place, lambda: _sound(place, root, known[0], known[1]))


def _clock(place: Path, known: list[Version], random: random.Random, _: int) -> str:
    """A clock that jumps back and forth."""
    root, store = place / "index", Store(place / "index")
    published: list[str] = []
    since: dict[str, int] = {}
    for step in range(4):
        jump = timedelta(days=random.randrange(-4_000, 4_000))
        count = 10 * (step + 1)

        class Moved(datetime):
            @classmethod
            def now(cls, tz: object = None, jump: timedelta = jump) -> datetime:  # type: ignore[override]
                return datetime.now(UTC) + jump

        def do(moved: type[datetime] = Moved, count: int = count) -> str:
            build.datetime = moved  # type: ignore[attr-defined]
            papers = _sources(place, known[0])
            world.write(papers / "papers.jsonl", known[0].records[:count])
            world.index(papers, root, "--force")
            return ""

        if wrong := _in_a_child(place, do):
            return wrong
        opened = open_generation(store)
        published.append(opened.id)
        times = dict(zip(opened.papers.ids(), opened.added.tolist(), strict=True))
        if any(times[name] != old for name, old in since.items()):
            return "a paper that was there came at another time"
        if since and min(t for n, t in times.items() if n not in since) <= max(since.values()):
            return "a paper that came later is older"
        since = times
    kept = published[-world.KEEP :]
    return "" if published == sorted(published) and store.ids() == kept else f"kept {store.ids()}, not {kept}"


def _two_builds(place: Path, known: list[Version], random: random.Random, _: int) -> str:
    """Two builds at once, and a prune."""
    root = place / "index"
    _in_a_child(place, lambda: _quietly(place, root, known[0]))
    papers = []
    for version in known[1:3]:
        folder = place / version.mark
        folder.mkdir()
        world.write(folder / "papers.jsonl", version.records)
        papers.append(folder)
    children = [Child(lambda f=f: world.index(f, root, "--force"), f) for f in papers]  # type: ignore[misc]
    (place / "prune").mkdir()
    time.sleep(random.uniform(0, 0.3))
    children.append(
        Child(lambda: world.command("prune", "--keep", "1", "--index", str(root)), place / "prune")
    )
    ended = [child.wait() for child in children]
    for code, said in ended:
        if code and "IndexBusy" not in said:
            return f"it ended with {code}: {said[-300:]}"
    if all(code for code, _ in ended[:2]):
        return "neither build was let in"
    return _in_a_child(place, lambda: _sound(place, root, *known[:3]))


def _reading_while_pruning(place: Path, known: list[Version], random: random.Random, number: int) -> str:
    """Readers while builds publish and prune."""
    root = place / "index"
    _in_a_child(place, lambda: _quietly(place, root, known[0]))

    def write() -> None:
        for version in (known[1], known[2]):
            _built(place, root, version)
            world.command("prune", "--keep", "1", "--index", str(root))

    child = Child(write, place)
    wrong = ""
    while not wrong and os.waitpid(child.pid, os.WNOHANG)[0] == 0:
        opened = open_generation(Store(root))
        papers = opened.papers.get(np.arange(len(opened.papers)))
        if len({paper.venue for paper in papers}) != 1:
            wrong = "a generation of two versions"
    return wrong or _in_a_child(place, lambda: _sound(place, root, known[0], known[2]))


def _changing_source(place: Path, known: list[Version], random: random.Random, _: int) -> str:
    """A source that is written, cut or deleted while it is read."""
    root = place / "index"
    papers = _sources(place, known[0])
    source = papers / "papers.jsonl"
    many = [world.records_of(number, 400) for number in (0, 1)]
    world.write(source, many[0])
    child = Child(lambda: world.index(papers, root, "--force"), place)
    time.sleep(random.uniform(0, 0.4))
    way = random.choice(("written", "cut", "deleted"))
    if way == "written":
        new = papers / "other"
        world.write(new, many[1])
        source.write_bytes(new.read_bytes())  # in place, as whoever is careless does
    elif way == "cut":
        os.truncate(source, random.randrange(source.stat().st_size))
    else:
        source.unlink()
    code, said = child.wait()
    if code:
        return "" if "SourceError" in said else f"{way}: it ended with {code}: {said[-300:]}"
    opened = open_generation(Store(root))
    stands = {(p.id, p.abstract) for p in opened.papers.get(np.arange(len(opened.papers)))}
    states = [{(r["id"], r["abstract"]) for r in records} for records in many]
    return "" if stands in states else f"{way}: {len(stands)} papers of no one state were published"


def _folder_gone(place: Path, known: list[Version], random: random.Random, _: int) -> str:
    """A data root that is deleted under a build."""
    root = place / "index"
    _in_a_child(place, lambda: _quietly(place, root, known[0]))
    child = Child(lambda: _built(place, root, known[1]), place)
    time.sleep(random.uniform(0, 0.6))
    shutil.rmtree(root, ignore_errors=True)
    began = time.monotonic()
    code, said = child.wait()
    if time.monotonic() - began > _PATIENCE:
        return "it hung"
    if code and ("Traceback" in said or not said.strip()):
        return f"it ended with {code}, and not with an error that says what to do: {said[-500:]}"
    shutil.rmtree(root, ignore_errors=True)
    _in_a_child(place, lambda: _quietly(place, root, known[1]))
    return world.wrong_with(root, known[1])
