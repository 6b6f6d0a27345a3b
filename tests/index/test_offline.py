"""Builds that follow a semsearch.toml, or what an index remembers; services that answer, and that do not."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from semsearch.config import Settings, beside
from semsearch.encode import DEFAULT, choosing
from semsearch.errors import BuildHeld, ConfigError, IndexMissing, MissingExtra, SemsearchError, SourceError
from semsearch.index import outcome
from semsearch.index.build import BuildReport, build
from semsearch.index.generation import open_generation
from semsearch.index.harvesting import file_of
from semsearch.index.offline import build_from_settings, remembered, settings_of, times
from semsearch.index.store import Store
from semsearch.request import Request
from semsearch.search.golden import gate
from tests.support import CORPUS, WordEncoder

# Real papers, each with its preprint; ids are those of arXiv and DOIs.
ADAM = {"title": "Adam: A Method for Stochastic Optimization", "authors": ["Diederik P. Kingma", "Jimmy Ba"]}
BERT = {
    "title": "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
    "authors": ["Jacob Devlin", "Ming-Wei Chang", "Kenton Lee", "Kristina Toutanova"],
}


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An encoder that needs no model, whichever is named; the names it was loaded by."""
    named: list[str] = []

    def load(name: str, **_: object) -> WordEncoder:
        named.append(name)
        return WordEncoder()

    monkeypatch.setattr(choosing, "load", load)
    return named


