"""The benchmark of overload, over a small service in this process."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from semsearch.serve.settings import DEFAULT
from tests.serve.serving import live_on, serving
from tests.support import CORPUS, script


def test_questions_are_new_each_time_and_the_same_in_every_run(tmp_path: Path) -> None:
    bench = script("bench_overload")
    file = tmp_path / "questions.jsonl"
    file.write_text('{"text": "how do networks learn"}\n{"text": "what is a double helix made of"}\n')
    first, second = (bench.Questions([file]) for _ in range(2))
    asked = [first.next() for _ in range(20)]
    assert asked == [second.next() for _ in range(20)]
    assert len(set(asked)) > 15


def test_all_there_is_is_asked_for_and_what_is_held_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = script("bench_overload")
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps({"text": "how do networks learn"}) + "\n")
    live = live_on(tmp_path / "index", CORPUS)
    with serving(live, replace(DEFAULT, max_wait=None)) as client:
        told = bench._long(bench.Client(client.base_url.port), bench.Questions([file]), 200, os.getpid())
        asyncio.run(told)
    rows = [line.split(" | ") for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    counts = [row[0].strip("| ") for row in rows[2:]]
    assert counts[-1] == "200"
    assert all(float(row[1]) > float(row[2]) > 0 for row in rows[2:]), "resident, and the private part of it"
