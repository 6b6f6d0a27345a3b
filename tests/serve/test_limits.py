"""Every bound on what may be asked, one after the other; the documents name the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from fastapi import routing

from semsearch.serve.app import create_app
from semsearch.serve.live import Live
from semsearch.serve.settings import Limits
from tests.serve.serving import live_on, serving
from tests.support import CORPUS

DOCUMENT = (Path(__file__).resolve().parent.parent.parent / "docs" / "http.md").read_text(encoding="utf-8")

_LONG = "x" * 10_001
_NAME = "x" * 501
_NESTED = "[" * 200_000

# What is over a bound by one: method, address, body, the status that says so.
OVER: list[tuple[str, str, Any, int]] = [
    ("GET", f"/v1/search?q={_LONG}", None, 422),
    ("GET", "/v1/search?q=x&k=101", None, 422),
    ("GET", "/v1/search?q=x&offset=901", None, 422),
    ("GET", f"/v1/search?q=x&author={_NAME}", None, 422),
    ("GET", f"/v1/search?q=x&venue={_NAME}", None, 422),
    ("GET", "/v1/search?q=x&year_from=10000", None, 422),
    ("GET", f"/v1/search?q=x&generation={'x' * 101}", None, 422),
    ("POST", "/v1/search", {"q": _LONG}, 422),
    ("POST", "/v1/search", {"q": "x", "k": 101}, 422),
    ("POST", "/v1/search", {"queries": [{"q": "x"}] * 101}, 422),
    ("POST", "/v1/search", {"queries": [{"q": "x", "k": 100}] * 11}, 422),
    ("POST", "/v1/search", _NESTED, 400),
    ("GET", f"/v1/facets?q={_LONG}", None, 422),
    ("GET", f"/v1/facets?author={_NAME}", None, 422),
    ("GET", f"/v1/feed?q={_LONG}", None, 422),
    ("GET", "/v1/feed?k=1001", None, 422),
    ("GET", "/v1/related/gan?k=101", None, 422),
    ("GET", "/v1/related/gan?diversity=1.1", None, 422),
    ("GET", "/v1/related/gan?" + "&".join(["not=gan"] * 101), None, 422),
    ("POST", "/v1/related", {"positive": ["gan"] * 101}, 422),
    ("POST", "/v1/related", {"positive": ["gan"], "negative": ["gan"] * 101}, 422),
    ("POST", "/v1/export", {"ids": ["gan"] * 1001}, 422),
    ("POST", "/v1/export", _NESTED, 422),
    ("GET", f"/?q={_LONG}", None, 422),
    ("GET", f"/map?q={_LONG}", None, 422),
    ("GET", "/map/papers?rows=" + ",".join(["1"] * 101), None, 422),
    ("GET", "/related?" + "&".join(["like=gan"] * 101), None, 422),
    ("GET", "/related?" + "&".join(["not=gan"] * 101), None, 422),
    ("POST", "/related", "ids=" + "&ids=".join(map(str, range(101))), 422),
    ("GET", "/embed.js?paper=gan&k=21", None, 422),
    ("GET", "/v1/papers/" + "x" * 65_525, None, 414),
    *(
        ("POST", path, "x" * (4 << 20) + "x", 413)
        for path in ("/v1/search", "/v1/related", "/v1/export", "/related")
    ),
    ("GET", "/", "x" * (4 << 20) + "x", 413),
]


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Live:
    return live_on(tmp_path_factory.mktemp("index"), CORPUS)


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[httpx.Client]:
    with serving(live) as opened:
        yield opened


@pytest.mark.parametrize(
    ("method", "path", "body", "status"), OVER, ids=lambda each: str(each)[:40].replace("x" * 10, "x")
)
def test_one_more_than_there_may_be_is_refused(
    client: httpx.Client, method: str, path: str, body: Any, status: int
) -> None:
    content = body if isinstance(body, str | None) else json.dumps(body)
    kind = "application/x-www-form-urlencoded" if path == "/related" else "application/json"
    reply = client.request(method, path, content=content, headers={"Content-Type": kind} if content else {})
    assert reply.status_code == status
    most = 20 * len(path) if method == "GET" else 0  # a page has what was asked in each of its links
    assert len(reply.content) < 30_000 + most, "the refusal is no larger for what is refused"
    assert reply.headers["x-request-id"]


def test_what_takes_parameters_is_among_them(live: Live) -> None:
    """A new route is to be thought of here too."""
    app = create_app(live)
    every = getattr(routing, "iter_route_contexts", iter)(app.routes)
    paths = {str(getattr(route, "path", "")).partition("{")[0] for route in every}
    asked = {path.partition("?")[0] for _, path, _, _ in OVER}
    bounded = {path for path in paths if any(one == path or one.startswith(f"{path}") for one in asked)}
    without = {"/health/live", "/health/ready", "/metrics", "/openapi.json", "/docs", "/docs/", "/static/"}
    drawn = {"/map/points", "/map/regions"}  # take a generation alone, as /v1/search does
    assert not paths - bounded - without - drawn - {"/papers/"}  # /papers/ is bounded as every address is


def test_a_body_with_many_faults_is_answered_in_short(client: httpx.Client) -> None:
    many = {"q": "x"} | {f"unknown-{n}": 0 for n in range(100_000)}
    reply = client.post("/v1/search", content=json.dumps(many), headers={"Content-Type": "application/json"})
    assert reply.status_code == 422
    assert len(reply.content) < 10_000


def test_a_filter_of_a_page_that_is_too_long_is_left_out_and_named(client: httpx.Client) -> None:
    page = client.get("/", params={"q": "chains", "author": _NAME})
    assert page.status_code == 200
    assert "x" * 50 + " …" in page.text
    assert _NAME not in page.text.partition("<main")[2]


def test_every_limit_is_in_the_documents() -> None:
    told = {
        "10,000 characters": "a question",
        "500 characters": "a filter",
        "65,535 bytes": "an address",
        "98,304 bytes": "the headers",
        "100 headers": "their number",
        "4 MiB": "a body",
        "64 MiB": "all bodies",
        "100 questions": "a batch",
        "1,000 hits": "a batch",
        "10 seconds": "the headers",
        "30 seconds": "a body, an answer",
        "15 seconds": "an idle connection",
        "1,000 connections": "a process",
        "0.5 seconds": "a wait",
    }
    assert not [limit for limit in told if limit not in DOCUMENT]
    assert {field.name for field in fields(Limits)} == {
        *("max_wait", "places", "max_seconds", "drain", "connections", "head_seconds", "body_seconds"),
        *("idle_seconds", "reading_seconds", "head_bytes", "url_bytes", "headers", "bodies_bytes"),
    }, "a limit that is new is to be named above, and in docs/http.md"
