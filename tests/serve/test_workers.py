"""Several processes that answer from one index: real ones, really killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2 as httpx
import pytest

_PATIENCE = 60  # seconds


@pytest.fixture
def served(built: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A service of two workers, and its address."""
    command = [
        sys.executable,
        "-m",
        "semsearch",
        "serve",
        "--workers",
        "2",
        "--port",
        "0",
        "--index",
        str(built),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", said)
        assert address, said
        yield process, address[0]
        process.kill()


def _workers(process: subprocess.Popen[str]) -> set[int]:
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return {int(child) for child in children.split()}


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            pytest.fail(f"not in {_PATIENCE} s: {what}")
        time.sleep(0.05)


def _alive(worker: int) -> bool:
    try:
        os.kill(worker, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{worker}/stat").read_text().split(") ")[1][0] != "Z"


def _first(address: str) -> str:
    with httpx.Client(base_url=address, timeout=_PATIENCE) as client:  # a new connection: any of the workers
        reply = client.get("/v1/search", params={"q": "double helix"})
    assert reply.status_code == 200
    return str(reply.json()["hits"][0]["paper"]["id"])


def test_a_worker_that_dies_is_replaced_and_none_outlives_its_parent(
    served: tuple[subprocess.Popen[str], str],
) -> None:
    process, address = served
    _until(lambda: len(_workers(process)) == 2, "two workers")
    before = _workers(process)
    assert {_first(address) for _ in range(10)} == {"10.1038/171737a0"}
    doomed = min(before)
    os.kill(doomed, signal.SIGKILL)
    _until(lambda: len(_workers(process) - {doomed}) == 2, "a new worker")
    assert {_first(address) for _ in range(10)} == {"10.1038/171737a0"}
    workers = _workers(process)
    process.kill()
    process.wait()
    _until(lambda: not any(map(_alive, workers)), "the end of the workers")


def test_told_to_stop_it_stops_with_its_workers(served: tuple[subprocess.Popen[str], str]) -> None:
    process, address = served
    _until(lambda: len(_workers(process)) == 2, "two workers")
    assert _first(address) == "10.1038/171737a0"
    workers = _workers(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(_PATIENCE) == 0
    assert not any(map(_alive, workers))


def test_what_keeps_them_from_starting_is_said_once(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "semsearch",
        "serve",
        "--workers",
        "3",
        "--port",
        "0",
        "--index",
        str(tmp_path),
    ]
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)
    assert found.returncode == 1
    assert found.stderr.count("holds no index") == 1
