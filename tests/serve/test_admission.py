"""Who is let in while more is asked than can be answered: asked of a service whose one place is taken."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import httpx2 as httpx
import pytest

from semsearch.encode import Vectors
from semsearch.serve.live import Live
from semsearch.serve.settings import DEFAULT
from tests.serve.serving import live_on, serving
from tests.support import CORPUS, WordEncoder

_WAIT = 0.4  # seconds that a request may wait


class _Slow(WordEncoder):
    """Takes as long over a question as is wanted."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.go.set()
        self.held = threading.Event()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        if not self.go.is_set():
            self.held.set()
        self.go.wait(30)
        return super().encode_queries(texts)


@pytest.fixture(scope="module")
def encoder() -> _Slow:
    return _Slow()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, encoder: _Slow) -> Live:
    return live_on(tmp_path_factory.mktemp("index"), CORPUS, encoder)


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[httpx.Client]:
    with serving(live, replace(DEFAULT, max_wait=_WAIT, places=1)) as opened:
        yield opened


@contextmanager
def _taken(client: httpx.Client, encoder: _Slow) -> Iterator[None]:
    """The one place is taken meanwhile."""
    encoder.go.clear()
    encoder.held.clear()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.get, "/v1/search", params={"q": f"the first at {time.monotonic()}"})
        try:
            assert encoder.held.wait(10)
            yield
        finally:
            encoder.go.set()
        assert first.result().status_code == 200


def test_who_waits_in_vain_is_told_when_to_come_back(client: httpx.Client, encoder: _Slow) -> None:
    with _taken(client, encoder):
        began = time.monotonic()
        reply = client.get("/v1/search", params={"q": "chains"})
        assert _WAIT - 0.05 < time.monotonic() - began < _WAIT + 5
        assert reply.status_code == 503
        assert reply.headers["content-type"] == "application/problem+json"
        assert reply.headers["cache-control"] == "no-store"
        assert reply.headers["x-request-id"]
        assert int(reply.headers["retry-after"]) in {1, 2, 3}
        assert "Ask again in a few seconds" in reply.json()["detail"]
    assert client.get("/v1/search", params={"q": "chains"}).status_code == 200


def test_a_reader_is_told_on_a_page_in_his_language(client: httpx.Client, encoder: _Slow) -> None:
    with _taken(client, encoder):
        for language, path, said in (
            ("en", "/?q=chains", "Many ask at once just now"),
            ("fr-CA", "/papers/gan", "Beaucoup posent des questions"),
            ("en", "/?q=chains&lang=fr", "Beaucoup posent des questions"),
        ):
            page = client.get(path, headers={"Accept": "text/html", "Accept-Language": language})
            assert page.status_code == 503
            assert page.headers["content-type"].startswith("text/html")
            assert "Content-Security-Policy" in page.headers
            assert "ETag" not in page.headers
            assert said in page.text
            assert 'class="button" href=""' in page.text, "to try the same address again"
        assert client.get("/", params={"q": "x"}).headers["content-type"] == "application/problem+json"


def test_what_costs_nothing_is_never_refused(client: httpx.Client, live: Live, encoder: _Slow) -> None:
    search = {"q": "double helix"}
    tag = client.get("/v1/search", params=search).headers["etag"]
    style = client.get("/").text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    with _taken(client, encoder):
        for path in ("/health/live", "/metrics", style, "/docs", "/openapi.json"):
            assert client.get(path).status_code == 200, path
        known = client.get("/v1/search", params=search, headers={"If-None-Match": tag})
        assert known.status_code == 304
        for other in ({"If-None-Match": 'W/"another"'}, {"If-None-Match": tag}):
            asked = search | (
                {"generation": live.searcher.generation.id} if other.get("If-None-Match") == tag else {}
            )
            assert client.get("/v1/search", params=asked, headers=other).status_code == 503


def test_while_the_queue_stands_what_can_wait_is_told_at_once(client: httpx.Client, encoder: _Slow) -> None:
    batch = {"queries": [{"q": "chains"}]}
    with _taken(client, encoder):
        assert client.get("/v1/search", params={"q": "chains"}).status_code == 503
        for reply in (
            client.post("/v1/search", json=batch),
            client.post("/v1/export", json={"ids": ["gan"]}),
            client.get("/v1/facets"),
            client.get("/v1/feed"),
        ):
            assert reply.status_code == 503
            assert reply.elapsed.total_seconds() < _WAIT / 2
    assert client.post("/v1/search", json=batch).status_code == 200


def test_it_is_counted_and_logged_without_a_flood(
    client: httpx.Client, encoder: _Slow, caplog: pytest.LogCaptureFixture
) -> None:
    def refused() -> float:
        lines = client.get("/metrics").text.splitlines()
        return next(float(line.split()[-1]) for line in lines if 'refused_total{reason="busy"}' in line)

    before = refused()
    caplog.clear()
    with _taken(client, encoder), ThreadPoolExecutor(20) as pool:
        assert "semsearch_requests_working 1.0" in client.get("/metrics").text
        asked = [pool.submit(client.get, "/v1/search", params={"q": f"chains {n}"}) for n in range(40)]
        assert {each.result().status_code for each in asked} == {503}
    assert refused() == before + 40
    time.sleep(1.2)
    told = [record.getMessage() for record in caplog.records if record.getMessage().startswith("refused")]
    assert 1 <= len(told) <= 6
    assert sum(int(line.split()[1]) for line in told) >= 40
    text = client.get("/metrics").text
    assert "semsearch_requests_working 0.0" in text
    assert "semsearch_requests_queued 0.0" in text
