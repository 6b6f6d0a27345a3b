"""Whether a service says that it can answer when it can, and only then."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx2 as httpx
import pytest

from semsearch.encode import Vectors
from semsearch.errors import EncoderError
from semsearch.serve import health
from tests.serve.serving import live_on, serving
from tests.support import CORPUS, WordEncoder


class _Frail(WordEncoder):
    """Can be broken, and mended."""

    def __init__(self) -> None:
        super().__init__()
        self.broken = False
        self.go = threading.Event()
        self.go.set()
        self.asked: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        self.go.wait(30)
        if self.broken:
            raise EncoderError("the weights have gone.", hint="Put them back.")
        return super().encode_queries(texts)


@pytest.fixture
def encoder() -> _Frail:
    return _Frail()


@pytest.fixture
def client(tmp_path: Path, encoder: _Frail, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setattr(health, "_FRESH", 0.2)
    monkeypatch.setattr(health.Readiness.__init__, "__defaults__", (1.0,))
    with serving(live_on(tmp_path / "index", CORPUS, encoder)) as opened:
        yield opened


def test_it_asks_itself_when_nobody_else_does(client: httpx.Client, encoder: _Frail) -> None:
    encoder.asked.clear()
    assert client.get("/health/ready").json()["papers"] == len(CORPUS)
    assert len(encoder.asked) == 1
    assert client.get("/health/ready").status_code == 200
    assert len(encoder.asked) == 1, "that was proof enough for a while"
    time.sleep(0.3)
    assert client.get("/v1/search", params={"q": "double helix"}).status_code == 200
    assert client.get("/health/ready").status_code == 200
    assert encoder.asked[1:] == ["double helix"], "and so is an answer to somebody else"
    time.sleep(0.3)
    assert client.get("/health/ready").status_code == 200
    assert len(set(encoder.asked)) == 3, "in new words each time"


def test_an_encoder_that_is_broken_shows_and_so_does_its_mending(
    client: httpx.Client, encoder: _Frail
) -> None:
    encoder.broken = True
    reply = client.get("/health/ready")
    assert reply.status_code == 503
    assert reply.headers["content-type"] == "application/problem+json"
    assert "the weights have gone" in reply.json()["detail"]
    assert client.get("/health/live").status_code == 200
    encoder.broken = False
    assert client.get("/health/ready").status_code == 200


def test_threads_that_hang_show(client: httpx.Client, encoder: _Frail) -> None:
    encoder.go.clear()
    try:
        began = time.monotonic()
        reply = client.get("/health/ready")
        assert 0.9 < time.monotonic() - began < 5
        assert reply.status_code == 503
        assert "not answered within 1 seconds" in reply.json()["detail"]
        assert client.get("/health/live").status_code == 200
    finally:
        encoder.go.set()
    assert client.get("/health/ready").status_code == 200
