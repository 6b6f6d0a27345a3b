"""The benchmark of questions, over a small index."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from semsearch.api import build
from tests.support import CORPUS

SCRIPTS = Path(__file__).resolve().parent.parent.parent / "scripts"


def test_it_prints_a_row_a_stage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(SCRIPTS)
    import bench_questions

    build(CORPUS, tmp_path / "index", encoder=bench_questions.RandomWords())
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"id": "1", "text": "learning"}\n{"id": "2", "text": "chains of DNA"}\n')
    monkeypatch.setattr(sys, "argv", ["bench_questions.py", str(tmp_path / "index"), str(questions)])
    capsys.readouterr()
    bench_questions.main()
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines()]
    assert rows[0][0] == "| 5 papers, 2 questions, k = 10"
    stages = {name.strip("| *"): float(cost.strip(" |")) for name, _, _, cost in rows[2:]}
    assert [*stages][:7] == ["read", "route", "encode", "meaning", "words", "score", "dress"]
    assert sum([*stages.values()][:7]) == pytest.approx(stages["all"], abs=0.05)
    without = stages["all"] - stages["encode"] - stages["meaning"]
    assert stages["all but encode and meaning"] == pytest.approx(without, abs=0.05)
