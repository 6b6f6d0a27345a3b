"""Every command prints one JSON document with --json, whatever comes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from semsearch.cli import cli
from semsearch.encode import DEFAULT
from semsearch.index import measuring
from tests.index.test_plan import SPEED
from tests.support import Run

# They print no result: services, text for a shell. Or they are groups of commands, with tests of their own
# (tests/serve/guard/test_keys.py, tests/cli/test_harvesting.py).
WITHOUT = {"serve", "mcp", "completion", "keys", "harvest"}
COMMANDS = sorted(set(cli.commands) - WITHOUT)


def _arguments(name: str, folder: Path, root: Path) -> list[str | Path]:
    """What each command is given to do its work on the small corpus."""
    source = root.parent / "corpus.jsonl"
    (folder / "q.jsonl").write_text('{"id": "a", "text": "how is DNA copied?"}\n')
    (folder / "r.tsv").write_text("query-id\tdoc-id\tgrade\na\t10.1038/171737a0\t1\n")
    config = folder / "settings" / "semsearch.toml"  # beside the index, other commands would follow it too
    config.parent.mkdir(exist_ok=True)
    config.write_text(f'schedule = "daily at 03:17"\n[[source]]\npath = "{source}"\n')
    given: dict[str, list[str | Path]] = {
        "index": [source],
        "convert": [source, "-o", folder / "papers.jsonl"],
        "search": ["how is DNA copied?"],
        "related": ["gan"],
        "plan": ["--papers", "1000", "--abstract-words", "105"],
        "schedule": ["--config", config],
        "show": ["gan"],
        "evaluate": ["--queries", folder / "q.jsonl", "--qrels", folder / "r.tsv"],
    }
    index: list[str | Path] = [] if name in {"convert", "plan"} else ["--index", root]
    return [name, *given.get(name, []), *index, "--json"]


@pytest.fixture(autouse=True)
def _measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan measures the machine for a minute, unless that was done before."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    measuring.remember(SPEED, DEFAULT)


def _document(out: str) -> Any:
    """The one document; anything before or after it is an error."""
    return json.loads(out)


def test_each_has_it() -> None:
    for name in COMMANDS:
        names = {option for parameter in cli.commands[name].params for option in parameter.opts}
        assert "--json" in names, name


# In this order: a rollback needs two generations, and a prune takes them away.
DOING = [
    "index",
    "rollback",
    "rebuild",
    *(set(COMMANDS) - {"index", "rollback", "rebuild", "prune"}),
    "prune",
]


def test_each_prints_one_document_and_nothing_else(run: Run, published: Path, tmp_path: Path) -> None:
    assert sorted(DOING) == COMMANDS
    said: dict[str, Any] = {}
    for name in DOING:
        code, out, err = run(*_arguments(name, tmp_path, published))
        assert (code, err) == (0, ""), (name, out, err)
        said[name] = _document(out)
    assert said["search"]["hits"][0]["paper"]["id"] == "10.1038/171737a0"
    assert said["index"]["counts"]["papers"] == 5
    written = tmp_path / "papers.jsonl"
    assert said["convert"] == {"papers": 5, "merged": 0, "rejected": [], "output": str(written)}
    assert len(written.read_text(encoding="utf-8").splitlines()) == 5
    assert said["verify"]["ok"]
    assert said["doctor"]["ok"]


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"doctor"}))
def test_what_cannot_be_done_is_one_document_too(
    run: Run, published: Path, tmp_path: Path, name: str
) -> None:
    arguments = _arguments(name, tmp_path, published)
    nowhere = tmp_path / "nowhere"
    if name in {"index", "convert"}:  # those need no index, but a file
        arguments[1] = nowhere
    elif name == "schedule":
        arguments[2] = nowhere
    elif name == "plan":
        arguments += ["--encoder", nowhere]
    else:
        arguments[arguments.index("--index") + 1] = nowhere
    code, out, err = run(*arguments)
    assert code == 1
    error = _document(out)["error"]
    assert {*error} == {"what", "where", "hint"}
    assert str(nowhere) in error["where"]
    flat = " ".join(err.split())
    assert error["what"] in flat  # people read the same on stderr
    assert error["hint"] in flat
    assert not nowhere.exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_wrong_usage_is_one_document_too(run: Run, published: Path, tmp_path: Path, name: str) -> None:
    code, out, err = run(*_arguments(name, tmp_path, published), "--no-such-option")
    assert code == 2
    error = _document(out)["error"]
    assert "--no-such-option" in error["what"]
    assert error["where"].endswith(f"semsearch {name}")
    assert error["hint"] == f"{error['where']} --help"
    assert "--no-such-option" in err


def test_a_question_may_say_it(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("search", "--index", tmp_path, "--", "--json")
    assert (code, out) == (1, "")


def test_papers_and_the_document_do_not_share_stdout(run: Run, published: Path) -> None:
    code, out, err = run("convert", published.parent / "corpus.jsonl", "--json")
    assert code == 2
    assert "-o" in _document(out)["error"]["what"]
    assert "Usage:" in err


def test_bad_records_are_in_the_document(run: Run, data: Path, tmp_path: Path) -> None:
    code, out, err = run("convert", data / "papers-malformed.jsonl", "-o", tmp_path / "out.jsonl", "--json")
    assert (code, err) == (0, "")
    document = _document(out)
    assert document["papers"] == 3
    assert document["rejected"][0]["where"].endswith("papers-malformed.jsonl:2")
    assert len(document["rejected"]) == 8
    assert all(item["why"] for item in document["rejected"])
