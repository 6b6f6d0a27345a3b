"""What the processes of a service use: memory, processor, files, threads, as Linux tells it (man 5 proc)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

_PROC = Path("/proc")


class Processes(Collector):
    """This process, or all workers of a service, each by its number; nothing where there is no /proc."""

    def collect(self) -> Iterator[Metric]:
        """What is true now."""
        memory = GaugeMetricFamily(
            "semsearch_process_resident_bytes",
            "Memory of a process, mapped files of the index included.",
            labels=["pid"],
        )
        private = GaugeMetricFamily(
            "semsearch_process_private_bytes",
            "The part of it that no file backs, and that another process adds.",
            labels=["pid"],
        )
        files = GaugeMetricFamily(
            "semsearch_process_open_files", "Files and sockets that are open.", labels=["pid"]
        )
        threads = GaugeMetricFamily("semsearch_process_threads", "Threads.", labels=["pid"])
        seconds = CounterMetricFamily(
            "semsearch_process_cpu_seconds", "Time of a processor that was used.", labels=["pid"]
        )
        for pid in _pids():
            try:
                status = dict(
                    line.split(":\t", 1)
                    for line in (_PROC / pid / "status").read_text(encoding="utf-8").splitlines()
                )
                # Behind the name, which may hold anything: fields 14 and 15 are the time used, in ticks.
                stat = (_PROC / pid / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                opened = len(os.listdir(_PROC / pid / "fd"))  # noqa: PTH208 -- only counted
            except (OSError, ValueError):  # it has ended, or this is no Linux
                continue
            memory.add_metric([pid], _bytes(status["VmRSS"]))
            private.add_metric([pid], _bytes(status["RssAnon"]))
            files.add_metric([pid], opened)
            threads.add_metric([pid], int(status["Threads"]))
            seconds.add_metric([pid], (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK"))
        yield from (memory, private, files, threads, seconds)


def _pids() -> list[str]:
    """The workers that count together, see `serve.run`; or this process."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    found = (
        {file.stem.rpartition("_")[2] for file in Path(folder).glob("gauge_live*_*.db")} if folder else {""}
    )
    return sorted(pid for pid in found if pid) or [str(os.getpid())]


def _bytes(kilobytes: str) -> int:
    return int(kilobytes.split()[0]) * 1024
