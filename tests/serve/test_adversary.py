"""Requests that no honest client makes, byte by byte, to a real service: nothing leaks, nothing breaks."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import re
import socket
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import Path
from urllib.parse import quote

import feedparser
import httpx2 as httpx
import pytest

from semsearch.paper import Paper
from semsearch.serve.guard.access import Access
from tests.serve.serving import live_on, serving
from tests.support import CORPUS

# An id comes from whoever wrote a source: nothing keeps it from being any of these.
HOSTILE = (
    "../../../../etc/papers",
    "..\\..\\windows\\win.ini",
    "a\r\nSet-Cookie: stolen=1\r\n\r\n<script>alert(1)</script>",
    "nul\x00byte",
    'quote"; filename="evil.exe',
    "%2e%2e%2f%2e%2e%2fetc%2fpapers",
    "\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe",
    "a/../gan",
    "?q=1#fragment",
    "x" * 5_000,
)
LAST = b"Connection: close\r\n\r\n"
Ask = Callable[[bytes], list[tuple[int, Message, bytes]]]


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("adversary")
    (folder / "secret.txt").write_text("root:x:0:0")
    papers = [
        Paper(name, f"A paper with a hostile id, number {n}", "Nothing more.", ("Eve Adversary",), 2001)
        for n, name in enumerate(HOSTILE)
    ]
    live = live_on(folder / "index", [*CORPUS, *papers])
    with serving(live, access=Access(hosts=("papers.example.org",)), host="127.0.0.1") as opened:
        yield opened


@pytest.fixture
def ask(client: httpx.Client) -> Ask:
    """Sends bytes as they are; returns every answer that comes before the service closes, or has no more."""
    port = client.base_url.port or 0

    def send(request: bytes) -> list[tuple[int, Message, bytes]]:
        received = b""
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(request)
            with contextlib.suppress(TimeoutError):
                while part := connection.recv(65_536):
                    received += part
                    connection.settimeout(0.5)  # what follows upon one request would be there
        return list(_answers(received))

    return send


class _Received:
    """Bytes, as `http.client` wants to be given them."""

    def __init__(self, received: bytes) -> None:
        self.stream = io.BytesIO(received)

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(self.stream)


def _answers(received: bytes) -> Iterator[tuple[int, Message, bytes]]:
    while received:
        head, _, rest = received.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 "), received[:200]
        answer = http.client.HTTPResponse(_Received(received))  # type: ignore[arg-type]
        answer.begin()
        body = answer.read()
        yield answer.status, answer.headers, body
        if answer.headers["content-length"] is None:
            return
        received = rest[int(answer.headers["content-length"]) :]


def test_a_request_of_two_lengths_is_none(ask: Ask) -> None:
    """Where a proxy and a server disagree on where a request ends, the next one is the attacker's."""
    smuggled = b"GET /v1/papers/gan HTTP/1.1\r\nHost: localhost\r\n\r\n"
    for lengths in (
        b"Content-Length: 4\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4",
        b"Content-Length: 4\r\nContent-Length: 5",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding : chunked",
        b"Transfer-Encoding: chunked, identity",
        b"Content-Length: +4",
        b"Content-Length: 0x4",
        b"Content-Length: -1",
    ):
        request = (
            b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + lengths
            + b"\r\n\r\n0\r\n\r\n"
            + smuggled
        )
        answers = ask(request)
        assert answers, lengths
        assert answers[0][0] in {400, 422}, (lengths, answers)
        assert not any(b"Generative Adversarial Nets" in body for _, _, body in answers), lengths


def test_a_request_names_one_host(ask: Ask) -> None:
    def status(*hosts: bytes) -> int:
        lines = b"".join(b"Host: " + host + b"\r\n" for host in hosts)
        return ask(b"GET /v1/papers/gan HTTP/1.1\r\n" + lines + LAST)[0][0]

    assert status(b"localhost") == 200
    assert status() == 400
    assert status(b"localhost", b"evil.example") == 400
    assert status(b"evil.example", b"localhost") == 400
    assert status(b"localhost", b"localhost") == 400
    assert status(b"localhost, evil.example") == 400
    assert status(b"evil.example") == 421
    absolute = b"GET http://evil.example/v1/feed HTTP/1.1\r\nHost: localhost\r\n" + LAST
    assert b"evil.example" not in ask(absolute)[0][2]


def test_what_is_no_http_is_answered_as_such_or_not_at_all(ask: Ask) -> None:
    host = b"Host: localhost\r\n"
    for request in (
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n" + host + b"\r\n",
        b"GET /v1/papers/\r\nX: y HTTP/1.1\r\n" + host + b"\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"X-Bare: a\nInjected: b\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"X-Null: a\x00b\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b" folded: line\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\n" + host + b"\r\n",
        b"TRACE / HTTP/1.1\r\n" + host + b"X-Secret: mirrored\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + host + b"Connection: upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    ):
        for status, headers, body in ask(request):
            assert status < 500, request
            assert status != 101, request
            assert b"mirrored" not in body
            assert "injected" not in headers
    assert ask(b"GET /health/live HTTP/1.1\r\n" + host + b"\r\n")[0][0] == 200, "and it lives on"


