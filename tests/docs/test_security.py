"""SECURITY.md promises what tests hold."""

from __future__ import annotations

import re
from pathlib import Path

from semsearch.serve.guard import keys

ROOT = Path(__file__).resolve().parent.parent.parent
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_every_threat_names_tests_that_there_are() -> None:
    rows = re.findall(r"^\| (?!who \||---)(.*) \| (.*) \| (.*) \| (.*) \|$", TEXT, re.MULTILINE)
    assert len(rows) > 10
    for *_, held in rows:
        named = re.findall(r"`(tests/[^`]+)`", held)
        assert named, held
        assert all((ROOT / name).exists() for name in named), held


def test_what_scanners_are_told_to_look_for_is_what_keys_look_like(tmp_path: Path) -> None:
    (pattern,) = re.findall(r"`(semsearch_\[.*?\]\{\d+\})`", TEXT)
    assert re.fullmatch(pattern, keys.KeyFile(tmp_path / "keys.json").add("ada"))
