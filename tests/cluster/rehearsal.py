"""What happens on a cluster, played within its namespaces; tests hold what it notes to what must be."""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from semsearch.cluster.connection import connected
from semsearch.cluster.runner import RayRunner
from semsearch.cluster.storage import Storage
from semsearch.encode.bulk import Encoding
from semsearch.encode.jobs import Local
from semsearch.index.coding import fill
from semsearch.index.generation import open_generation
from semsearch.index.store import Store
from semsearch.ingest.formats.jsonl import to_json
from semsearch.ingest.reader import read
from semsearch.search import open_searcher
from tests.cluster.nodes import Nodes, three, until
from tests.cluster.words import no_words, slow_words
from tests.index.test_coding import learned
from tests.index.test_scan import clustered
from tests.support import WordEncoder

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = [str(ROOT / "examples" / name) for name in ("publications.txt", "landmarks.bib")]
SERVICE = "http://127.0.0.1:8000"
REPLICA = "ServeReplica"  # in the name of a process that is one
SHARDS, PARTS, REPLICAS, LINGER, CLIENTS = 20, 2, 2, 5, 4
QUESTIONS = [
    "how do agents remember what they learned?",
    "who first trained two networks against each other?",
    "papers by Bengio",
    "translation without parallel texts",
    "a statistic of rare words for retrieval",
    "learning to play games from pixels",
    "apprentissage par renforcement",
    "deep residual networks",
]


