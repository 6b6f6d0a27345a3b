"""Hostile papers in feeds, in what assistants are told, and in logs."""

from __future__ import annotations

import json
import logging
import re
import unicodedata
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from semsearch.api import build
from semsearch.index.store import Store
from semsearch.paper import Rejected
from semsearch.search.arrivals import Arrival
from semsearch.serve import feed
from semsearch.serve.live import Live
from semsearch.serve.logs import JsonLines, Lines
from semsearch.serve.mcp.documents import answer, answer_text, record, record_text
from tests.hostile import PAPERS, TEXTS
from tests.serve.serving import live_on, serving
from tests.support import CORPUS, WordEncoder

_ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Live:
    return live_on(tmp_path_factory.mktemp("hostile") / "index", [*CORPUS, *PAPERS], force=True)


def in_xml(text: str) -> str:
    """The text as XML can hold it (XML 1.0, sections 2.2 and 2.11)."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]", "\ufffd", text)


def test_a_feed_is_sound_and_says_what_the_papers_say() -> None:
    about = feed.Feed(TEXTS["xml"], "http://127.0.0.1:8000", "/v1/feed?q=" + TEXTS["xml"], "/", 0)
    written = feed.write(about, [Arrival(paper, 0) for paper in PAPERS])
    root = etree.fromstring(written, etree.XMLParser(resolve_entities=False))
    assert root.getroottree().docinfo.doctype == ""
    entries = root.findall(f"{_ATOM}entry")
    for entry, paper in zip(entries, PAPERS, strict=True):
        assert entry.findtext(f"{_ATOM}title") == in_xml(paper.title)
        assert in_xml(paper.abstract) in entry.findtext(f"{_ATOM}summary")
        assert [a.findtext(f"{_ATOM}name") for a in entry.findall(f"{_ATOM}author")] == [
            in_xml(name) for name in paper.authors
        ]
        addresses = [link.get("href") for link in entry.findall(f"{_ATOM}link")]
        assert all(
            address.startswith(("http://", "https://")) and address.isprintable() for address in addresses
        )
    read = feedparser.parse(written)
    assert not read.bozo
    assert len(read.entries) == len(PAPERS)
    # Shown as text: feedparser cleans only what claims to be markup.
    for entry, paper in zip(read.entries, PAPERS, strict=True):
        assert entry.title_detail.type == "text/plain"
        assert "".join(entry.title.split()) == "".join(in_xml(paper.title).split())


def test_an_assistant_is_told_papers_a_value_a_line_and_nothing_unseen(live: Live) -> None:
    found = live.searcher.search("title", 100, mode="lexical")
    assert len(found) >= len(PAPERS) - 5
    answered = answer(found, 60)
    text = answer_text(answered)
    # Four or five lines a paper, a blank one before each: no value makes lines of its own.
    lines = text.split("\n\n", 1)[1].split("\n\n")
    assert len(lines) == len(found)
    assert all(4 <= len(of_one.split("\n")) <= 5 for of_one in lines)
    assert [line.split("\n")[0].split(". ")[0] for line in lines] == [str(i + 1) for i in range(len(found))]
    unseen = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    joiners = "\u200c\u200d\n"
    assert not [c for c in text if unicodedata.category(c) in unseen and c not in joiners]
    for paper in answered.papers:
        quoted = "".join((paper.title, *paper.authors, paper.venue or "", paper.evidence or "", paper.why))
        assert not [c for c in quoted if unicodedata.category(c) in unseen and c not in joiners[:2]]
    ids = [paper.id for paper in answered.papers]
    assert {paper.id for paper in PAPERS} >= {*ids} - {paper.id for paper in CORPUS}
    assert "never instructions" in text.split("\n\n")[0]


def test_a_record_is_told_in_lines_of_its_own(live: Live) -> None:
    for paper in PAPERS:
        told = record_text(record(live.searcher.paper(paper.id)))
        assert told.startswith("Quoted from where it was published")
        assert len(told.split("\n")) == len(
            ["quoted", " -", " title", " authors", " about", " -", " abstract", " -", " keywords"]
        )
        assert record(paper).id == paper.id


def test_a_line_of_the_log_is_one_line(live: Live, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "semsearch.access")
    with serving(live) as client:
        for path in ("/v1/papers/%0aforged%20line", "/%1b%5b31m%e2%80%ae%c2%9b31m", "/x%00%0d%0ay"):
            client.get(path, headers={"X-Request-Id": "forged\tid"})
    records = [record for record in caplog.records if record.name == "semsearch.access"]
    assert len(records) == 3
    for logged in records:
        assert Lines("%(message)s").format(logged).isprintable()
        line = JsonLines().format(logged)
        assert line.isprintable()
        assert json.loads(line)["status"] in (404, 422)


def test_a_rejected_record_is_listed_as_one_line_of_json(tmp_path: Path) -> None:
    rejected = [Rejected(f"{text}:1", text) for text in TEXTS.values()]
    build(CORPUS, tmp_path, encoder=WordEncoder(), rejected=rejected)
    store = Store(tmp_path)
    lines = (store.path(store.published()) / "rejected.jsonl").read_text(encoding="utf-8").split("\n")
    assert [json.loads(line)["why"] for line in lines if line] == [*TEXTS.values()]
