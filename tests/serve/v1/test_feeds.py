"""The feed, read by a real feed parser, over builds whose clock is set."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import feedparser
import httpx2 as httpx
import pytest
from lxml import etree

from semsearch.api import build
from semsearch.index import added
from semsearch.paper import Paper
from semsearch.search.arrivals import Arrival
from semsearch.serve import feed
from semsearch.serve.live import Live
from tests.serve.serving import live_on, serving
from tests.support import CORPUS, WordEncoder

DAY = 86_400
NAMESPACE = "{http://www.w3.org/2005/Atom}"
HOSTILE = Paper(
    "10.1000/a b?c#d<e>/é",
    "<script>alert(1)</script> & \x00\x0b\ud800\ufffe ]]> &amp; <b>bold</b>",
    "It is <i>hostile</i> \x1b[31m text & more]]>.",
    ("<img src=x onerror=alert(1)>", "", "Ann O'Neill & Sons"),
    2020,
    'Journal "of" <Markup>',
    url="javascript:alert(1)",
    keywords=('"><x y="', "plain"),
)


@dataclass
class Clocked:
    """A service whose builds happen on the days that a test says."""

    root: Path
    live: Live
    client: httpx.Client
    monkeypatch: pytest.MonkeyPatch

    def build(self, papers: list[Paper], day: int) -> None:
        self.monkeypatch.setattr(added, "seconds", lambda _: day * DAY)
        build(papers, self.root, encoder=WordEncoder())
        self.live.refresh()

    def read(self, **parameters: Any) -> Any:
        reply = self.client.get("/v1/feed", params=parameters)
        assert reply.status_code == 200
        return parsed(reply.content)


@pytest.fixture
def clocked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clocked]:
    monkeypatch.setattr(added, "seconds", lambda _: DAY)
    live = live_on(tmp_path, CORPUS[:3])
    with serving(live) as client:
        yield Clocked(tmp_path, live, client, monkeypatch)


def parsed(content: bytes) -> Any:
    """What feedparser makes of it, after the musts of RFC 4287 are held against the bytes."""
    root = etree.fromstring(content)
    assert root.tag == f"{NAMESPACE}feed"
    for element in (root, *root.iter(f"{NAMESPACE}entry")):
        names = [etree.QName(child).localname for child in element]
        for once in ("id", "title", "updated"):
            assert names.count(once) == 1, once
        assert max(names.count(name) for name in ("summary", "published", "generator")) <= 1
    assert root.find(f"{NAMESPACE}author") is not None, "for entries that have none"
    assert {link.get("rel") for link in root.findall(f"{NAMESPACE}link")} == {"self", "alternate"}
    ids = [element.text for element in root.iter(f"{NAMESPACE}id")]
    assert len(set(ids)) == len(ids)
    found = feedparser.parse(content)
    assert not found.bozo, found.get("bozo_exception")
    assert found.version == "atom10"
    return found


def test_each_paper_is_an_entry_once_the_newest_first(clocked: Clocked) -> None:
    first = clocked.read()
    assert [entry.title for entry in first.entries] == [paper.title for paper in CORPUS[:3]]
    clocked.build(CORPUS, 5)
    second = clocked.read()
    assert [entry.title for entry in second.entries] == [paper.title for paper in [*CORPUS[3:], *CORPUS[:3]]]
    assert [calendar.timegm(entry.updated_parsed) for entry in second.entries] == [5 * DAY] * 2 + [DAY] * 3
    assert calendar.timegm(second.feed.updated_parsed) == 5 * DAY
    by_id = {entry.id: entry for entry in second.entries}
    assert all(by_id[entry.id].updated == entry.updated for entry in first.entries)


@pytest.mark.parametrize("asked", [{}, {"q": "two networks train"}, {"year_from": 2010, "k": 2}])
def test_a_rebuild_of_the_same_papers_changes_no_byte(clocked: Clocked, asked: dict[str, Any]) -> None:
    before = clocked.client.get("/v1/feed", params=asked)
    generation = clocked.live.searcher.generation.id
    clocked.build([replace(paper, source="moved.bib:1") for paper in CORPUS[:3]], 9)
    assert clocked.live.searcher.generation.id != generation
    after = clocked.client.get("/v1/feed", params=asked, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.content == before.content


def test_a_feed_of_a_question_says_what_it_is_of(clocked: Clocked) -> None:
    clocked.build(CORPUS, 2)
    question = CORPUS[3].abstract
    found = clocked.read(q=question, venue="nature", year_to=2000)
    assert found.feed.title == f"New papers: {question} · nature · –2000"
    (entry,) = found.entries
    base = str(clocked.client.base_url)
    assert entry.link == f"{base}/papers/10.1038/171737a0"
    assert [author.name for author in entry.authors] == ["J. D. Watson", "F. H. C. Crick"]
    assert entry.summary == f"Nature, 1953\n\n{CORPUS[3].abstract}"
    assert [link.href for link in entry.links if link.rel == "related"] == [CORPUS[3].url]
    itself = next(link.href for link in found.feed.links if link.rel == "self")
    assert parsed(clocked.client.get(itself).content).entries == found.entries
    assert clocked.read(q=question, author="bengio").entries == []


def test_a_feed_without_entries_is_as_old_as_the_index(clocked: Clocked) -> None:
    clocked.build(CORPUS, 7)
    empty = clocked.read(author="nobody")
    assert empty.entries == []
    assert calendar.timegm(empty.feed.updated_parsed) == DAY


def test_hostile_text_stays_text() -> None:
    about = feed.Feed("<b>\x00 & co.", "http://h", "/v1/feed?q=%00%26", "/?q=%00%26", 0)
    content = feed.write(about, [Arrival(HOSTILE, DAY)])
    found = parsed(content)
    (entry,) = found.entries
    assert entry.title_detail.type == "text/plain"
    assert entry.title == "<script>alert(1)</script> & \ufffd\ufffd\ufffd\ufffd ]]> &amp; <b>bold</b>"
    assert "<i>hostile</i> \ufffd[31m text & more]]>." in entry.summary
    assert [author.name for author in entry.authors] == ["<img src=x onerror=alert(1)>", "Ann O'Neill & Sons"]
    assert [tag.term for tag in entry.tags] == ['"><x y="', "plain"]
    assert [link.rel for link in entry.links] == ["alternate"], "javascript: is no address to go to"
    assert entry.link == "http://h/papers/10.1000/a%20b%3Fc%23d%3Ce%3E/%C3%A9"
    assert found.feed.title == "<b>\ufffd & co."


def test_ids_are_those_of_the_address_whatever_the_scheme() -> None:
    def ids(home: str) -> list[str]:
        written = feed.write(feed.Feed("t", home, "/v1/feed", "/", 0), [Arrival(CORPUS[0], 1)])
        return [str(element.text) for element in etree.fromstring(written).iter(f"{NAMESPACE}id")]

    assert ids("http://papers.example.org") == ids("https://papers.example.org")
    assert not {*ids("https://papers.example.org")} & {*ids("https://other.example.org")}
    assert ids("https://papers.example.org")[1] == "urn:uuid:9a7f8068-d58c-5551-841d-ffac5cbe44ba"
