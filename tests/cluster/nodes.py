"""A Ray cluster of several node processes on this machine, in a network of its own.

Ray listens on every address of the machine it runs on, whatever it is told. So each cluster is started in a
network namespace, where there is nothing but a loopback interface with an address for each node, and in a
process namespace, with which everything that it started ends.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PORT = 6379
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    # A node that dies is known to be dead within seconds, and not after half a minute.
    "RAY_health_check_initial_delay_ms": "1000",
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "2000",
    "RAY_health_check_failure_threshold": "3",
}
_OBJECTS = 80 << 20  # bytes of memory for objects, the least that Ray takes
ISOLATED = ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]


def isolation() -> list[str] | None:
    """The command that runs another in such namespaces; None where this machine does not allow them."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return None
    for command in (ISOLATED, [*ISOLATED, "--map-root-user"]):
        if subprocess.run([*command, "ip", "link", "set", "lo", "up"], capture_output=True).returncode == 0:
            return command
    return None


class Nodes:
    """The nodes, the head first; each has one core, an address, and a session of processes."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._sessions, self._dead = folder, list[int](), set[int]()
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)

    @property
    def address(self) -> str:
        """Of the head."""
        return f"{_ip(0)}:{PORT}"

    def start(self) -> None:
        """Start one more node.

        One after the other: those that start at once may choose the same ports. And a second time where Ray,
        on a machine that is busy otherwise, has given up after the half minute it waits.
        """
        number = len(self._sessions)
        subprocess.run(["ip", "address", "add", f"{_ip(number)}/32", "dev", "lo"], check=True)
        where = (
            ["--head", f"--port={PORT}", f"--temp-dir={self._folder}", "--include-dashboard=false"]
            if number == 0
            else [f"--address={self.address}"]
        )
        command = [
            str(Path(sys.executable).with_name("ray")),
            "start",
            *where,
            f"--node-ip-address={_ip(number)}",
            "--num-cpus=1",
            f"--object-store-memory={_OBJECTS}",
            "--include-log-monitor=false",
            "--disable-usage-stats",
        ]
        log = self._folder.parent / f"node-{number}.log"
        for _ in range(2):
            with log.open("a") as said:
                started = subprocess.Popen(
                    command,
                    env=os.environ | ENVIRONMENT,
                    stdout=said,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            if started.wait() == 0:
                self._sessions.append(started.pid)
                return
            for process in _of_session(started.pid):
                os.kill(process, signal.SIGKILL)
        raise AssertionError(log.read_text())

    def kill(self, number: int) -> None:
        """End a node as a power cut does: all of its processes at once."""
        processes = list(_of_session(self._sessions[number]))
        assert processes
        self._dead.add(number)
        for process in processes:
            os.kill(process, signal.SIGKILL)

    def kill_one(self, kind: str) -> int:
        """End one process of a kind, on any node; returns how many there were."""
        sessions = [self._sessions[number] for number in self.alive()]
        found = [each for session in sessions for each in _of_session(session) if kind in _command(each)]
        os.kill(found[0], signal.SIGKILL)
        return len(found)

    def alive(self) -> list[int]:
        """The nodes that were not killed."""
        return [number for number in range(len(self._sessions)) if number not in self._dead]

    def processes(self, kind: str, number: int | None = None) -> int:
        """How many processes of a kind a node has, or all nodes together.

        Args:
            kind: Part of the command line.
            number: The node; None for all.
        """
        sessions = self._sessions if number is None else [self._sessions[number]]
        return sum(kind in _command(process) for session in sessions for process in _of_session(session))


@contextmanager
def three(folder: Path) -> Iterator[Nodes]:
    """A head and two more nodes."""
    nodes = Nodes(folder / "ray")
    for _ in range(3):
        nodes.start()
    yield nodes


def _ip(number: int) -> str:
    return f"10.77.0.{number + 1}"


def _of_session(session: int) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended meanwhile
            if int(fields[3]) == session and fields[0] != "Z":
                yield int(entry.name)


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""  # it has ended meanwhile


def until(condition: object, seconds: float, what: str) -> None:
    """Wait for something to be so."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)