def write(path: Path, records: Sequence[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return str(path)


def many(number: int, beginning: str = "paper") -> list[dict[str, Any]]:
    """Records that nobody takes for one paper."""
    return [{"id": f"{beginning}{n}", "title": f"{beginning} number{n}x of topic{n}y"} for n in range(number)]


def rebuilt(root: Path, named: Path | None = None) -> BuildReport:
    """As `semsearch rebuild` does."""
    settings = remembered(root, named)
    return build_from_settings(settings, root, gate=gate(settings.golden, force=False))


def test_a_rebuild_does_what_the_build_was_told(tmp_path: Path, words: list[str]) -> None:
    root = tmp_path / "index"
    twice = write(
        tmp_path / "a.jsonl", [{**ADAM, "id": "one", "year": 2015}, {**ADAM, "id": "two", "year": 2015}]
    )
    golden = tmp_path / "golden.jsonl"
    golden.write_text('{"question": "stochastic optimization", "papers": ["one"]}\n')
    told = Settings((twice,), "words", golden=str(golden), exact=True, keep_duplicates=True, max_rejected=1)
    build_from_settings(told, root, gate=gate(told.golden, force=False))
    again = rebuilt(root)
    assert (again.counts.papers, again.counts.merged) == (2, 0)
    assert words == ["words", "words"]
    manifest = Store(root).manifest(again.generation)
    assert manifest.golden == str(golden)
    assert manifest.recipe.exact
    assert [check.name for check in again.verdict.checks if "golden" in check.name] == ["golden questions"]
    with (tmp_path / "a.jsonl").open("a") as stream:
        stream.write("{}\n{}\n")
    with pytest.raises(SourceError, match="more than 1 record"):
        rebuilt(root)
    assert Store(root).current() == again.generation


def test_a_file_of_settings_is_the_whole_truth_of_a_rebuild(tmp_path: Path, words: list[str]) -> None:
    root = tmp_path / "index"
    first, second = (write(tmp_path / f"{name}.jsonl", many(3, name)) for name in ("first", "second"))
    build_from_settings(Settings((first,), "other", keep_duplicates=True), root)
    beside(root).write_text('[[source]]\npath = "second.jsonl"\n')
    report = rebuilt(root)
    manifest = Store(root).manifest(report.generation)
    assert manifest.sources == (second,)
    assert (report.config, manifest.recipe.config) == (str(beside(root)), str(beside(root)))
    assert not manifest.recipe.keep_duplicates
    assert words == ["other", DEFAULT]


def test_settings_elsewhere_are_remembered_until_they_are_gone(tmp_path: Path) -> None:
    root, elsewhere = tmp_path / "data" / "index", tmp_path / "etc"
    elsewhere.mkdir()
    write(elsewhere / "a.jsonl", many(3))
    named = elsewhere / "papers.toml"
    named.write_text('[[source]]\npath = "a.jsonl"\n')
    settings = settings_of(root, named)
    assert settings is not None
    build_from_settings(settings, root)
    assert remembered(root, None) == settings
    named.unlink()
    with pytest.raises(ConfigError, match="it is gone") as gone:
        remembered(root, None)
    assert gone.value.where == str(named)


def test_what_nobody_named_cannot_be_read_again(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing) as nothing:
        remembered(tmp_path / "index", None)
    assert str(tmp_path / "semsearch.toml") in nothing.value.hint
    build(CORPUS, tmp_path / "index", WordEncoder())
    with pytest.raises(SourceError, match="does not say from which files"):
        remembered(tmp_path / "index", None)


def test_merged_records_are_listed_with_what_showed_it(tmp_path: Path) -> None:
    root = tmp_path / "index"
    preprint = {**ADAM, "id": "1412.6980", "year": 2014, "venue": "arXiv"}
    printed = {**ADAM, "id": "kingma2015", "year": 2015, "venue": "ICLR", "doi": "10.5555/adam"}
    sources = (write(tmp_path / "a.jsonl", [preprint, BERT]), write(tmp_path / "b.jsonl", [printed]))
    report = build_from_settings(Settings(sources), root)
    assert (report.counts.papers, report.counts.merged) == (2, 1)
    (merged,) = outcome.read(Store(root), report.generation, outcome.MERGED)
    assert (merged["id"], merged["title"]) == ("1412.6980", ADAM["title"])
    assert [(each["id"], each["year"], each["venue"], each["doi"]) for each in merged["versions"]] == [
        ("1412.6980", 2014, "arXiv", None),
        ("kingma2015", 2015, "ICLR", "10.5555/adam"),
    ]
    assert [each["source"] for each in merged["versions"]] == [f"{sources[0]}:1", f"{sources[1]}:1"]
    assert [each["why"] for each in merged["versions"]] == ["", "same title, authors and year"]
    # What is in both is of both: neither source lost a paper.
    assert Store(root).manifest(report.generation).papers_of == {sources[0]: 2, sources[1]: 1}


def test_papers_that_are_merged_are_not_lost_by_their_source(tmp_path: Path) -> None:
    """A second list of the same papers, with more in each record, takes none of them from the first."""
    root = tmp_path / "index"
    first = write(tmp_path / "a.jsonl", many(30))
    build_from_settings(Settings((first,)), root)
    more = [{**record, "abstract": "It says more.", "year": 2001} for record in many(30)]
    report = build_from_settings(Settings((first, write(tmp_path / "b.jsonl", more))), root)
    assert (report.counts.papers, report.counts.merged) == (30, 30)


def test_a_folder_that_lost_half_its_papers_is_held_back(tmp_path: Path) -> None:
    root, folder = tmp_path / "index", tmp_path / "papers"
    folder.mkdir()
    write(folder / "a.jsonl", many(20, "a"))
    write(folder / "b.jsonl", many(20, "b"))
    build_from_settings(Settings((str(folder),)), root)
    (folder / "a.jsonl").unlink()
    with pytest.raises(BuildHeld, match="20 papers, and 40 before"):
        rebuilt(root)


@dataclass
class Service:
    """Stands for the network: what a service has, and what it was asked."""

    papers: list[dict[str, Any]] = field(default_factory=list)
    down: SemsearchError | None = None
    asked: list[tuple[object, str | None]] = field(default_factory=list)

    def harvest(
        self,
        request: object,
        output: Path,
        *,
        contact: str | None,
        progress: Callable[[int, int | None], object],
    ) -> object:
        self.asked.append((request, contact))
        if self.down:
            raise self.down
        before = output.read_text().count("\n") if output.exists() else 0
        write(output, self.papers)
        for done in range(1, len(self.papers) + 1):
            progress(done, len(self.papers))
        return _Report(len(self.papers) - before, 0, len(self.papers))


@dataclass
class _Report:
    new: int
    changed: int
    total: int


@pytest.fixture
def hal(monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service that answers what it is told to."""
    service, module = Service(many(12, "hal")), ModuleType("semsearch.ingest.harvest")
    vars(module).update(harvest=service.harvest)
    monkeypatch.setitem(sys.modules, "semsearch.ingest.harvest", module)
    return service


INRIA = Request("hal", institution="Inria Paris", since=date(2020, 1, 1))
TOML = """\
contact = "library@example.org"
[[source]]
path = "refs.jsonl"
[[source]]
harvest = "hal"
institution = "Inria Paris"
since = 2020-01-01
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An index to be, with a file of settings that names a file and a harvest."""
    write(tmp_path / "refs.jsonl", many(3, "refs"))
    (tmp_path / "semsearch.toml").write_text(TOML)
    return tmp_path / "index"


def test_a_service_is_asked_before_every_build(root: Path, hal: Service) -> None:
    first = rebuilt(root)
    assert first.counts.papers == 15
    hal.papers += many(2, "new")
    second = rebuilt(root)
    assert second.counts.papers == 17
    (harvest,) = second.harvests
    assert (harvest.new, harvest.total, harvest.problem) == (2, 14, None)
    assert harvest.source == "hal (institution Inria Paris, since 2020-01-01)"
    request = Request("hal", institution="Inria Paris", since=date(2020, 1, 1))
    assert hal.asked == [(request, "library@example.org")] * 2
    path = file_of(root, INRIA)
    assert path.parent == root / "harvest"
    assert path.name.startswith("hal-inria-paris-")
    assert Store(root).manifest(second.generation).papers_of[str(path)] == 14
    json.dumps([harvest.source for harvest in second.harvests])


def test_a_service_that_does_not_answer_loses_no_paper(root: Path, hal: Service, tmp_path: Path) -> None:
    rebuilt(root)
    hal.down = SourceError("does not answer.", where="hal")
    write(tmp_path / "refs.jsonl", many(4, "refs"))
    report = rebuilt(root)
    assert report.counts.papers == 16  # what the file has now, and what the service said before
    (harvest,) = report.harvests
    assert harvest.problem == "hal: does not answer."
    generation = open_generation(Store(root))
    assert {f"hal{n}" for n in range(12)} < {*generation.papers.ids()}


def test_a_service_that_never_answered_is_no_source(root: Path, hal: Service) -> None:
    hal.down = SourceError("does not answer.", where="hal")
    with pytest.raises(SourceError, match="does not answer"):
        rebuilt(root)
    assert Store(root).current() is None
    hal.down = None
    rebuilt(root)
    hal.down = MissingExtra("httpx", "harvest")  # which no waiting mends
    with pytest.raises(MissingExtra):
        rebuilt(root)


def test_a_service_that_forgot_its_papers_is_held_back(root: Path, hal: Service) -> None:
    before = rebuilt(root)
    hal.papers = hal.papers[:2]
    with pytest.raises(BuildHeld, match="2 papers, and 12 before"):
        rebuilt(root)
    assert Store(root).current() == before.generation


def test_each_question_to_a_service_has_a_file_of_its_own(tmp_path: Path) -> None:
    asked = [
        INRIA,
        Request("hal", institution="Inria Paris"),
        Request("hal", query="Inria Paris"),
        Request("openalex", institution="Inria Paris"),
        Request("arxiv", query="é/../ü" * 50),
    ]
    files = [file_of(tmp_path, harvest) for harvest in asked]
    assert len({*files}) == len(asked)
    assert {path.parent for path in files} == {tmp_path / "harvest"}
    assert all(len(os.fsencode(path.name)) < 100 for path in files)


def test_a_rebuild_is_due_once_the_schedule_has_come(tmp_path: Path) -> None:
    root = tmp_path / "index"
    write(tmp_path / "a.jsonl", many(3))
    every = 'schedule = "* * * * *"\n[[source]]\npath = "a.jsonl"\n'
    beside(root).write_text(every)
    before = times(remembered(root, None), root)
    assert (before.built, before.due) == (None, True)
    rebuilt(root)
    # The day before yesterday is long ago for every minute, and not for once a month, but on the first.
    now = datetime.now()
    tomorrow = now + timedelta(days=1)
    beside(root).write_text(every.replace("* * * * *", f"0 0 {tomorrow.day} {tomorrow.month} *"))
    found = times(remembered(root, None), root)
    assert found.built is not None
    assert abs(found.built - now) < timedelta(minutes=2)
    assert not found.due
    assert found.next.date() == tomorrow.date()


def test_without_a_schedule_nothing_is_due(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no schedule") as none:
        times(Settings(("a",)), tmp_path / "index")
    assert none.value.where == str(tmp_path / "semsearch.toml")
