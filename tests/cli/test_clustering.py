"""Options that are of a cluster, or of one machine, are refused where they mean nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.support import Run


@pytest.mark.parametrize(
    "given", [["--address", "head:6379"], ["--storage", "s3://papers"], ["--shards", "3"], ["--gpus", "1"]]
)
def test_a_build_on_this_machine_has_no_cluster(run: Run, tmp_path: Path, given: list[str]) -> None:
    code, _, err = run("index", tmp_path / "refs.bib", *given)
    assert code == 2
    assert given[0] in err
    assert "for --runner ray" in err


@pytest.mark.parametrize(
    "given",
    [
        ["--shards", "2"],
        ["--runner", "ray", "--workers", "2"],
        ["--runner", "ray", "--json-log"],
        ["--runner", "ray", "--metrics-port", "9000"],
    ],
)
def test_a_service_has_the_options_of_what_runs_it(run: Run, tmp_path: Path, given: list[str]) -> None:
    code, _, err = run("serve", "--index", tmp_path, *given)
    assert code == 2
    assert f"is for --runner {'local' if 'ray' in given else 'ray'}" in err


@pytest.mark.parametrize("command", [["index", "refs.bib"], ["serve"]])
def test_what_is_not_installed_is_named(
    run: Run, published: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    code, _, err = run(*command, "--runner", "ray", "--index", published)
    assert code == 1
    assert "semsearch[cluster]" in err.replace("\n", "")


def test_a_build_runs_where_its_file_says(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    (tmp_path / "refs.jsonl").write_text('{"title": "On computable numbers"}\n')
    (tmp_path / "semsearch.toml").write_text('[index]\nrunner = "ray"\n[[source]]\npath = "refs.jsonl"\n')
    for command in ("index", "rebuild"):
        code, _, err = run(command, "--index", tmp_path / "index")
        assert code == 1
        assert "semsearch[cluster]" in err.replace("\n", "")
    code, out, _ = run("index", "--index", tmp_path / "index", "--runner", "local", "--json")
    assert (code, json.loads(out)["counts"]["papers"]) == (0, 1)
