"""A service that is told to stop, under load: real processes, real signals, and no request that is lost."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx
import pytest

_SERVE = """
import sys, time
from pathlib import Path
from semsearch.encode.questions import QuestionEncoder
from semsearch.serve.run import serve
from semsearch.serve.settings import Limits
known = QuestionEncoder.encode_queries
def slow(self, texts):
    time.sleep(float(next((text.split()[1] for text in texts if text.startswith("sleep ")), 0)))
    return known(self, texts)
QuestionEncoder.encode_queries = slow
limits = Limits(max_wait=None, drain=float(sys.argv[3]))
serve(Path(sys.argv[1]), "127.0.0.1", 0, workers=int(sys.argv[2]), limits=limits)
"""


@contextmanager
def _served(root: Path, workers: int = 1, drain: float = 20) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A service in which a question may say how long it takes, and its address."""
    command = [sys.executable, "-c", _SERVE, str(root), str(workers), str(drain)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address, said
        try:
            yield process, address[0]
        finally:
            process.kill()


def _until_answered(address: str) -> None:
    with httpx.Client(base_url=address, timeout=60) as client:
        assert client.get("/v1/search", params={"q": "double helix"}).status_code == 200


@pytest.mark.parametrize("workers", [1, 2])
def test_no_request_that_was_taken_is_lost(built: Path, workers: int) -> None:
    lost: list[str] = []
    answered: list[int] = []

    def ask(address: str, number: int) -> None:
        """Ask on a new connection each time, until nobody listens."""
        host, port = address.removeprefix("http://").split(":")
        for n in range(10_000):
            try:
                connection = socket.create_connection((host, int(port)), timeout=30)
            except ConnectionError:
                return
            with connection:
                path = f"/v1/search?q=chains+{number}+{n}"
                asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                received = b""
                try:
                    connection.sendall(asked.encode())
                    while chunk := connection.recv(65536):
                        received += chunk
                except ConnectionError as error:
                    received += repr(error).encode()
            if received.startswith(b"HTTP/1.1 200") and b'"hits"' in received:
                answered.append(n)
            else:
                lost.append(received[:100].decode() or "nothing came")

    with _served(built, workers) as (process, address):
        _until_answered(address)
        askers = [threading.Thread(target=ask, args=(address, number)) for number in range(8)]
        for asker in askers:
            asker.start()
        deadline = time.monotonic() + 60
        while len(answered) < 30 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        for asker in askers:
            asker.join(30)
    assert len(answered) >= 30
    # One that comes in the very instant in which the door is shut may be turned away before anybody sees it.
    assert len(lost) <= 1, lost


def test_what_is_being_answered_is_answered_and_a_kept_connection_is_told(built: Path) -> None:
    with _served(built) as (process, address), httpx.Client(base_url=address, timeout=30) as client:
        _until_answered(address)
        assert client.get("/health/ready").status_code == 200
        found: list[httpx.Response] = []
        slow = threading.Thread(
            target=lambda: found.append(httpx.get(f"{address}/v1/search?q=sleep+2", timeout=30))
        )
        slow.start()
        time.sleep(0.7)
        process.send_signal(signal.SIGTERM)
        ready = client.get("/health/ready")  # at once, on the connection that is open
        assert ready.status_code == 503
        assert "being stopped" in ready.json()["detail"]
        time.sleep(0.5)
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{address}/health/live")
        assert process.wait(30) == 0
        slow.join()
        assert found[0].status_code == 200
        assert found[0].headers["connection"] == "close"


def test_it_does_not_wait_for_ever(built: Path) -> None:
    with _served(built, drain=1) as (process, address):
        _until_answered(address)
        found: list[httpx.Response] = []
        slow = threading.Thread(
            target=lambda: found.append(httpx.get(f"{address}/v1/search?q=sleep+60", timeout=30))
        )
        slow.start()
        time.sleep(0.7)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert 0.9 < time.monotonic() - began < 10
        slow.join()
        assert found[0].status_code == 503
        assert "being stopped" in found[0].json()["detail"]


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("second", [signal.SIGTERM, signal.SIGINT])
def test_told_twice_it_ends_at_once(built: Path, workers: int, second: signal.Signals) -> None:
    with _served(built, workers) as (process, address):
        _until_answered(address)
        slow = threading.Thread(target=_asked_in_vain, args=(f"{address}/v1/search?q=sleep+60",))
        slow.start()
        time.sleep(0.7)
        process.send_signal(signal.SIGTERM)
        time.sleep(0.7)
        assert process.poll() is None
        began = time.monotonic()
        process.send_signal(second)
        assert process.wait(30) != 0
        assert time.monotonic() - began < 5
        slow.join(30)


def _asked_in_vain(address: str) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.get(address, timeout=30)


def test_ctrl_c_in_a_terminal_reaches_all_and_drains_them(built: Path) -> None:
    with _served(built, workers=2) as (process, address):
        _until_answered(address)
        found: list[httpx.Response] = []
        slow = threading.Thread(
            target=lambda: found.append(httpx.get(f"{address}/v1/search?q=sleep+2", timeout=30))
        )
        slow.start()
        time.sleep(0.7)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        for pid in (process.pid, *map(int, children)):  # what a terminal does
            subprocess.run(["kill", "-INT", str(pid)], check=False)
        assert process.wait(30) == 0
        slow.join()
        assert found[0].status_code == 200
