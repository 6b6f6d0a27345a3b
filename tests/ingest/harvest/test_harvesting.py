"""What is remembered between harvests, and what they do with what is there."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from semsearch.errors import HarvestError, StorageError
from semsearch.ingest.harvest import Request, course, state
from semsearch.ingest.harvest.lines import Arrivals
from semsearch.request import file_name
from tests.ingest.harvest import server
from tests.ingest.harvest.conftest import KINDS, Harvested

EVERY = pytest.mark.parametrize("ask", sorted(KINDS), indirect=True)


def test_the_default_file_says_what_is_in_it() -> None:
    assert file_name(Request("hal", institution="collection:LORIA")) == "hal-collection-LORIA.jsonl"
    request = Request("arxiv", query='ti:"x y"', category="cs.CL", since=date(2024, 1, 1))
    assert file_name(request) == "arxiv-ti-x-y-cs.CL-2024-01-01.jsonl"
    request = Request("openalex", institution="https://ror.org/02kvxyf05")
    assert file_name(request) == "openalex-ror.org-02kvxyf05.jsonl"
    assert len(file_name(Request("hal", query="mot " * 100))) < 100


def test_another_request_is_refused_the_file(ask: Harvested) -> None:
    ask.run()
    written = ask.output.read_bytes()
    with pytest.raises(HarvestError, match="harvest of another request: hal, query learning") as error:
        ask.run(request=Request("hal", query="learning", since=date(2020, 1, 1)))
    assert "hal, query learning, since 2020-01-01" in error.value.hint
    assert ask.output.read_bytes() == written


def test_one_that_came_to_nothing_leaves_the_file_free(ask: Harvested) -> None:
    ask.service.faults = {1: server.status(400)}
    with pytest.raises(HarvestError):
        ask.run(request=Request("hal", query="("))
    assert ask.run().total == 7


def test_a_file_that_no_harvest_wrote_is_left_alone(ask: Harvested) -> None:
    ask.output.write_text("mine\n")
    with pytest.raises(HarvestError, match="no harvest wrote it"):
        ask.run()
    assert ask.output.read_text() == "mine\n"


@EVERY
def test_a_limit_is_kept_and_gone_on_from(ask: Harvested) -> None:
    ask.run()
    whole = ask.output.read_bytes()
    ask.output = ask.output.with_name("few.jsonl")
    done: list[tuple[int, int | None]] = []
    report = ask.run(limit=3, progress=lambda *seen: done.append(seen))
    assert (report.new, report.total, report.complete) == (3, 3, False)
    assert ask.output.read_bytes() == b"".join(whole.splitlines(keepends=True)[:3])
    report = ask.run(limit=3)
    assert (report.new, report.total, report.complete) == (3, 6, False)
    report = ask.run()
    assert (report.new, report.total, report.complete) == (1, 7, True)
    assert ask.output.read_bytes() == whole


@pytest.mark.parametrize("ask", ["crossref"], indirect=True)
@pytest.mark.parametrize("limit", [None, 2])
def test_a_cursor_that_the_service_forgot_begins_again(ask: Harvested, limit: int | None) -> None:
    assert isinstance(ask.service, server.Crossref)
    if limit:
        ask.run(limit=4)
    else:
        ask.service.faults = dict.fromkeys(range(3, 99), server.status(500))
        with pytest.raises(HarvestError):
            ask.run()
        ask.service.faults = {}
    ask.service.forgets = True
    report = ask.run(limit=limit)
    assert report.total == (6 if limit else 7)
    papers = ask.papers()
    assert [paper.title for paper in papers] == [work.title for work in ask.service.known[: report.total]]


@pytest.mark.parametrize("ask", ["openalex"], indirect=True)
def test_a_service_that_cannot_say_what_is_new_is_asked_for_everything(ask: Harvested) -> None:
    ask.run()
    ask.clock.days(5)
    ask.service.known[0].title = "A Theory of Communication"
    ask.service.faults = {len(ask.service.asked) + 1: server.status(400, '{"message": "no such sort"}')}
    said: list[str] = []
    report = ask.run(say=said.append)
    assert (report.changed, report.total, report.since) == (1, 7, None)
    assert "everything is asked for again" in said[-1]


@pytest.mark.parametrize("ask", ["openalex"], indirect=True)
@pytest.mark.parametrize("page", [1, 2])
def test_a_list_that_is_not_in_order_is_not_taken_for_news(ask: Harvested, page: int) -> None:
    ask.run()
    ask.clock.days(5)
    for work in ask.service.known:
        work.updated = "2026-03-06"
        work.title += "!"

    def unsorted(handler: object, reply: server.Reply) -> None:
        server.send(handler, (200, reply[1].replace("2026-03-06", "2020-01-01", 1)))  # type: ignore[arg-type]

    ask.service.faults = {len(ask.service.asked) + page: unsorted}
    report = ask.run()
    assert (report.new, report.changed, report.total, report.since) == (0, 7, 7, None)


@EVERY
def test_afresh_leaves_out_what_the_service_no_longer_has(ask: Harvested) -> None:
    ask.run()
    gone = ask.service.known.pop(1)
    ask.service.known[0].title += " (corrected)"
    assert ask.run().total == 7
    report = ask.run(afresh=True)
    assert (report.new, report.changed, report.total, report.since) == (0, 1, 6, None)
    titles = [paper.title for paper in ask.papers()]
    assert titles == [work.title for work in ask.service.known]
    assert gone.title not in titles


def test_a_file_that_went_while_it_was_written_is_made_whole(ask: Harvested) -> None:
    ask.run()
    before = state.load(ask.output)
    assert before is not None
    run = state.Run(date(2026, 3, 4), since=date(2026, 3, 1), merging=True, ended=True)
    state.save(ask.output, replace(before, run=run))
    ask.output.unlink()
    assert ask.run().total == 7


@pytest.mark.parametrize("change", ["deleted", "shortened"])
def test_a_file_that_is_not_as_written_is_made_whole(ask: Harvested, change: str) -> None:
    ask.run()
    whole = ask.output.read_bytes()
    if change == "deleted":
        ask.output.unlink()
    else:
        ask.output.write_bytes(whole[:100])
    ask.clock.days(2)
    said: list[str] = []
    report = ask.run(say=said.append)
    assert (report.total, report.since) == (7, None)
    assert ask.output.read_bytes() == whole
    assert "not as it was written" in said[0]


def test_a_record_that_moved_between_two_pages_is_there_once(ask: Harvested) -> None:
    """A list that changes while it is read: its second paper is on the next page as well."""
    moving = ask.service.known

    def shift(handler: object, reply: server.Reply) -> None:
        moving.insert(0, server.later())
        server.send(handler, reply)  # type: ignore[arg-type]

    ask.service.faults = {1: shift}
    report = ask.run()
    assert report.total == 7
    assert [paper.title for paper in ask.papers()] == [title for title, *_ in server.WORKS]


def test_nothing_found_is_an_empty_file(ask: Harvested) -> None:
    ask.service.known = []
    report = ask.run()
    assert (report.new, report.total, report.complete) == (0, 0, True)
    assert ask.output.read_bytes() == b""
    ask.service.known = [server.later()]
    ask.clock.days(3)
    assert ask.run().new == 1


def test_far_too_much_is_asked_about_first(ask: Harvested, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(course, "_MOST", 6)
    with pytest.raises(HarvestError, match="7 records of HAL answer this request") as error:
        ask.run()
    assert "--limit" in error.value.hint
    assert len(ask.service.asked) == 1
    assert ask.run(limit=2).total == 2


def test_two_at_once_do_not_write_the_same_file(ask: Harvested) -> None:
    with Arrivals(ask.output), pytest.raises(HarvestError, match="by another process"):
        ask.run()
    assert ask.run().total == 7


def test_a_folder_that_is_not_there_is_said(ask: Harvested) -> None:
    ask.output = ask.output.parent / "nowhere" / "x.jsonl"
    with pytest.raises(StorageError, match="no folder"):
        ask.run()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"form": 1}', '{"form": 99}', '{"form": 1, "request": 7}'])
def test_a_damaged_memory_is_said(ask: Harvested, text: str) -> None:
    ask.run()
    path = ask.output.with_name(f".{ask.output.name}.harvest")
    path.write_text(text)
    with pytest.raises(HarvestError) as error:
        ask.run()
    assert error.value.where == str(path)
    assert "Delete it and hal.jsonl" in error.value.hint


def test_progress_says_how_many_of_how_many(ask: Harvested) -> None:
    done: list[tuple[int, int | None]] = []
    ask.run(progress=lambda *seen: done.append(seen))
    assert done == [(2, 7), (4, 7), (6, 7), (7, 7)]


def test_what_is_remembered_can_be_read(ask: Harvested) -> None:
    ask.run()
    known = json.loads(ask.output.with_name(f".{ask.output.name}.harvest").read_text())
    assert known["request"] == {"service": "hal", "query": "learning"}
    assert (known["complete"], known["run"]) == ("2026-03-02", None)
    assert known["size"] == ask.output.stat().st_size


def test_what_strangers_wrote_stays_one_line(ask: Harvested, tmp_path: Path) -> None:
    ask.service.known[0].title = "Line\u2028end \u202eturned\ud800 \x1b[2J"
    ask.run()
    lines = ask.output.read_bytes().decode("utf-8").split("\n")
    assert len(lines) == 8
    assert "\u202e" not in lines[0]
    assert json.loads(lines[0])["en_title_s"] == [ask.service.known[0].title]
