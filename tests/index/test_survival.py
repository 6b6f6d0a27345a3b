"""What goes wrong around a build: a full disk, kills between two steps, the clock, sources that change."""

from __future__ import annotations

import json
import re
import resource
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from semsearch.config import Settings
from semsearch.errors import SourceError, StorageError
from semsearch.index import build as building
from semsearch.index.build import build
from semsearch.index.generation import open_generation
from semsearch.index.offline import build_from_settings
from semsearch.index.progress import Silent
from semsearch.index.store import Store
from semsearch.paper import Paper
from tests.support import CORPUS, WordEncoder


@pytest.mark.parametrize("limit", [600, 3_000, 20_000, 60_000])
def test_a_disk_that_is_full_is_said_whichever_library_writes(tmp_path: Path, limit: int) -> None:
    """Arrays, databases, vectors and the cache are written by four libraries, each with errors of its own."""
    build(CORPUS[:3], tmp_path, WordEncoder())
    store, before = Store(tmp_path), Store(tmp_path).current()
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(StorageError) as full:
            build(CORPUS, tmp_path, WordEncoder())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "cannot be" in full.value.what
    assert store.current() == before
    assert len(open_generation(store).papers) == 3
    assert {entry.name for entry in store.generations.iterdir()} == set(store.ids())
    assert not [*store.root.glob(".CURRENT*")]


def test_what_a_kill_leaves_beside_the_verdicts_is_swept(tmp_path: Path) -> None:
    first = build(CORPUS[:3], tmp_path, WordEncoder()).generation
    store = Store(tmp_path)
    (store.verdicts / f".{first}.json.4711").write_text("half a ver")  # killed while it was written
    (store.verdicts / "000000-0123456789ab.json").write_text(
        "{}"
    )  # killed between a generation and its verdict
    with store.lock():
        assert [entry.name for entry in store.verdicts.iterdir()] == [f"{first}.json"]


def test_a_build_killed_before_it_was_judged_is_never_gone_back_to(tmp_path: Path) -> None:
    build(CORPUS[:3], tmp_path, WordEncoder())
    store = Store(tmp_path)
    first = store.published()
    unjudged = build(CORPUS[:4], tmp_path, WordEncoder()).generation
    store.publish(first)
    (store.verdicts / f"{unjudged}.json").unlink()
    third = build(CORPUS, tmp_path, WordEncoder()).generation
    assert store.ids() == [first, third]


def test_one_that_was_gone_back_from_is_kept(tmp_path: Path) -> None:
    first = build(CORPUS[:3], tmp_path, WordEncoder()).generation
    store = Store(tmp_path)
    second = build(CORPUS[:4], tmp_path, WordEncoder()).generation
    store.publish(first)
    third = build(CORPUS, tmp_path, WordEncoder()).generation
    assert store.ids() == [first, second, third]


@pytest.mark.parametrize("jump", [timedelta(0), timedelta(days=-4_000), timedelta(days=4_000)])
def test_a_paper_that_comes_later_has_a_later_time_whatever_the_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    class Moved(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.now(UTC) + jump

    build(CORPUS[:3], tmp_path, WordEncoder())
    before = open_generation(Store(tmp_path)).added
    monkeypatch.setattr(building, "datetime", Moved)
    build(CORPUS, tmp_path, WordEncoder(), keep=1)
    opened = open_generation(Store(tmp_path))
    assert opened.added[:3].tolist() == before.tolist()
    assert opened.added[3:].min() > before.max()
    assert Store(tmp_path).ids() == [opened.id]


class Meddling(Silent):
    """Changes a source when its first record has been read."""

    def __init__(self, source: Path, way: str) -> None:
        self._source, self._way, self._done = source, way, False

    def advance(self, units: int) -> None:
        if self._done:
            return
        self._done = True
        if self._way == "deleted":
            self._source.unlink()
        elif self._way == "cut":
            self._source.write_text(self._source.read_text()[:50])
        else:
            self._source.write_text(self._source.read_text() + '{"title": "Another"}\n')


@pytest.mark.parametrize("way", ["written", "cut", "deleted"])
def test_a_source_that_changes_while_it_is_read_is_not_indexed(tmp_path: Path, way: str) -> None:
    source = tmp_path / "papers.jsonl"
    source.write_text("".join(json.dumps({"title": paper.title}) + "\n" for paper in CORPUS))
    with pytest.raises(SourceError, match="changed while it was read") as changed:
        build_from_settings(Settings((str(source),)), tmp_path / "index", progress=Meddling(source, way))
    assert changed.value.where == str(source)
    assert not (tmp_path / "index").exists()


def test_a_held_build_does_not_take_vectors_from_the_one_that_serves(tmp_path: Path) -> None:
    from semsearch.errors import BuildHeld

    papers = [Paper(f"p{i}", f"{paper.title} {i}", paper.abstract) for i, paper in enumerate(CORPUS * 4)]
    named = [Paper(p.id, p.title, p.abstract, source=f"{tmp_path}/a.jsonl:1") for p in papers]
    build(named, tmp_path / "index", WordEncoder(), sources=[f"{tmp_path}/a.jsonl"])
    with pytest.raises(BuildHeld):
        build(named[:5], tmp_path / "index", WordEncoder(), sources=[f"{tmp_path}/a.jsonl"])
    again = build(named, tmp_path / "index", WordEncoder(), sources=[f"{tmp_path}/a.jsonl"])
    assert again.counts.embedded == 0


_BUILD = """
import sys
from pathlib import Path
from semsearch.index.build import build
from tests.support import CORPUS, WordEncoder

build(CORPUS, Path(sys.argv[1]), WordEncoder())
"""


@pytest.mark.skipif(shutil.which("strace") is None, reason="skipped: no strace")
def test_what_is_published_is_on_the_disk_before_it_is_named(tmp_path: Path) -> None:
    """What a power cut leaves depends on the order of these calls, and on nothing else that can be tried."""
    root, log = tmp_path / "index", tmp_path / "calls"
    build(CORPUS[:3], root, WordEncoder())
    calls = "trace=fsync,fdatasync,rename,renameat,renameat2"
    traced = [shutil.which("strace") or "", "-f", "-y", "-s", "4096", "-e", calls, "-o", str(log)]
    ended = subprocess.run([*traced, sys.executable, "-c", _BUILD, str(root)], check=False)
    if ended.returncode:
        pytest.skip("skipped: processes may not be traced here")
    generations = root / "generations"
    generation = generations / Store(root).published()
    told = [_call(line) for line in log.read_text().splitlines()]
    staged, sealed = next((paths[0], i) for i, (name, paths) in enumerate(told) if paths[1:] == [generation])
    named = next(i for i, (name, paths) in enumerate(told) if paths[1:] == [root / "CURRENT"])
    synced = {paths[0]: i for i, (name, paths) in reversed([*enumerate(told)]) if "sync" in name}
    for file in generation.iterdir():
        assert synced[staged / file.name] < sealed
    assert synced[staged] < sealed
    later = [paths[0] for name, paths in told[sealed:named] if "sync" in name]
    assert generations in later
    assert told[named][1][0] in later
    assert root in [paths[0] for name, paths in told[named:] if "sync" in name]


def _call(line: str) -> tuple[str, list[Path]]:
    """The name of a system call, and the paths it was given."""
    found = re.match(r"\d+ +(\w+)\((.*)", line)
    if found is None:
        return "", []
    return found[1], [Path(a or b) for a, b in re.findall(r'<(/[^>]*)>|"(/[^"]*)"', found[2])]
