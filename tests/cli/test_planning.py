"""`semsearch plan`, with a machine that was measured before; and sizes as people write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from semsearch import sizes
from semsearch.encode import DEFAULT
from semsearch.index import measuring
from tests.index.test_plan import SPEED
from tests.support import Run


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    measuring.remember(SPEED, DEFAULT)


@pytest.mark.usefixtures("measured")
def test_a_plan_says_hours_disk_memory_type_and_recall(run: Run) -> None:
    code, out, _ = run("plan", "--papers", "1_000_000", "--abstract-words", "105")
    assert code == 0
    for said in ("1,000,000 papers", "27.8 h", "IVF2048,PQ192x4fs,RFlat", "recall 0.98", "GB", "together"):
        assert said in out
    assert "10.0 papers a second" in out


@pytest.mark.usefixtures("measured")
def test_the_same_as_json(run: Run) -> None:
    arguments = ("plan", "--papers", "1000", "--abstract-words", "105", "--json")
    code, out, _ = run(*arguments)
    found = json.loads(out)
    assert code == 0
    assert (found["papers"], found["index_type"], found["recall"]) == (1_000, "Flat", 1.0)
    assert found["time"][0] == {
        "name": "encoding",
        "amount": 100.0,
        "why": "measured: 10.0 papers a second, words",
    }
    assert found["seconds"] == sum(part["amount"] for part in found["time"])
    assert found["measured"]["papers_per_second"] == 10


@pytest.mark.usefixtures("measured")
def test_too_little_memory_is_said_with_what_is_needed(run: Run) -> None:
    code, _, err = run("plan", "--papers", "1000000", "--abstract-words", "105", "--memory", "10MB")
    assert code == 1
    assert "--memory 60MB" in err


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("500MB", 5 * 10**8),
        ("2 GB", 2 * 10**9),
        ("1.5GiB", 3 * 2**29),
        ("7", 7),
        (".5kb", 500),
        ("1,5 gb", 15 * 10**8),
    ],
)
def test_sizes(text: str, expected: int) -> None:
    assert sizes.parse(text) == expected


@pytest.mark.parametrize("text", ["", "much", "5 X", "-1GB", "1e9"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="is no size"):
        sizes.parse(text)
