#!/usr/bin/env python3
"""A service that is asked for more than it can answer, and one that is asked for long.

    scripts/bench_overload.py INDEX QUESTIONS.jsonl... [--seconds 120] [--times 2] [-- OPTIONS OF SERVE...]
    scripts/bench_overload.py INDEX QUESTIONS.jsonl... --memory 100000

The first starts `semsearch serve` and asks questions nobody asked before: by one client (unloaded), by
four that ask again as soon as they are answered (what the machine can answer), then as many times that a
second as --times says, in an open loop: requests come at random moments (a Poisson process), whether or
not others are answered, and the time of each counts from the moment it was due. Then, by one client
again, how soon the service is as it was. The client is one process on the same cores, and takes its share
of them.

The second asks for everything there is, in turn and with ever-new questions, and prints what the process of
the service holds after each tenth.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import numpy as np

_ALONE = 300  # questions by one client
_FOUR = 10.0  # seconds of four clients
_HUNG = 10.0  # seconds without an answer
_Kind = Callable[[], Awaitable[tuple[int, bytes]]]
_GOOD = 20  # answers in a row that are as before: recovered


@dataclass
class Client:
    """Keeps connections to the service and asks over them."""

    port: int
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(default_factory=list)

    async def ask(self, path: str, body: bytes | None = None, headers: str = "") -> tuple[int, bytes]:
        """Status and body of the answer."""
        method = "GET" if body is None else "POST"
        more = (
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body is not None else ""
        )
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{more}{headers}\r\n".encode()
        while True:
            kept = bool(self.idle)
            reader, writer = (
                self.idle.pop() if kept else await asyncio.open_connection("127.0.0.1", self.port)
            )
            try:
                writer.write(head + (body or b""))
                answer = await reader.readuntil(b"\r\n\r\n")
            except (ConnectionError, asyncio.IncompleteReadError):
                await _closed(writer)
                if kept:  # it was closed meanwhile, for having been idle
                    continue
                raise
            break
        lower = answer.lower()
        length = re.search(rb"content-length: (\d+)", lower)
        content = await reader.readexactly(int(length[1])) if length else b""
        if b"connection: close" in lower:
            await _closed(writer)
        else:
            self.idle.append((reader, writer))
        return int(answer[9:12]), content

    async def close(self) -> None:
        """Let go of all connections."""
        while self.idle:
            await _closed(self.idle.pop()[1])


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


class Questions:
    """Questions nobody has asked: each a real one, with a word of another."""

    def __init__(self, files: Sequence[Path], seed: int = 0) -> None:
        lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
        self._texts = [json.loads(line)["text"] for line in lines]
        self._words = sorted({word for text in self._texts for word in text.split()})
        self._chance = random.Random(seed)  # noqa: S311 -- the same questions in every run

    def next(self) -> str:
        """The next, ready for an address."""
        words = self._chance.choice(self._texts).split()
        words.insert(self._chance.randrange(len(words) + 1), self._chance.choice(self._words))
        return quote(" ".join(words)[:1_000])


def main() -> None:
    """Start the service, ask, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("index", type=Path, metavar="INDEX")
    parser.add_argument("questions", type=Path, nargs="+", metavar="QUESTIONS")
    parser.add_argument("--seconds", type=float, default=120, help="how long (default: 120)")
    parser.add_argument("--times", type=float, default=2, help="what the machine can answer (default: 2)")
    parser.add_argument("--memory", type=int, metavar="REQUESTS", help="ask for long instead")
    given, options = sys.argv[1:], list[str]()
    if "--" in given:
        given, options = given[: given.index("--")], given[given.index("--") + 1 :]
    args = parser.parse_args(given)
    if args.memory:
        options += ["--max-wait", "0"]
    with service(args.index, *options) as (port, pid):
        questions = Questions(args.questions)
        if args.memory:
            asyncio.run(_long(Client(port), questions, args.memory, pid))
        else:
            asyncio.run(_overload(Client(port), questions, args.seconds, args.times))


