"""Generations published under load: whether every answer is of one generation, and right for it."""

from __future__ import annotations

import asyncio
import json
import random
import re
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import numpy as np
import world
from tally import Tally
from world import Child, Version

from semsearch.index.store import Store

PART = "swaps under load"
_WAIT = 60.0  # seconds for the service to take a generation, with all clients asking
_BUILT = 10  # of so many swaps one is a real build, which prunes too
_KEPT = 8
_MARK = re.compile(r"Edition \d+")


def run(
    folder: Path, known: list[Version], count: int, clients: int, random: random.Random, tally: Tally
) -> None:
    """Publish so many generations while clients ask."""
    root = folder / "index"
    for version in known[:4]:
        world.write(folder / "papers.jsonl", version.records)
        Child(lambda: world.index(folder, root, "--keep", str(_KEPT)), folder).wait()
    store = Store(root)
    truth = dict(zip(store.ids(), known, strict=False))
    with world.serving(root, folder) as address:
        host, port = address.split(":")
        load = _Load(host, port, truth, random)
        asyncio.run(_swap(folder, store, known, load, count, clients, random, tally))
    for said, times in load.wrong.items():
        tally.tried(PART, "answers", f"{said} ({times} times)")
    each = f"each of one generation and right for it, {load.pages:,} of them pages"
    tally.say(PART, f"answers to {clients} clients, {each}: {load.right:,}")
    if load.seconds:
        p50, p99 = np.percentile(load.seconds, [50, 99]) * 1000
        tally.say(PART, f"ms to an answer: {p50:.0f} in the median, {p99:.0f} at the 99th percentile")


async def _swap(
    folder: Path,
    store: Store,
    known: list[Version],
    load: _Load,
    count: int,
    clients: int,
    random: random.Random,
    tally: Tally,
) -> None:
    asking = [asyncio.create_task(load.client()) for _ in range(clients)]
    for number in range(count):
        if tally.over or any(task.done() for task in asking):
            break
        wrong, kind = "", "a generation published"
        if number % 4 == 3:
            bad = _damaged(store, random)
            store.publish(bad)
            wrong = await load.until("problem", bad)
            shutil.rmtree(store.generations / bad)
            tally.tried(PART, "a damaged generation published", wrong)
        if number % _BUILT == _BUILT - 1:
            kind, version = "a generation built, published and others pruned", random.choice(known)
            world.write(folder / "papers.jsonl", version.records)
            store.publish(store.ids()[-1])
            load.expected = None  # the id is not known before it is published
            child = Child(lambda: world.index(folder, store.root, "--force", "--keep", str(_KEPT)), folder)
            code, said = await asyncio.to_thread(child.wait)
            wrong = said[-300:] if code else ""
            generation = store.published()
            load.truth[generation] = version
        else:
            generation = random.choice([name for name in store.ids() if name != load.last])
            store.publish(generation)
        tally.tried(PART, kind, wrong or await load.until("generation", generation))
        load.last = generation
        await asyncio.sleep(random.uniform(0, 0.2))
    load.stopped = True
    done = await asyncio.gather(*asking, return_exceptions=True)
    for ended in done:
        if isinstance(ended, BaseException):
            load.said(f"a client failed: {type(ended).__name__}: {ended}")


def _damaged(store: Store, random: random.Random) -> str:
    """A copy of a generation under an id of its own, with one bit flipped."""
    source = random.choice(store.ids())
    name = f"{int(store.ids()[-1][:6]) + 1:06d}-{random.randrange(16**12):012x}"
    shutil.copytree(store.generations / source, store.root / ".damaged")
    file = random.choice([p for p in (store.root / ".damaged").iterdir() if p.stat().st_size])
    content = bytearray(file.read_bytes())
    content[random.randrange(len(content))] ^= 1
    file.write_bytes(content)
    (store.root / ".damaged").rename(store.generations / name)
    return name


@dataclass
class _Load:
    """Clients that ask without a pause, and know what is right."""

    host: str
    port: str
    truth: dict[str, Version]
    random: random.Random
    right: int = 0
    pages: int = 0
    last: str = ""
    expected: str | None = None
    stopped: bool = False
    wrong: dict[str, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def said(self, what: str) -> None:
        """An answer that was lost, mixed or wrong."""
        self.wrong[what] = self.wrong.get(what, 0) + 1

    async def client(self) -> None:
        """Ask until told to stop, over one connection."""
        reader, writer = await asyncio.open_connection(self.host, int(self.port))
        while not self.stopped:
            kind = self.random.choice(("search", "search", "search", "related", "paper", "page"))
            question, mode = self.random.choice(world.QUESTIONS)
            path = {
                "search": f"/v1/search?q={quote(question)}&k=5&mode={mode}",
                "related": "/v1/related/p1?k=5",
                "paper": "/v1/papers/p20",
                "page": f"/?q={quote(question)}",
            }[kind]
            began = time.perf_counter()
            status, body = await _get(reader, writer, path)
            self.seconds.append(time.perf_counter() - began)
            wrong = f"status {status}" if status != 200 else self._wrong(kind, f"{mode}: {question}", body)
            if wrong:
                self.said(f"{kind}: {wrong}")
            else:
                self.right += 1
                self.pages += kind == "page"
        writer.close()

    def _wrong(self, kind: str, question: str, body: str) -> str:
        marks = set(_MARK.findall(body))
        if len(marks) != 1:
            return f"an answer of {len(marks)} generations: {sorted(marks)}"
        if kind == "page":
            return ""
        answer = json.loads(body)
        if kind == "paper":
            version = next(v for v in self.truth.values() if v.mark in marks)
            wanted = next(r for r in version.records if r["id"] == "p20")
            return "" if answer["abstract"] == wanted["abstract"] else "another paper"
        found = self.truth.get(answer["generation"])
        if found is None:
            return "" if self.expected is None else f"of an unknown generation {answer['generation']}"
        hits = [(hit["paper"]["id"], hit["paper"]["venue"], hit["score"]) for hit in answer["hits"]]
        right = found.answers["related" if kind == "related" else question]
        return "" if world.alike(hits, right) else f"{hits} of {found.mark} and not {right}"

    async def until(self, field: str, held: str) -> str:
        """Wait until `/health/ready` says something."""
        reader, writer = await asyncio.open_connection(self.host, int(self.port))
        until, said = time.monotonic() + _WAIT, ""
        while time.monotonic() < until:
            _, said = await _get(reader, writer, "/health/ready")
            if held in json.loads(said).get(field, ""):
                writer.close()
                return ""
            await asyncio.sleep(0.02)
        writer.close()
        return f"{field} of /health/ready does not become {held}: {said}"


async def _get(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> tuple[int, str]:
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    body = await reader.readexactly(int(head.split("content-length:")[1].split("\r\n")[0]))
    return int(head.split()[1]), body.decode()
