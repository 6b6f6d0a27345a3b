"""The log of a service: nothing that is asked can forge a line of it, or flood it."""

from __future__ import annotations

import io
import json
import logging
import time
import warnings
from collections.abc import Iterator

import httpx2 as httpx
import pytest

from semsearch.serve import logs, requests
from semsearch.serve.live import Live
from tests.serve.serving import live_on, serving
from tests.support import CORPUS

_HOSTILE = "/x%0A2026-01-01%20INFO%20all%20is%20well%1B%5B31m%E2%80%AE%C2%9B31m"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Live:
    return live_on(tmp_path_factory.mktemp("index"), CORPUS)


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[httpx.Client]:
    with serving(live) as opened:
        yield opened


@pytest.fixture(params=[False, True], ids=["text", "json"])
def written(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written to stderr."""
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    root, before = logging.getLogger(), list(logging.getLogger().handlers)
    logs.begin(as_json=request.param)
    requests.access.setLevel(logging.INFO)
    yield stream
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
    logging.captureWarnings(False)
    requests.access.setLevel(logging.NOTSET)


def _written(stream: io.StringIO) -> str:
    """All of it, when the line of the request is there: it is written when the answer has been sent."""
    deadline = time.monotonic() + 10
    while " GET /" not in stream.getvalue() and '"path"' not in stream.getvalue():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.2)
    return stream.getvalue()


def test_a_path_forges_no_line(client: httpx.Client, written: io.StringIO) -> None:
    client.get(_HOSTILE, headers={"X-Request-Id": "mine"})
    lines = _written(written).splitlines()
    assert len(lines) == 1
    assert not set(lines[0]) & set("\x1b\x9b\u202e")
    if lines[0].startswith("{"):
        line = json.loads(lines[0])
        assert (line["status"], line["request_id"]) == (404, "mine")
    else:
        assert "x\\n2026-01-01 INFO all is well\\x1b[31m\\u202e" in lines[0]
        assert lines[0].endswith("[mine]")


def test_a_failure_is_written_once_with_its_request_and_answered_with_its_id(
    client: httpx.Client, live: Live, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("one\n2026-01-01 INFO two")

    monkeypatch.setattr(live.searcher.generation.papers, "row_of", fails)
    reply = client.get("/v1/papers/gan", headers={"X-Request-Id": "mine"})
    assert reply.status_code == 500
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.headers["x-request-id"] == "mine"
    assert "under mine" in reply.json()["detail"]
    text = _written(written)
    assert text.count("RuntimeError: one") == 1
    if text.startswith("{"):
        error = next(line for line in map(json.loads, text.splitlines()) if line["level"] == "error")
        assert error["request_id"] == "mine"
        assert "RuntimeError: one" in error["error"]
    else:
        assert not [line for line in text.splitlines() if line.startswith("2026-01-01 INFO two")]
        assert "ERROR GET /v1/papers/gan failed [mine]" in text


def test_warnings_are_in_it_and_none_more_than_once_a_second(written: io.StringIO) -> None:
    for _ in range(100):
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("something is old", stacklevel=1)
    text = written.getvalue()
    assert text.count("Invalid HTTP request received.") == 1
    assert "something is old" in text
    if text.startswith("{"):
        assert all(json.loads(line)["level"] == "warning" for line in text.splitlines())