def main(folder: Path) -> None:
    """Play everything on one cluster; the notes go to ``notes.json``.

    Args:
        folder: Holds ``encoders``, the exported default encoder.
    """
    notes: dict[str, Any] = {}
    began = time.monotonic()

    def note(**found: Any) -> None:
        notes.update(found, seconds=round(time.monotonic() - began, 1))
        (folder / "notes.json").write_text(json.dumps(notes))
        sys.stderr.write(f"{notes['seconds']:6.1f} s  {json.dumps(found)[:300]}\n")

    papers, _ = read(*EXAMPLES)
    for name, some in (("first", papers[:40]), ("second", papers[20:60])):
        lines = [json.dumps(to_json(paper)) for paper in some]
        (folder / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    for name in ("local", "far"):
        shutil.copytree(folder / "encoders", folder / name / "encoders")
    with three(folder) as nodes:
        note(started=True)
        note(build=build_with_a_death(folder, nodes))
        note(holders=actors_that_hold_a_model(folder, nodes))
        nodes.start()  # in the place of the one that died
        for name, found in serve_with_a_death_and_a_swap(folder, nodes):
            note(**{name: found})


def semsearch(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    """The command, started; what it says goes to a file."""
    with (folder / "commands.log").open("a") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "semsearch", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )


def ended(process: subprocess.Popen[str], seconds: float = 240) -> Any:
    """The document that a command printed, once it has ended well."""
    out, _ = process.communicate(timeout=seconds)
    assert process.returncode == 0, out
    try:
        return json.loads(out)
    except ValueError:
        raise AssertionError(out) from None


def build_with_a_death(folder: Path, nodes: Nodes) -> dict[str, Any]:
    """An index built here, and one on the cluster, amid which first the command is killed and then a node."""
    source, local, far = folder / "first.jsonl", folder / "local", folder / "far"
    alone = ended(semsearch(folder, "index", source, "--index", local, "--runtime", "onnx", "--json"))
    building = [
        *("index", source, "--index", far, "--json"),
        *("--runner", "ray", "--address", nodes.address, "--shards", SHARDS),
    ]
    first = semsearch(folder, *building)
    until(lambda: len(_shards(far)) >= SHARDS // 4 or first.poll() is not None, 120, "some of the shards")
    first.kill()
    first.communicate()
    before = _shards(far)
    second = semsearch(folder, *building)
    until(lambda: len(_shards(far)) >= SHARDS // 2 or second.poll() is not None, 120, "half of the shards")
    at_death = _shards(far)
    nodes.kill(2)
    report = ended(second)
    here, there = (open_generation(Store(root)) for root in (local, far))
    rows = np.arange(len(here.papers))
    moved = here.vectors.vectors(rows) - there.vectors.vectors(rows)
    return {
        "embedded": [each["counts"]["embedded"] for each in (alone, report)],
        "kept": before.items() <= at_death.items(),
        "at_deaths": [len(before), len(at_death)],
        "ids": [[paper.id for paper in each.papers.get(rows)] for each in (here, there)],
        "moved": float(np.abs(moved).max()),
        "top": [answers(root) for root in (local, far)],
        "left": len(_shards(far)),
    }


def actors_that_hold_a_model(folder: Path, nodes: Nodes) -> dict[str, Any]:
    """Texts encoded by two actors, one of which is killed and replaced; and codes, which take none."""
    texts = [[f"text {shard} {number}" for number in range(3)] for shard in range(16)]
    alone = WordEncoder()
    fingerprint = alone.passport.fingerprint
    found: dict[int, Any] = {}
    many, filled = clustered(3, 4_000, 24, 0.5, 0.0, 0.1), dict[str, bytes]()
    with connected(nodes.address) as ray:
        storage = Storage(str(folder / "held"))
        runner = RayRunner(ray, storage, "jobs", slow_words, holders=2, needs={"num_cpus": 1})
        for number, vectors in runner.arrays(Encoding(fingerprint, each) for each in texts):
            assert number not in found
            found[number] = vectors
            if len(found) == 4:
                killed = nodes.kill_one("ray::Holder")
        coder = RayRunner(ray, storage, "jobs", no_words, holders=1)
        for name, by in (("here", Local()), ("there", coder)):
            index = learned(many)
            fill(index, many, by, block=500)
            filled[name] = faiss.serialize_index(index).tobytes()
        coded = len([*(folder / "held" / "jobs").iterdir()]) - len(found)
        runner.done()
    moved = [np.abs(found[n] - alone.encode_documents(texts[n])).max() for n in range(len(texts))]
    return {
        "killed": killed,
        "made": len(found),
        "moved": float(max(moved)),
        "coded": coded,
        "lists_alike": filled["here"] == filled["there"],
    }


def answers(root: Path, generation: str | None = None) -> list[list[str]]:
    """The ten best papers of each question, from one machine."""
    searcher = open_searcher(root, generation=generation)
    return [[hit.paper.id for hit in searcher.search(question)] for question in QUESTIONS]


def serve_with_a_death_and_a_swap(folder: Path, nodes: Nodes) -> Iterator[tuple[str, Any]]:
    """A service under load, a node of which is killed, and whose index is exchanged."""
    far = folder / "far"
    first = Store(far).published()
    expected = {first: answers(far, first)}
    serving = semsearch(
        folder,
        *("serve", "--index", far, "--runner", "ray", "--address", nodes.address),
        *("--shards", PARTS, "--replicas", REPLICAS, "--linger", LINGER, "--max-wait", 5),
    )
    full = (PARTS + 1) * REPLICAS
    until(lambda: _answers(serving), 180, "an answer")
    until(lambda: nodes.processes(REPLICA) == full, 60, "all replicas")
    yield "up", {"listening": _listening(), "one_client_ms": _alone()}
    with under_load() as load:
        until(lambda: load.answered() >= 20, 60, "the first answers")
        victim = max(nodes.alive()[1:], key=lambda number: nodes.processes(REPLICA, number))
        lost = nodes.processes(REPLICA, victim)
        nodes.kill(victim)
        until(lambda: nodes.processes(REPLICA) == full, 90, "replicas at full strength")
        after = load.answered()
        until(lambda: load.answered() >= after + 20, 60, "answers at full strength")
        yield "death", {"lost": lost, "full": full, **load.found(expected)}
    with under_load() as load:
        ended(semsearch(folder, "index", folder / "second.jsonl", "--index", far, "--json"))
        second = Store(far).published()
        expected[second] = answers(far, second)
        until(lambda: load.last() == second, 120, "answers of the second generation")
        pinned = load.ask(QUESTIONS[0], generation=first)
        until(lambda: _gone(first), 60, "the first generation to go")
        until(lambda: nodes.processes(REPLICA) == full, 60, "its replicas to go")
        yield "swap", {"pinned": pinned["generation"] == first, **load.found(expected)}
    serving.terminate()
    serving.communicate(timeout=60)
    until(lambda: nodes.processes(REPLICA) == 0, 60, "the service to be taken down")
    yield "down", serving.returncode


class Load:
    """Clients that ask one question after the other, as ``examples/ask.py`` does."""

    def __init__(self) -> None:
        path = ROOT / "examples" / "ask.py"
        spec = importlib.util.spec_from_file_location("ask", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        self._ask, self._once = module.ask, module.once
        module.__dict__["once"] = self._counted
        self._unanswered = 0
        self._stop = threading.Event()
        self._said: list[tuple[int, str, list[str]]] = []
        self._failed, self._took = list[str](), list[float]()
        self._threads = [threading.Thread(target=self._run, args=(n,)) for n in range(CLIENTS)]

    def ask(self, question: str, **also: Any) -> Any:
        return self._ask(SERVICE, question, **also)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def answered(self) -> int:
        """How many questions were."""
        return len(self._said)

    def last(self) -> str:
        """The generation of the last answer."""
        return self._said[-1][1] if self._said else ""

    def found(self, expected: dict[str, list[list[str]]]) -> dict[str, Any]:
        """What came of all questions, once they have ended."""
        self.stop()
        wrong = [
            said for said in self._said if said[1] not in expected or expected[said[1]][said[0]] != said[2]
        ]
        return {
            "asked": len(self._said) + len(self._failed),
            "again": self._unanswered,
            "failed": self._failed,
            "p50_ms": round(1000 * float(np.median(self._took))),
            "longest_ms": round(1000 * max(self._took)),
            "wrong": wrong,
            "generations": Counter(generation for _, generation, _ in self._said),
        }

    def _counted(self, *given: Any) -> Any:
        try:
            return self._once(*given)
        except (OSError, http.client.HTTPException):
            self._unanswered += 1
            raise

    def _run(self, number: int) -> None:
        while not self._stop.wait(0.1):
            number = (number + 1) % len(QUESTIONS)
            began = time.monotonic()
            try:
                found = self.ask(QUESTIONS[number], pause=1.0)
            except (OSError, ValueError, http.client.HTTPException) as error:
                self._failed.append(f"{type(error).__name__}: {error}")
                continue
            self._took.append(time.monotonic() - began)
            self._said.append((number, found["generation"], [hit["paper"]["id"] for hit in found["hits"]]))


@contextmanager
def under_load() -> Iterator[Load]:
    """Clients that ask until the block ends."""
    load = Load()
    load.start()
    try:
        yield load
    finally:
        load.stop()


def _answers(serving: subprocess.Popen[str]) -> bool:
    assert serving.poll() is None, "the service has ended"
    try:
        return _status("/health/ready") == http.client.OK
    except OSError:
        return False


def _gone(generation: str) -> bool:
    return _status(f"/v1/search?q=agents&generation={generation}") == http.client.GONE


def _status(path: str) -> int:
    connection = http.client.HTTPConnection(SERVICE.removeprefix("http://"), timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def _alone() -> int:
    """Milliseconds that an answer takes when nobody else asks, the median."""
    load, took = Load(), list[float]()
    for question in QUESTIONS * 3:
        began = time.monotonic()
        load.ask(question)
        took.append(time.monotonic() - began)
    return round(1000 * float(np.median(took)))


def _listening() -> list[str]:
    """The interfaces of this network: all that anything can listen on."""
    lines = Path("/proc/net/dev").read_text().splitlines()[2:]
    return sorted(line.partition(":")[0].strip() for line in lines)


def _shards(root: Path) -> dict[str, int]:
    """The shards in the storage of an index, and when each was written."""
    named = (path for path in (root / "shards").glob("*/*") if path.parent.name != "encoders")
    return {path.name: path.stat().st_mtime_ns for path in named if path.suffix != ".part"}


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    main(Path(sys.argv[1]))
