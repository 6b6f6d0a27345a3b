"""The audit sees what it is there to see."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support import script

audit = script("audit")


@pytest.mark.parametrize(
    ("licence", "granted"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-2-Clause", True),
        ("GPL-3.0-only OR MIT", True),
        ("BSD-3-Clause AND MIT", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0", False),
        ("GNU Affero General Public License v3", False),
        ("MIT AND GPL-2.0", False),
        ("CC-BY-NC-4.0", False),
        ("Free for non-commercial use", False),
        ("Proprietary", False),
        ("unknown", False),
    ],
)
def test_a_licence_that_keeps_some_from_using_it_is_seen(licence: str, granted: bool) -> None:
    assert audit.Part("p", "1", licence, "").granted is granted


def test_everything_that_is_installed_may_be_used_by_everybody() -> None:
    found, wrong = audit.licences()
    assert wrong == []
    names = {audit.canonicalize_name(part.name) for parts in found.values() for part in parts}
    assert {"numpy", "faiss-cpu", "starlette", "transformers"} <= names, "what those bring along as well"


def test_the_page_has_every_package_that_semsearch_asks_for() -> None:
    written = audit.PAGE.read_text(encoding="utf-8")
    for extra, needs in audit.extras().items():
        for need in needs if extra != "dev" else ():
            names = {
                audit.canonicalize_name(line.split(" | ")[0].strip("| ")) for line in written.splitlines()
            }
            assert audit.canonicalize_name(need.name) in names, "run: python scripts/audit.py --write"


def test_what_bandit_finds_is_argued_where_it_stands() -> None:
    assert audit.source() == []


def test_what_nobody_argues_for_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "scripts").mkdir()
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    (tmp_path / "src" / "bad.py").write_text(
        "import tempfile\nname = tempfile.mktemp()\nassert name  # noqa: S101 -- argued\n"
    )
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    (found,) = audit.source()
    assert found.startswith("src/bad.py:2: B306 ")


def test_no_answer_about_vulnerabilities_is_no_good_news(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skipped = '{"dependencies": [{"name": "a", "skip_reason": "not found"}]}'
    real = subprocess.run
    monkeypatch.setattr(
        subprocess,
        "run",
        lambda *_, **__: real([sys.executable, "-c", f"print({skipped!r})"], capture_output=True, text=True),
    )
    with pytest.raises(SystemExit, match="could not ask about any of 1 packages"):
        audit.vulnerabilities()
