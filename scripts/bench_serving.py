#!/usr/bin/env python3
"""Answers over HTTP against a naive endpoint and against txtai, as the tables of docs/benchmarks.md.

    scripts/bench_serving.py PAPERS.jsonl[.gz] QUESTIONS.jsonl... --work DIR [--txtai PYTHON] [--stand-in]

Each has an index of the same papers. The servers run side by side and are asked in turn, by 1, 16 and 64
clients that keep their connections, every question once. The naive endpoint is what everybody writes first: a
plain def that calls SentenceTransformer.encode and searches a flat FAISS index. txtai is its own API server
(hybrid, content on), run by the interpreter that --txtai names. With --stand-in the vectors of papers are
sums of random vectors of their words, which spares hours of embedding; questions are encoded for real.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote

import numpy as np

from semsearch.encode import DEFAULT, Encoder, Passport, Vectors, choosing, unit
from semsearch.encode.models import locate
from semsearch.index.build import build, document_text
from semsearch.index.store import Store
from semsearch.ingest.formats.jsonl import read_jsonl
from semsearch.ingest.source import Source
from semsearch.paper import Paper
from semsearch.terminal import BuildBar

_CLIENTS = (1, 16, 64)
_ROUNDS = 3
_WAIT = 300  # seconds for a server to answer for the first time

_TXTAI = """
import json, sys
import numpy as np
from txtai import Embeddings
folder, model = sys.argv[1:]
records = [json.loads(line) for line in open(f"{folder}/papers.jsonl")]
vectors = np.load(f"{folder}/vectors.npy")
place = {record["text"]: i for i, record in enumerate(records)}
texts = lambda batch: np.stack([vectors[place[text]] for text in batch])
index = Embeddings(method="external", transform=texts, hybrid=True, content=True)
index.index((record["id"], record["text"], None) for record in records)
index.save(f"{folder}/txtai")
settings = json.load(open(f"{folder}/txtai/config.json"))
settings = {k: v for k, v in settings.items() if k not in ("method", "transform")} | {"path": model}
json.dump(settings, open(f"{folder}/txtai/config.json", "w"))
"""


class StandIn:
    """The default encoder for whoever asks for few texts; for many, sums of random vectors of their words."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    @property
    def passport(self) -> Passport:
        """That of the default encoder, so that the index is asked with it."""
        return self._encoder.passport

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors, shape ``(n, dim)``."""
        if len(texts) < 50:
            return self._encoder.encode_documents(texts)
        table = np.random.default_rng(0).standard_normal((1 << 14, self.passport.dim)).astype(np.float32)
        words = [[zlib.crc32(word.encode()) % len(table) for word in text.lower().split()] for text in texts]
        return unit(np.stack([table[rows or [0]].sum(axis=0) for rows in words]))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """For real."""
        return self._encoder.encode_queries(texts)

    def over_limit(self, texts: Sequence[str]) -> int:
        """As the default encoder counts."""
        return self._encoder.over_limit(texts)


@dataclass
class Server:
    """A process that answers over HTTP."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    path: str
    seconds_to_answer: float = 0.0

    def memory(self) -> dict[str, float]:
        """Megabytes: resident, and the part of that which no file backs."""
        text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        fields = dict(line.split(":", 1) for line in text.splitlines())
        return {name: int(fields[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon")}


def main() -> None:
    """Build what is not there, start the servers, ask, print."""
    if sys.argv[1:2] == ["naive"]:
        _naive(Path(sys.argv[2]), int(sys.argv[3]))
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("papers", type=Path, metavar="PAPERS")
    parser.add_argument("questions", type=Path, nargs="+", metavar="QUESTIONS")
    parser.add_argument(
        "--work", type=Path, required=True, help="where the indexes are kept for the next run"
    )
    parser.add_argument("--count", type=int, default=50_000, help="how many papers (default: 50,000)")
    parser.add_argument("--txtai", type=Path, metavar="PYTHON", help="an interpreter that has txtai[api]")
    parser.add_argument("--stand-in", action="store_true", help="do not embed the papers")
    args = parser.parse_args()
    root = args.work / "semsearch"
    if Store(root).current() is None:
        _build(args.papers, args.count, root, stand_in=args.stand_in)
    lines = [line for path in args.questions for line in path.read_text(encoding="utf-8").splitlines()]
    questions = list(dict.fromkeys(json.loads(line)["text"] for line in lines))
    with ExitStack() as stack:
        servers = [stack.enter_context(_semsearch(root)), stack.enter_context(_naive_server(root))]
        if args.txtai:
            if not (args.work / "txtai").exists():
                _build_txtai(args.txtai, root, args.work)
            servers.append(stack.enter_context(_txtai_server(args.txtai, args.work)))
        _measure(servers, questions)


def _measure(servers: Sequence[Server], questions: Sequence[str]) -> None:
    """Ask all servers in turn and print the medians of the rounds."""
    print("| server | first answer after, s | memory before, MB |\n| --- | ---: | ---: |")
    for server in servers:
        print(f"| {server.name} | {server.seconds_to_answer:.1f} | {server.memory()['VmRSS']:.0f} |")
    share = len(questions) // (_ROUNDS * len(_CLIENTS))
    found: dict[tuple[str, int], list[tuple[float, float, float]]] = {}
    parts = iter(range(0, share * _ROUNDS * len(_CLIENTS), share))
    for _ in range(_ROUNDS):
        for clients in _CLIENTS:
            part = questions[(start := next(parts)) : start + share]
            for server in servers:
                began = time.perf_counter()
                times = sorted(asyncio.run(_ask(server, part, clients)))
                rate = len(times) / (time.perf_counter() - began)
                p50, p99 = np.percentile(times, [50, 99])
                found.setdefault((server.name, clients), []).append((p50, p99, rate))
    print(f"\n{share} questions each, the medians of {_ROUNDS} rounds:\n")
    print("| server | clients | p50 ms | p99 ms | answers/s |\n| --- | ---: | ---: | ---: | ---: |")
    for (name, clients), rounds in sorted(found.items(), key=lambda item: item[0][1]):
        p50, p99, rate = (median(values) for values in zip(*rounds, strict=True))
        print(f"| {name} | {clients} | {p50:.1f} | {p99:.1f} | {rate:.1f} |")
    print("\n| server | memory afterwards, MB | of which private |\n| --- | ---: | ---: |")
    for server in servers:
        memory = server.memory()
        print(f"| {server.name} | {memory['VmRSS']:.0f} | {memory['RssAnon']:.0f} |")


async def _ask(server: Server, questions: Sequence[str], clients: int) -> list[float]:
    """Milliseconds of each answer; as many clients as are named, each with a connection of its own."""
    waiting = iter(questions)
    times: list[float] = []

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for question in waiting:
            began = time.perf_counter()
            path = server.path.format(quote(question))
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            if not head.startswith(b"http/1.1 200"):
                raise SystemExit(f"{server.name} answered {head[:200]!r} to {question!r}")
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            times.append((time.perf_counter() - began) * 1000)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return times


@contextmanager
def _running(name: str, command: Sequence[str], port: int, path: str, **env: str) -> Iterator[Server]:
    """A server, from its first answer on."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | env, stderr=subprocess.DEVNULL)
    server = Server(name, process, port, path)
    try:
        while True:
            try:
                address = f"http://127.0.0.1:{port}{path.format('agents')}"
                urllib.request.urlopen(address, timeout=_WAIT).read()  # nosec B310 -- of this machine
                break
            except (urllib.error.URLError, ConnectionError) as error:
                if process.poll() is not None or time.perf_counter() - began > _WAIT:
                    raise SystemExit(f"{name} does not answer: {error}") from error
                time.sleep(0.02)
        server.seconds_to_answer = time.perf_counter() - began
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _semsearch(root: Path) -> Any:
    port = _free_port()
    command = [sys.executable, "-m", "semsearch", "serve", "--index", str(root), "--port", str(port)]
    return _running("semsearch", command, port, "/v1/search?q={}")


def _naive_server(root: Path) -> Any:
    port = _free_port()
    command = [sys.executable, "-W", "ignore", __file__, "naive", str(root), str(port)]
    return _running("naive endpoint", command, port, "/search?q={}")


def _txtai_server(python: Path, work: Path) -> Any:
    port = _free_port()
    settings = work / "txtai.yml"
    settings.write_text(f"path: {work / 'txtai'}\nembeddings:\n  path: {locate(DEFAULT)}\n", encoding="utf-8")
    command = [str(python), "-m", "uvicorn", "txtai.api:app", "--port", str(port), "--log-level", "warning"]
    return _running("txtai", command, port, "/search?query={}&limit=10", CONFIG=str(settings))


def _naive(root: Path, port: int) -> None:
    """The naive endpoint, in a process of its own."""
    import uvicorn
    from fastapi import FastAPI
    from sentence_transformers import SentenceTransformer

    from semsearch.index.generation import open_generation

    generation = open_generation(Store(root))
    import faiss

    papers = generation.papers.get(range(len(generation.papers)))
    index = faiss.IndexFlatIP(generation.vectors.dim)
    index.add(generation.vectors.vectors(np.arange(len(papers))))
    model = SentenceTransformer(locate(DEFAULT))
    app = FastAPI()

    @app.get("/search")
    def search(q: str) -> list[dict[str, Any]]:
        scores, rows = index.search(model.encode([q], show_progress_bar=False), 10)
        found = [papers[row] for row in rows[0]]
        return [
            {"score": float(score), "id": paper.id, "title": paper.title, "abstract": paper.abstract}
            for score, paper in zip(scores[0], found, strict=True)
        ]

    uvicorn.run(app, port=port, log_level="warning")


def _build(source: Path, count: int, root: Path, *, stand_in: bool) -> None:
    """Our index."""
    raw = gzip.decompress(source.read_bytes()) if source.suffix == ".gz" else source.read_bytes()
    records = read_jsonl(Source.of(source.name, raw.decode()))
    papers = [record for record in records if isinstance(record, Paper)][:count]
    encoder = choosing.load(exports=Store(root).encoders)
    with BuildBar() as bar:
        build(papers, root, StandIn(encoder) if stand_in else encoder, progress=bar)


def _build_txtai(python: Path, root: Path, work: Path) -> None:
    """Txtai's index of the same papers, with the same vectors."""
    from semsearch.index.generation import open_generation

    generation = open_generation(Store(root))
    papers = generation.papers.get(range(len(generation.papers)))
    np.save(work / "vectors.npy", generation.vectors.vectors(np.arange(len(papers))))
    with (work / "papers.jsonl").open("w", encoding="utf-8") as stream:
        for paper in papers:
            stream.write(json.dumps({"id": paper.id, "text": document_text(paper)}) + "\n")
    subprocess.run([str(python), "-c", _TXTAI, str(work), locate(DEFAULT)], check=True)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


if __name__ == "__main__":
    main()
