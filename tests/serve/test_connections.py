"""Clients that are slow, silent, greedy or gone, over real sockets: none keeps others from being answered."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx2 as httpx
import pytest

from semsearch.encode import Vectors
from semsearch.serve.live import Live
from semsearch.serve.settings import DEFAULT
from tests.serve.serving import live_on, serving
from tests.support import CORPUS, WordEncoder

LIMITS = replace(
    DEFAULT,
    max_wait=None,
    max_seconds=2.0,
    connections=260,
    head_seconds=2.0,
    body_seconds=1.0,
    reading_seconds=1.0,
    idle_seconds=1,
)


class _Held(WordEncoder):
    """Encodes when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.go.set()
        self.asked: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        self.go.wait(30)
        return super().encode_queries(texts)


@pytest.fixture(scope="module")
def encoder() -> _Held:
    return _Held()


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, encoder: _Held) -> Live:
    return live_on(tmp_path_factory.mktemp("index"), CORPUS, encoder)


@pytest.fixture(scope="module")
def client(live: Live) -> Iterator[httpx.Client]:
    with serving(live, LIMITS) as opened:
        yield opened


def _connected(client: httpx.Client) -> socket.socket:
    return socket.create_connection((client.base_url.host, client.base_url.port), timeout=20)


def _answer(to: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what comes until the connection is closed; status 0 for nothing."""
    received = b""
    try:
        while chunk := to.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    head, _, body = received.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]) if received else 0, headers, body


def _refused(to: socket.socket, status: int, said: str) -> None:
    found, headers, body = _answer(to)
    assert found == status
    assert headers["content-type"] == "application/problem+json"
    assert len(headers["x-request-id"]) == 32
    problem = json.loads(body)
    assert problem["status"] == status
    assert said in problem["detail"]


def _counted(client: httpx.Client, reason: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return next(float(line.split()[-1]) for line in lines if f'refused_total{{reason="{reason}"}}' in line)


def test_two_hundred_clients_of_a_byte_a_second_hold_up_nobody(client: httpx.Client) -> None:
    request = b"GET /v1/search?q=chains HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
    with ExitStack() as stack:
        slow = [stack.enter_context(_connected(client)) for _ in range(200)]
        began, took = time.monotonic(), list[float]()
        for second, byte in enumerate(request[:2], 1):
            for each in slow:
                each.send(bytes([byte]))
            while time.monotonic() < began + second:
                asked = time.monotonic()
                assert client.get("/v1/search", params={"q": f"chains {asked}"}).status_code == 200
                took.append(time.monotonic() - asked)
        assert max(took) < 2
        for each in slow[:20]:
            _refused(each, 408, "2 seconds")
        assert time.monotonic() - began < 10
    assert _counted(client, "slow_head") >= 20


def test_one_that_never_says_anything_is_let_go(client: httpx.Client) -> None:
    with _connected(client) as silent:
        began = time.monotonic()
        assert _answer(silent)[0] == 0
        assert 1 < time.monotonic() - began < 8


def test_one_that_says_nothing_but_line_ends_is_let_go(client: httpx.Client) -> None:
    with _connected(client) as idle:
        idle.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle.recv(65536).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        try:
            while time.monotonic() < began + 15:
                idle.sendall(b"\r\n")
                time.sleep(0.2)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert time.monotonic() - began < 10


def test_a_kept_connection_is_closed_after_a_while(client: httpx.Client) -> None:
    with _connected(client) as idle:
        idle.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
        began = time.monotonic()
        assert _answer(idle)[0] == 200
        assert 0.5 < time.monotonic() - began < 5


def test_a_body_that_does_not_come_is_not_waited_for(client: httpx.Client) -> None:
    head = b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with _connected(client) as slow:
        slow.sendall(head + b'Content-Length: 100\r\n\r\n{"q": ')
        found, headers, body = _answer(slow)
        assert (found, headers["connection"]) == (408, "close")
        assert "1 seconds" in json.loads(body)["detail"]
    assert _counted(client, "slow_body") == 1


def test_the_rest_of_a_body_that_nobody_reads_is_not_waited_for(client: httpx.Client) -> None:
    with _connected(client) as slow:
        slow.sendall(
            b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n\r\n"
            + b"x" * 5_000_000
        )
        assert _answer(slow)[0] in {
            413,
            0,
        }  # 0: the answer came while we still sent, and was lost with the rest


def test_an_answer_that_is_not_taken_is_given_up(client: httpx.Client) -> None:
    with _connected(client) as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
        lazy.sendall(request * 20)
        before, deadline = _counted(client, "slow_reader"), time.monotonic() + 10
        while _counted(client, "slow_reader") == before:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_what_nobody_waits_for_is_not_worked_on(client: httpx.Client, encoder: _Held) -> None:
    before = _counted(client, "gone")
    encoder.go.clear()
    try:
        with _connected(client) as first:
            first.sendall(b"GET /v1/search?q=first+that+left HTTP/1.1\r\nHost: localhost\r\n\r\n")
            while "first that left" not in encoder.asked:
                time.sleep(0.01)
        deadline = time.monotonic() + 10
        while _counted(client, "gone") == before:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        answers = _value(client, "semsearch_answers_total")
    finally:
        encoder.go.set()
    time.sleep(0.2)
    assert _value(client, "semsearch_answers_total") == answers, "its vector came, and was not ranked"
    assert client.get("/v1/search", params={"q": "double helix"}).status_code == 200


def _value(client: httpx.Client, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name + "{"))


def test_an_answer_that_takes_too_long_is_given_up_and_its_place_is_free_again(
    client: httpx.Client, encoder: _Held
) -> None:
    encoder.go.clear()
    try:
        began = time.monotonic()
        reply = client.get("/v1/search", params={"q": "what takes for ever"})
        assert 1.5 < time.monotonic() - began < 6
        assert reply.status_code == 503
        assert "not there in time" in reply.json()["detail"]
        assert reply.headers["retry-after"] in {"1", "2", "3"}
        page = client.get("/", params={"q": "the same as a page"}, headers={"Accept": "text/html,*/*"})
        assert page.status_code == 503
        assert "This took too long" in page.text
        assert client.get("/health/live").status_code == 200
    finally:
        encoder.go.set()
    assert client.get("/v1/search", params={"q": "double helix"}).status_code == 200
    assert _value(client, "semsearch_requests_working") == 0


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 414, "65,535"),
        (b"GET / HTTP/1.1\r\n" + b"".join(b"A%d: b\r\n" % n for n in range(200)) + b"\r\n", 431, "100"),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 200_000 + b"\r\n\r\n", 431, "98,304"),
        (b"GET / HTTP/1.1\r\n" + b"A" * 200_000, 431, "98,304"),
        (b"NONSENSE\r\n\r\n", 400, "no HTTP"),
        (b"\x16\x03\x01\x02\x00\x01\x00", 400, "no HTTP"),
        (b"GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "no HTTP"),
    ],
)
def test_what_is_too_much_or_no_request_is_refused_in_words(
    client: httpx.Client, sent: bytes, status: int, said: str
) -> None:
    with _connected(client) as greedy:
        greedy.sendall(sent)
        _refused(greedy, status, said)


def test_there_are_so_many_connections_and_no_more(tmp_path: Path) -> None:
    live = live_on(tmp_path, CORPUS)
    with serving(live, replace(LIMITS, connections=20)) as client, ExitStack() as stack:
        opened = [stack.enter_context(_connected(client)) for _ in range(25)]
        refused = [each for each in opened if _answered_at_once(each)]
        assert len(refused) == 5
        _refused(refused[0], 503, "Too many connections")
        deadline = time.monotonic() + 10
        while True:  # the silent ones are let go
            try:
                if client.get("/health/live").status_code == 200:
                    break
            except httpx.HTTPError:
                pass
            assert time.monotonic() < deadline
            time.sleep(0.2)


def _answered_at_once(to: socket.socket) -> bool:
    to.settimeout(0.3)
    try:
        return bool(to.recv(1, socket.MSG_PEEK))
    except TimeoutError:
        return False
    finally:
        to.settimeout(20)


def test_a_connection_that_wants_to_be_another_protocol_is_answered_in_this_one(
    client: httpx.Client,
) -> None:
    upgrade = {"Connection": "upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "x"}
    assert client.get("/v1/papers/gan", headers=upgrade).status_code == 200
