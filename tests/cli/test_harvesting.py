"""The command that harvests, as a user meets it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from semsearch.cli import cli
from semsearch.ingest.harvest.harvesting import PATIENCE
from semsearch.ingest.harvest.services import SERVICES, hal
from tests.ingest.harvest import server
from tests.support import Run

TITLES = [title for title, *_ in server.WORKS]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[server.Hal]:
    """HAL, on this machine and in no hurry; the working folder is an empty one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEMSEARCH_CONTACT", raising=False)
    with server.serving(found := server.Hal()) as address:
        monkeypatch.setattr(hal.Hal, "address", address)
        monkeypatch.setattr(hal.Hal, "interval", lambda *_, **__: 0.0)
        yield found


def test_it_writes_what_index_reads_and_says_so(run: Run, service: server.Hal, tmp_path: Path) -> None:
    code, out, err = run("harvest", "hal", "--collection", "LORIA", "--since", "1940", "--contact", "a@b.org")
    assert (code, out) == (0, "")
    assert "7 papers in hal-collection-LORIA-1940-01-01.jsonl: 7 new, 0 changed" in err
    assert "semsearch index hal-collection-LORIA-1940-01-01.jsonl" in err
    assert service.asked[0].path == "/search/LORIA/"
    assert service.asked[0].parameters["fq"] == ["producedDate_tdate:[1940-01-01T00:00:00Z TO *]"]
    code, out, _ = run("convert", "hal-collection-LORIA-1940-01-01.jsonl")
    assert [json.loads(line)["title"] for line in out.splitlines()] == TITLES
    # A folder holds the papers alone: what is remembered is hidden.
    assert len(run("convert", str(tmp_path))[1].splitlines()) == 7


def test_json_is_one_document(run: Run, service: server.Hal, tmp_path: Path) -> None:
    code, out, err = run("harvest", "hal", "--query", "learning", "--limit", 3, "--json")
    said = json.loads(out)
    assert (code, err) == (0, "")
    assert said.pop("seconds") >= 0
    assert said == {
        "service": "hal",
        "new": 3,
        "changed": 0,
        "total": 3,
        "complete": False,
        "since": None,
        "output": str(tmp_path / "hal-learning.jsonl"),
    }
    service.known = []
    said = json.loads(run("harvest", "hal", "--query", "nothing", "--json")[1])
    assert (said["total"], said["complete"]) == (0, True)


def test_what_cannot_be_done_is_one_document_too(run: Run, service: server.Hal) -> None:
    code, out, err = run("harvest", "hal", "--query", "(", "--json")
    assert code == 1
    assert json.loads(out)["error"]["what"].startswith("HAL refuses (400): Cursor functionality requires")
    assert "HAL refuses (400)" in err
    assert run("harvest", "hal", "--json")[0] == 1


def test_who_asks_is_told_of_or_reminded(
    run: Run, service: server.Hal, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, err = run("harvest", "hal", "--query", "x")
    assert "SEMSEARCH_CONTACT" in err
    monkeypatch.setenv("SEMSEARCH_CONTACT", "marie@example.org")
    _, _, err = run("harvest", "hal", "--query", "x")
    assert "SEMSEARCH_CONTACT" not in err
    assert "(mailto:marie@example.org)" in service.asked[-1].headers["user-agent"]
    assert run("harvest", "hal", "--query", "x", "--quiet", "--contact", "nobody")[0] == 1


def test_a_limit_says_that_there_is_more_and_nothing_that_there_is_nothing(
    run: Run, service: server.Hal
) -> None:
    assert "There are more" in run("harvest", "hal", "--query", "x", "--limit", 2)[2]
    service.known = []
    assert "Nothing answers this request" in run("harvest", "hal", "--query", "y")[2]


@pytest.mark.parametrize("wrong", ["2024-13", "2024-02-30", "yesterday", "24"])
def test_a_day_that_is_none_is_wrong_usage(run: Run, service: server.Hal, wrong: str) -> None:
    assert run("harvest", "hal", "--query", "x", "--since", wrong)[0] == 2
    assert not service.asked


def test_a_month_begins_and_ends(run: Run, service: server.Hal) -> None:
    run("harvest", "hal", "--query", "x", "--since", "2024-02", "--until", "2024-02")
    (days,) = service.asked[0].parameters["fq"]
    assert days == "producedDate_tdate:[2024-02-01T00:00:00Z TO 2024-02-29T23:59:59Z]"


def test_a_collection_and_a_structure_are_not_asked_for_at_once(run: Run, service: server.Hal) -> None:
    assert run("harvest", "hal", "--collection", "LORIA", "--institution", "LIG")[0] == 2


def test_each_service_has_a_command_with_what_it_can_be_asked_by_and_examples() -> None:
    group = cli.commands["harvest"]
    assert {*group.commands} == {*SERVICES}  # type: ignore[attr-defined]
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        options = {parameter.name for parameter in command.params}
        fields = {"query", "institution", "author", "category", "since", "until"}
        assert options & fields == {*SERVICES[name].can}
        assert command.help.count(f"semsearch harvest {name} ") >= 3
        assert next(p.default for p in command.params if p.name == "patience") == PATIENCE
        assert {"as_json", "quiet", "limit", "contact", "afresh", "patience", "output"} <= options