_WAYS_OUT = (
    "../../../../../../etc/passwd",
    "..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "%252e%252e%252f%252e%252e%252fetc%252fpasswd",
    "..%5c..%5c..%5cetc%5cpasswd",
    "..\\..\\..\\etc\\passwd",
    "....//....//....//etc/passwd",
    "..;/..;/etc/passwd",
    "..%c0%af..%c0%afetc/passwd",
    "%00/etc/passwd",
    "/etc/passwd",
    "//etc/passwd",
    "file:///etc/passwd",
    "../secret.txt",
    "../../CURRENT",
    "page.css%00.html",
    "%ff%fe",
    "%",
    "%zz",
    "",
    ".",
    "..",
)


@pytest.mark.parametrize(
    "before",
    [
        "/static/",
        "/docs/",
        "/papers/",
        "/v1/papers/",
        "/v1/related/",
        "/embed.js?paper=",
        "/related?like=",
        "/map/points?generation=",
        "/v1/facets?generation=",
        "/",
    ],
)
def test_no_path_leads_out(ask: Ask, before: str) -> None:
    for way in _WAYS_OUT:
        path = (before + way).encode()
        for status, headers, body in ask(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\n" + LAST):
            assert status < 500, path
            assert b"root:" not in body, path
            if before == "/static/":
                assert status == 404, path
            assert (
                status != 200
                or before in {"/docs/", "/related?like=", "/embed.js?paper=", "/"}
                or way
                in {
                    "",
                    ".",
                    "..",
                }
            ), (path, body[:200])
            assert "set-cookie" not in headers


@pytest.mark.parametrize("identifier", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_id_reaches_its_paper_and_nothing_else(
    client: httpx.Client, ask: Ask, identifier: str
) -> None:
    path = quote(identifier, safe="")
    paper = client.get(f"/v1/papers/{path}")
    if "\n" in identifier:  # no reader makes such an id, and no address has one
        assert paper.status_code == client.get(f"/papers/{path}").status_code == 404
        return
    assert (paper.status_code, paper.json()["id"]) == (200, identifier)
    for form in ("bibtex", "ris", "csl"):
        raw = ask(f"GET /v1/papers/{path}?format={form} HTTP/1.1\r\nHost: localhost\r\n".encode() + LAST)
        ((status, headers, _),) = raw
        assert status == 200
        assert "set-cookie" not in headers
        (disposition,) = headers.get_all("content-disposition") or []
        found = re.fullmatch(
            r"""attachment; filename="([\w.-]+)"(; filename\*=UTF-8''[\w.%~!'()*-]+)?""", disposition
        )
        assert found, disposition
        assert not found[1].startswith(".")
        assert "/" not in found[1]
        assert headers["x-content-type-options"] == "nosniff"
    page = client.get(f"/papers/{path}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "set-cookie" not in page.headers


def test_what_is_asked_stands_in_no_header_and_no_markup(client: httpx.Client, ask: Ask) -> None:
    question = quote('x\r\nSet-Cookie: a=b\r\n\r\n"><script>alert(1)</script>]]>&\x00\N{SNOWMAN}', safe="")
    for path in (
        "/v1/search?q=",
        "/v1/feed?q=",
        "/v1/feed?author=",
        "/?q=",
        "/map?q=",
        "/v1/search?format=ris&q=",
    ):
        ((status, headers, body),) = ask(
            f"GET {path}{question} HTTP/1.1\r\nHost: localhost\r\n".encode() + LAST
        )
        assert status in {200, 422}, path
        assert "set-cookie" not in headers
        assert path.startswith("/v1/search") or b"<script>alert" not in body
        if path.startswith("/v1/feed"):
            assert not feedparser.parse(body).bozo


def test_ids_that_come_back_from_a_form_are_only_text(client: httpx.Client, tmp_path: Path) -> None:
    evil = "gan\r\nLocation: https://evil.example/"
    told = client.post("/related", data={"ids": ["gan", evil, "//evil.example"], "as": "like"})
    assert told.status_code == 303
    assert told.headers.get_list("location")[0].startswith("/related?")
    assert len(told.headers.get_list("location")) == 1
    body = json.dumps({"ids": [evil, "\ud800"], "format": "bibtex"})
    missing = client.post("/v1/export", content=body, headers={"Content-Type": "application/json"})
    assert missing.status_code in {404, 422}
    assert "location" not in missing.headers