async def _overload(client: Client, questions: Questions, seconds: float, times: float) -> None:
    async def ask() -> tuple[int, float]:
        began = time.perf_counter()
        status, _ = await client.ask(f"/v1/search?q={questions.next()}")
        return status, time.perf_counter() - began

    for _ in range(50):
        await ask()
    alone = np.array([(await ask())[1] for _ in range(_ALONE)]) * 1000
    unloaded = np.percentile(alone, 99)
    end, answered = time.perf_counter() + _FOUR, 0

    async def eager() -> None:
        nonlocal answered
        while time.perf_counter() < end:
            status, _ = await ask()
            answered += status == 200

    await asyncio.gather(*(eager() for _ in range(4)))
    capacity = answered / _FOUR
    await asyncio.sleep(1)

    found = list[tuple[int, float]]()
    health = list[float]()
    chance = random.Random(1)  # noqa: S311 -- the same moments in every run

    async def one(due: float) -> None:
        try:
            async with asyncio.timeout(_HUNG):
                status, _ = await client.ask(f"/v1/search?q={questions.next()}")
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            found.append((0 if isinstance(error, TimeoutError) else 1, 0.0))
        else:
            found.append((status, time.perf_counter() - due))

    async def watch() -> None:
        while True:
            began = time.perf_counter()
            status, _ = await client.ask("/health/ready")
            health.append((time.perf_counter() - began) if status == 200 else _HUNG)
            await asyncio.sleep(1)

    watching = asyncio.create_task(watch())
    asked = set[asyncio.Task[None]]()
    began = due = time.perf_counter()
    while due < began + seconds:
        await asyncio.sleep(due - time.perf_counter())
        task = asyncio.create_task(one(due))
        asked.add(task)
        task.add_done_callback(asked.discard)
        due += chance.expovariate(times * capacity)
    stopped = time.perf_counter()
    watching.cancel()
    recovered, good = stopped, 0
    while good < _GOOD:
        status, took = await ask()
        good = good + 1 if status == 200 and took * 1000 <= unloaded * 1.5 else 0
        if not good:
            recovered = time.perf_counter()
        if time.perf_counter() > stopped + 30:
            raise SystemExit("it did not recover within 30 seconds")
    if asked:
        await asyncio.wait(asked)

    await client.close()
    accepted = np.array([took for status, took in found if status == 200]) * 1000
    refused = np.array([took for status, took in found if status == 503]) * 1000
    counts = Counter(status for status, _ in found)
    p50, p95, p99 = np.percentile(accepted, [50, 95, 99])
    rows = {
        "unloaded: p50, p99, ms": f"{np.percentile(alone, 50):.1f}, {unloaded:.1f}",
        "four clients: answers/s": f"{capacity:.1f}",
        f"offered for {seconds:.0f} s: requests/s": f"{len(found) / seconds:.1f}",
        "answered: requests/s": f"{len(accepted) / seconds:.1f}",
        "answered: p50, p95, p99, most, ms": f"{p50:.1f}, {p95:.1f}, {p99:.1f}, {accepted.max():.1f}",
        "answered: p99, times the unloaded": f"{p99 / unloaded:.2f}",
        "refused with 503: requests": f"{len(refused):,}",
        "refused: p50, p99, most, ms": "{:.1f}, {:.1f}, {:.1f}".format(
            *np.percentile(refused if len(refused) else [0], [50, 99, 100])
        ),
        "hung, broken off, other": f"{counts[0]}, {counts[1]}, {len(found) - len(accepted) - len(refused)}",
        "/health/ready meanwhile: p50, most, ms": "{:.1f}, {:.1f}".format(
            *np.percentile(np.array(health) * 1000, [50, 100])
        ),
        "as before after, s": f"{recovered - stopped:.2f}",
    }
    print("| | |\n| --- | ---: |")
    for name, value in rows.items():
        print(f"| {name} | {value} |")


