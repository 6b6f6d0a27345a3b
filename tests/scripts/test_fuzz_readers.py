"""The fuzzer itself: that it finds what is broken, and a short run of each of its targets."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support import script

readers = script("fuzz_readers")


def test_it_keeps_the_shortest_input_that_raises() -> None:
    def broken(data: bytes) -> None:
        if b"{{" in data:
            raise LookupError("two braces")

    watch = readers.Watch(broken)
    for data in (b"fine", b"a long {{ one", b"{{", b"another {{"):
        watch(data)
    ((data, what),) = watch.found.values()
    assert data == b"{{"
    assert "two braces" in what


def test_it_sees_what_is_slow_and_what_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "SECONDS", 0.05)
    monkeypatch.setattr(readers, "MEGABYTES", 64)
    kept = []

    def heavy(data: bytes) -> None:
        if data == b"slow":
            until = time.thread_time() + 0.1
            while time.thread_time() < until:
                pass
        if data == b"large":
            held = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() >> 20
            kept.append(b"x" * (readers._peak() - held + 200 << 20))  # only beyond the peak is it seen

    watch = readers.Watch(heavy)
    for data in (b"fine", b"slow", b"large"):
        watch(data)
    assert {"slow", "memory"} >= set(watch.found) >= {"slow"}
    assert watch.found["slow"][0] in (b"slow", b"large")
    assert "memory" in watch.found


@pytest.mark.parametrize("name", sorted(readers.TARGETS))
def test_every_seed_is_harmless(name: str, tmp_path: Path) -> None:
    watch = readers.Watch(readers.TARGETS[name].make(tmp_path / "input"))
    for data in readers.seeds(name, None):
        watch(data)
    assert {key: what for key, (_, what) in watch.found.items()} == {}


@pytest.mark.parametrize("name", ["decode", "jsonl", "question", "manifest", "shown"])
def test_a_short_run_finds_nothing(name: str, tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="skipped: atheris is not installed")
    report = readers.fuzz(name, 1000, 60, 0, tmp_path)
    assert report.findings == ()
    assert report.inputs == 1000


def test_a_run_finds_what_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A manifest that is read without care raises what no manifest may."""
    pytest.importorskip("atheris", reason="skipped: atheris is not installed")
    source = (ROOT / "scripts" / "fuzz_readers.py").read_text(encoding="utf-8")
    broken = source.replace("(IndexDamaged, IndexForeign)", "IndexForeign").replace(
        "Path(__file__).resolve().parent.parent", f"Path({str(ROOT)!r})"
    )
    assert broken != source
    copy = tmp_path / "fuzz_readers.py"
    copy.write_text(broken, encoding="utf-8")
    monkeypatch.setattr(readers, "__file__", str(copy))
    report = readers.fuzz("manifest", 200, 60, 0, tmp_path / "findings")
    assert report.findings
    assert "IndexDamaged" in report.findings[0].read_text(encoding="utf-8")
