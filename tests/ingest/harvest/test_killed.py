"""A harvest that is killed, at whatever instant, loses nothing and has nothing twice."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.harvest import server

ROOT = Path(__file__).resolve().parent.parent.parent.parent
_INSTANTS = 16  # of all lines that a harvest executes, evenly spread
_COMMAND = """
import sys
from semsearch.ingest.harvest.services import hal
hal.Hal.address, hal._ROWS, hal.Hal.interval = sys.argv.pop(1), 2, lambda *_, **__: 0.0
from semsearch.cli import main
main()
"""


@pytest.mark.parametrize("again", [False, True], ids=["the first harvest", "the next one"])
def test_a_kill_at_any_line_loses_nothing(tmp_path: Path, again: bool) -> None:
    folder, service = tmp_path / "before", server.Hal()
    folder.mkdir()
    with server.serving(service) as address:
        if again:
            _killed(address, folder, 0, 2)
            shutil.rmtree(folder)
            shutil.copytree(tmp_path / "work", folder)
            service.known[1].title, service.known[1].updated = "Quicksort (revised)", "2026-03-05"
            service.known.append(server.later())
        found = _killed(address, folder, 4 if again else 0, _INSTANTS)
    assert found["wrong"] == []
    assert found["killed"] == _INSTANTS
    assert found["papers"] == (8 if again else 7)


def _killed(address: str, folder: Path, day: int, instants: int) -> dict[str, Any]:
    """What `killing.py` says."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.ingest.harvest.killing", address, str(folder), str(day), str(instants)],
        cwd=ROOT,
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def test_the_command_goes_on_after_a_kill(tmp_path: Path) -> None:
    def held(handler: Any, reply: server.Reply) -> None:
        time.sleep(30 if len(service.asked) == 3 else 0)
        server.send(handler, reply)

    service = server.Hal(faults={3: held})
    output, part = tmp_path / "papers.jsonl", tmp_path / ".papers.jsonl.part"
    with server.serving(service) as address:
        command = [sys.executable, "-c", _COMMAND, address, "harvest", "hal", "--query", "learning", "--json"]
        command += ["--contact", "marie@example.org", "-o", str(output)]
        process = subprocess.Popen(command, env=_environment(), stdout=subprocess.PIPE)
        until = time.monotonic() + 60
        while len(service.asked) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.communicate()[0] == b""
        assert process.returncode == -signal.SIGKILL
        assert len(part.read_bytes().splitlines()) == 4
        assert not output.exists()
        done = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=True)
    said = json.loads(done.stdout)
    assert (said["new"], said["total"], said["complete"]) == (7, 7, True)
    assert len(service.asked) == 5
    numbers = [json.loads(line)["halId_s"] for line in output.read_text().splitlines()]
    assert numbers == [f"hal-{work.number:08}" for work in service.known]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