async def _long(client: Client, questions: Questions, count: int, pid: int) -> None:
    _, first = await client.ask("/v1/search?q=learning&k=100")
    ids = [quote(hit["paper"]["id"]) for hit in json.loads(first)["hits"]]
    chance = random.Random(2)  # noqa: S311
    statuses = Counter[int]()
    number = iter(range(count))

    def some() -> str:
        return chance.choice(ids)

    def batch() -> bytes:
        return json.dumps({"queries": [{"q": questions.next(), "k": 3} for _ in range(3)]}).encode()

    kinds: list[tuple[int, _Kind]] = [
        (30, lambda: client.ask(f"/v1/search?q={questions.next()}&k=5")),
        (5, lambda: client.ask(f"/v1/search?q={questions.next()}&mode=lexical&author=a")),
        (2, lambda: client.ask("/v1/search", batch())),
        (5, lambda: client.ask(f"/v1/related/{some()}?k=5")),
        (10, lambda: client.ask(f"/v1/papers/{some()}")),
        (3, lambda: client.ask(f"/v1/papers/{some()}?format=bibtex")),
        (2, lambda: client.ask(f"/v1/facets?q={questions.next()}")),
        (1, lambda: client.ask(f"/v1/feed?q={questions.next()}")),
        (4, lambda: client.ask(f"/?q={questions.next()}", headers="Accept-Encoding: gzip\r\n")),
        (2, lambda: client.ask(f"/?author={questions.next()[:20]}")),
        (2, lambda: client.ask(f"/papers/{some()}")),
        (1, lambda: client.ask(f"/map?q={questions.next()}")),
        (1, lambda: client.ask("/map/points")),
        (1, lambda: client.ask(f"/embed.js?paper={some()}")),
        (10, lambda: client.ask(f"/nowhere/{chance.random()}")),
        (8, lambda: client.ask(f"/v1/papers/none-{chance.random()}")),
        (5, lambda: client.ask("/v1/search?q=&k=-1")),
        (4, lambda: client.ask("/v1/export", b'{"ids": ["')),
        (3, lambda: client.ask(f"/v1/search?q=x&generation={chance.randrange(10**6):06d}-0123456789ab")),
        (1, lambda: client.ask("/metrics")),
    ]
    every = [kind for weight, kind in kinds for _ in range(weight)]
    print("| requests | resident, MB | private, MB | open files | threads | requests/s |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    began = time.perf_counter()

    async def eager() -> None:
        for n in number:
            status, _ = await chance.choice(every)()
            statuses[status] += 1
            if (n + 1) % (count // 10) == 0 or n == count // 100:
                rate = (n + 1) / (time.perf_counter() - began)
                print(f"| {n + 1:,} | {held(pid)} | {rate:.0f} |", flush=True)

    await asyncio.gather(*(eager() for _ in range(8)))
    told = ", ".join(f"{status}: {times:,}" for status, times in sorted(statuses.items()))
    print(f"\nAnswers by status: {told}")
    _, exposed = await client.ask("/metrics")
    await client.close()
    print(f"Series of /metrics: {sum(not line.startswith(b'#') for line in exposed.splitlines()):,}")


def held(pid: int) -> str:
    """What a process holds: memory, the part that no file backs, files, threads."""
    folder = Path(f"/proc/{pid}")
    fields = dict(line.split(":", 1) for line in (folder / "status").read_text(encoding="ascii").splitlines())
    memory = (int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon"))
    files = len(list((folder / "fd").iterdir()))
    return " | ".join([*(f"{each:.1f}" for each in memory), str(files), fields["Threads"].strip()])


@contextmanager
def service(index: Path, *options: str) -> Iterator[tuple[int, int]]:
    """A service of its own: its port, and its process."""
    command = [sys.executable, "-m", "semsearch", "serve", "--port", "0", "--index", str(index), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None  # noqa: S101 -- it was asked for
        said = process.stderr.readline()
        port = re.search(r"http://[^ ]*:(\d+)/", said)
        if port is None:
            raise SystemExit(f"semsearch serve did not start: {said}{process.stderr.read()}")
        # Somebody has to read what it says, or it would wait for that.
        threading.Thread(target=process.stderr.read, daemon=True).start()
        try:
            yield int(port[1]), process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


if __name__ == "__main__":
    main()
