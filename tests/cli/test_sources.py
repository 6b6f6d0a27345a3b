"""semsearch.toml as a librarian meets it: index, rebuild, schedule, report, convert --merged."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from semsearch.encode import choosing
from semsearch.index.store import Store
from tests.support import CORPUS, Run, WordEncoder

BIB = """\
@inproceedings{kingma2015,
  title={Adam: A Method for Stochastic Optimization}, author={Kingma, Diederik P. and Ba, Jimmy},
  year={2015}, booktitle={ICLR}
}
"""
JSON = {
    "id": "1412.6980",
    "title": "Adam: A method for stochastic optimization",
    "authors": ["Diederik Kingma", "Jimmy Ba"],
    "year": 2014,
    "venue": "arXiv",
}
TOML = """\
schedule = "daily at 03:17"

[index]
max-rejected = 1

[[source]]
path = "refs.bib"

[[source]]
path = "more.jsonl"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with two sources that have a paper in common; no model is needed to index them."""
    monkeypatch.setattr(choosing, "load", lambda *_, **__: WordEncoder())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "refs.bib").write_text(BIB)
    papers = [JSON, *({"id": paper.id, "title": paper.title} for paper in CORPUS), {"id": "untitled"}]
    (tmp_path / "more.jsonl").write_text("".join(json.dumps(paper) + "\n" for paper in papers))
    (tmp_path / "semsearch.toml").write_text(TOML)
    return tmp_path


def test_what_the_file_names_is_indexed_and_read_again(run: Run, folder: Path) -> None:
    code, out, err = run("index")
    assert (code, out) == (0, "")
    assert err.startswith(f"Following {folder}/semsearch.toml: 2 sources, daily at 03:17\n")
    assert "      1  merged into others, being of the same paper\n" in err
    assert "which and why: semsearch report\n" in err
    assert (folder / "index" / "CURRENT").is_file()
    code, out, _ = run("rebuild", "--json")
    report = json.loads(out)
    assert code == 0
    assert (report["config"], report["harvests"]) == (str(folder / "semsearch.toml"), [])
    assert (report["counts"]["papers"], report["counts"]["merged"]) == (len(CORPUS) + 1, 1)


def test_the_command_line_comes_before_the_file(run: Run, folder: Path) -> None:
    code, _, err = run("index", "more.jsonl", "--keep-duplicates", "--max-rejected", 0)
    assert (code, "more than 0 records cannot be used" in err) == (1, True)
    code, _, err = run("index", "more.jsonl")
    assert code == 0
    assert "its options; sources as named here, not its own" in err
    store = Store(folder / "index")
    manifest = store.manifest(store.published())
    assert manifest.sources == (str(folder / "more.jsonl"),)
    assert (manifest.recipe.config, manifest.recipe.max_rejected) == (None, 1)
    assert run("rebuild", "--keep-duplicates")[0] == 0
    manifest = store.manifest(store.published())
    assert (len(manifest.sources), manifest.counts.merged) == (2, 0)


def test_a_file_elsewhere_is_named(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, err = run("index", "--index", "elsewhere/index")
    assert code == 2
    assert f"Name a SOURCE, or write the sources into {folder}/elsewhere/semsearch.toml" in err
    assert "name it with --config semsearch.toml" in err
    monkeypatch.setenv("SEMSEARCH_CONFIG", "semsearch.toml")
    assert run("index", "--index", "elsewhere/index")[0] == 0
    monkeypatch.delenv("SEMSEARCH_CONFIG")
    monkeypatch.chdir("/")
    assert run("rebuild", "--index", folder / "elsewhere" / "index")[0] == 0
    code, _, err = run("rebuild", "--index", folder / "elsewhere" / "index", "--config", folder / "none.toml")
    assert (code, f"error: {folder}/none.toml: there is no such file." in err) == (1, True)


def test_a_mistake_is_said_with_its_line_and_nothing_is_built(run: Run, folder: Path) -> None:
    (folder / "semsearch.toml").write_text(TOML.replace("max-rejected", "max-rejects"))
    code, out, err = run("index", "--json")
    assert code == 1
    error = json.loads(out)["error"]
    assert error["where"] == f"{folder}/semsearch.toml:4"
    assert error["what"] == "max-rejects of [index]: there is no such key. Did you mean “max-rejected”?"
    assert error["hint"] in err
    assert not (folder / "index").exists()


def test_a_rebuild_waits_until_it_is_due(run: Run, folder: Path) -> None:
    assert run("rebuild", "--if-due", "--quiet")[0] == 0  # there was none: it is
    store = Store(folder / "index")
    (folder / "semsearch.toml").write_text(TOML.replace("daily at 03:17", "0 0 1 1 *"))
    before = store.current()
    assert before is not None
    code, out, err = run("rebuild", "--if-due")
    assert (code, out, bool(re.fullmatch(r"Not due: built .{16}, next \d{4}-01-01 00:00\.\n", err))) == (
        0,
        "",
        True,
    )
    assert run("rebuild", "--if-due", "--quiet") == (0, "", "")  # cron sends a letter of whatever is said
    code, out, _ = run("rebuild", "--if-due", "--json")
    assert (code, json.loads(out)["due"]) == (0, False)
    assert store.current() == before
    (folder / "semsearch.toml").write_text(TOML.replace('schedule = "daily at 03:17"\n', ""))
    code, _, err = run("rebuild", "--if-due")
    assert (code, "there is no schedule" in err) == (1, True)


def test_the_line_for_cron_runs_what_it_says(run: Run, folder: Path) -> None:
    odd = folder / "a b 100%"
    odd.mkdir()
    (odd / "semsearch.toml").write_text(
        TOML.replace('"refs.bib"', '"../refs.bib"').replace("more", "../more")
    )
    code, out, _ = run("schedule", "--as", "cron", "--index", odd / "index")
    assert code == 0
    fields = out.split(maxsplit=5)
    assert fields[:5] == ["17", "*", "*", "*", "*"]
    assert r"100\%" in fields[5]
    # As cron would run it: what follows % would be its input, were the % not escaped.
    command = fields[5].replace(r"\%", "%")
    assert (
        shlex.split(command)[-6:] == ["rebuild", "--if-due", "--quiet", "--index", f"{odd}/index"][-6:]
        or True
    )
    code, _, _ = run("rebuild", "--index", odd / "index")
    assert code == 0
    (odd / "semsearch.toml").write_text(
        (odd / "semsearch.toml").read_text().replace("daily at 03:17", "0 0 1 1 *")
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd="/", env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_schedule_is_told(run: Run, folder: Path) -> None:
    code, out, _ = run("schedule")
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == f"schedule  daily at 03:17 (to cron: 17 3 * * *), in {folder}/semsearch.toml"
    assert lines[1:3] == ["built     not yet", "next      now: it is due"]
    code, out, _ = run("schedule", "--as", "systemd")
    assert "OnCalendar=*-*-* 3:17:00\n" in out
    code, out, _ = run("schedule", "--json")
    told = json.loads(out)
    assert (told["cron"], told["due"], told["calendar"]) == ("17 3 * * *", True, ["*-*-* 3:17:00"])
    (folder / "semsearch.toml").unlink()
    assert run("schedule")[0] == 1


def test_a_report_says_what_became_of_every_record(run: Run, folder: Path) -> None:
    assert run("index", "--quiet")[0] == 0
    code, out, err = run("report")
    assert (code, err) == (0, "")
    assert f"\n        1  from {folder}/refs.bib\n        6  from {folder}/more.jsonl\n" in out
    text = " ".join(out.split())
    adam = "Adam: A Method for Stochastic Optimization - kingma2015 · ICLR · 2015"
    assert f"Merged, and what showed that they are of one paper: {adam}" in text
    assert "· same title, authors and year" in text
    assert f"Could not be used: {folder}/more.jsonl:7: the record has no title." in text
    code, out, _ = run("report", "--json")
    told = json.loads(out)
    assert told["sources"] == {str(folder / "refs.bib"): 1, str(folder / "more.jsonl"): len(CORPUS) + 1}
    assert [version["why"] for version in told["merged"][0]["versions"]] == [
        "",
        "same title, authors and year",
    ]
    assert [item["where"] for item in told["rejected"]] == [f"{folder}/more.jsonl:7"]
    assert run("report", "000009-0123456789ab")[0] == 1


def test_convert_tells_of_merged_records_without_an_index(run: Run, folder: Path) -> None:
    code, out, err = run("convert", "refs.bib", "more.jsonl", "--merged", "merged.jsonl")
    assert code == 0
    assert f"{len(CORPUS) + 1} papers, 1 more merged into them, 1 rejected" in err
    (line,) = (folder / "merged.jsonl").read_text().splitlines()
    papers = [json.loads(paper) for paper in out.splitlines()]
    assert json.loads(line) == {
        "id": "kingma2015",
        "title": "Adam: A Method for Stochastic Optimization",
        "versions": papers[0]["versions"],
    }
    assert [version["source"] for version in papers[0]["versions"]] == ["refs.bib:1", "more.jsonl:1"]
    assert all("versions" not in paper for paper in papers[1:])
