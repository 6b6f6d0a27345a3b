"""Harvests in processes of its own, and kills each at another line; `test_killed.py` starts it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import ssl
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import httpx2

from semsearch.ingest.harvest import Request, harvest
from semsearch.ingest.harvest.services import hal
from tests.ingest.harvest.server import Passing

_MODULES = ("lines.py", "state.py", "durable.py", "course.py", "harvesting.py")
_TORN = b'{"docid": "10'


def main(address: str, folder: Path, day: int, instants: int) -> None:
    """Write what is wrong after some of the instants, and how many there were.

    Args:
        address: Of the server.
        folder: The files that are there before, which stay as they are.
        day: On which it harvests, from the first.
        instants: At how many of all lines a process is killed.
    """
    hal.Hal.address = address
    hal._ROWS = 2
    setattr(ssl.SSLContext, "load_verify_locations", lambda *_, **__: None)  # noqa: B010 -- for mypy
    setattr(os, "fsync", lambda _: None)  # noqa: B010 -- a kill takes nothing from the system's own memory
    httpx2.Client().close()  # its libraries are imported here, and not in every process again
    work = folder.with_name("work")
    _begin(folder, work)
    executed = json.loads(_in_child(work, day, at=None))
    undisturbed = (work / "hal.jsonl").read_bytes()
    wrong, killed = list[str](), 0
    for n in range(instants):
        at = 1 + n * (executed - 1) // (instants - 1)
        _begin(folder, work)
        last = _in_child(work, day, at)
        killed += last == ""
        # What the system would have left of a write that was under way.
        part = work / ".hal.jsonl.part"
        if part.exists() and n % 2:
            with part.open("ab") as stream:
                stream.write(_TORN)
        if not _in_child(work, day, None):
            wrong.append(f"line {at}: the next harvest failed")
        elif (work / "hal.jsonl").read_bytes() != undisturbed:
            wrong.append(f"line {at}: {(work / 'hal.jsonl').read_text()}")
        elif left := {path.name for path in work.iterdir()} - {"hal.jsonl", ".hal.jsonl.harvest"}:
            wrong.append(f"line {at}: left {left}")
    json.dump({"wrong": wrong, "killed": killed, "papers": undisturbed.count(b"\n")}, sys.stdout)


def _begin(folder: Path, work: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(folder, work)


def _in_child(work: Path, day: int, at: int | None) -> str:
    """Harvest in a process of its own; what it says at its end, which is nothing if it is killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        executed = 0

        def trace(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal executed
            if event == "call" and not frame.f_code.co_filename.endswith(_MODULES):
                return None
            executed += event == "line"
            if executed == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return trace

        clock = Passing()
        clock.days(day)
        sys.settrace(trace)
        harvest(Request("hal", query="learning"), work / "hal.jsonl", contact=None, clock=clock)
        sys.settrace(None)
        os.write(writing, str(executed).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as stream:
        return stream.read()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
