"""The small world that is tortured: papers in versions, an encoder without a model, and the truth of both.

Everything is the real programme (commands of semsearch in real processes, real files, a real service), but
that three things are exchanged for smaller ones before it starts, so that a build takes a fraction of a
second: the encoder, the encoder of words, and the picture of the map. They are pure functions of their input,
so an undisturbed build of the same papers says what every other one must answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
import traceback
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from semsearch.cli import cli
from semsearch.encode import CANARIES, Encoder, Passport, Vectors, bulk, choosing, unit
from semsearch.encode.cache import key
from semsearch.errors import SemsearchError
from semsearch.index import build, density, placement, progress
from semsearch.index.build import document_text
from semsearch.index.generation import Generation, open_generation
from semsearch.index.store import Store
from semsearch.ingest.clean import fold
from semsearch.search import Searcher, loading, searcher, translation

DIM = 32
PAPERS = 40
VERSIONS = 6
KEEP = 3
_SHARED = 14  # papers that are the same in every version
_WORDS = """
    amber birch cedar dune ember fjord grove heath islet jetty knoll loess marsh notch oasis prairie quarry
    ridge steppe tundra upland valley wold yardang
    """.split()  # noqa: SIM905
_CACHED = 6  # texts encoded between two writes to the cache


class StandIn:
    """An encoder: texts to the normalised sum of a fixed random vector for each word.

    Attributes:
        log: Where it writes down every text that it encodes, a line for each call, before it answers.
    """

    def __init__(self, salt: str = "", dim: int = DIM) -> None:
        weights = hashlib.sha256(salt.encode()).hexdigest()
        self.passport = Passport(
            f"stand-in{salt}", None, weights, "{title}. {abstract}", "sum", "l2", 999, dim
        )
        self.log: Path | None = None
        self._salt = salt

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors, shape ``(n, dim)``."""
        if self.log and texts and texts[0] not in CANARIES:
            _append(self.log, json.dumps(list(texts)))
        return self.encode_queries(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors, shape ``(n, dim)``."""
        if not texts:
            return np.empty((0, self.passport.dim), dtype=np.float32)
        return unit(np.stack([sum((self._word(w) for w in fold(t).split()), self._word("")) for t in texts]))

    def over_limit(self, texts: Sequence[str]) -> int:
        """None is."""
        return 0

    def _word(self, word: str) -> Vectors:
        return _random_vector(self._salt + word, self.passport.dim)


@cache
def _random_vector(word: str, dim: int) -> Vectors:
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(dim).astype(np.float32)


ENCODER = StandIn()
WORDS = StandIn(" of words")


def install() -> None:
    """Exchange what takes long for what does not, in this process and those forked from it."""
    changes: Sequence[tuple[Any, str, Any]] = (
        (choosing, "load", lambda *_, **__: ENCODER),
        (build, "multilingual", lambda: WORDS),
        (translation, "multilingual", lambda: WORDS),
        (loading, "load_encoder", _load_encoder),
        (searcher, "load_encoder", _load_encoder),
        (placement, "method", lambda: placement.PCA),
        (density, "_CELLS", 32),
        (bulk, "_CHUNK", _CACHED),
    )
    for module, name, value in changes:
        getattr(module, name)  # that it is still called so
        setattr(module, name, value)


def _load_encoder(generation: Generation) -> Encoder:
    loading.prove(ENCODER, generation)
    return ENCODER


Answer = Sequence[tuple[str, str | None, float]]
"""The id, the venue and the score of each hit."""


@dataclass(frozen=True, slots=True)
class Version:
    """One state of the papers.

    Attributes:
        mark: The venue of all of its papers, so that an answer of two versions is seen.
        records: The papers as they stand in the file.
        texts: All that has to be encoded of it.
        words: The same of its lexicon.
        answers: What each question must be answered.
    """

    mark: str
    records: tuple[Mapping[str, Any], ...]
    texts: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    answers: Mapping[str, Answer] = field(default_factory=dict)


def records_of(number: int, count: int = PAPERS) -> tuple[Mapping[str, Any], ...]:
    """The papers of a version: some as in every other, some of the same title with another abstract."""
    made = []
    for row in range(count):
        own = random.Random(f"{row}" if row < _SHARED else f"{row} {number}")  # noqa: S311 -- nothing secret
        title = " ".join([*own.sample(_WORDS, 3), _WORDS[row % len(_WORDS)]])
        first, second = (" ".join(own.sample(_WORDS, 5)) for _ in range(2))
        made.append(
            {
                "id": f"p{row}",
                "title": f"On {title}",
                "abstract": f"We look at {first}. It depends on {second}.",
                "authors": [f"Ada {own.choice(_WORDS).title()}", f"Emil {own.choice(_WORDS).title()}"],
                "year": 1990 + row % 30,
                "venue": f"Edition {number}",
            }
        )
    return tuple(made)


def questions(number: int) -> tuple[tuple[str, str], ...]:
    """Questions and modes that tell the versions apart."""
    told = records_of(number)
    return tuple(
        [(f"what is known of {told[row]['title'][3:]}?", "auto") for row in (3, 20, 33)]
        + [("how does the fjord depend on the steppe", "dense"), ("grove and heath", "lexical")]
    )


QUESTIONS = tuple(dict.fromkeys(question for number in (0, 1, 2) for question in questions(number)))


def answered(found: Searcher) -> dict[str, Answer]:
    """What a searcher answers to all questions."""
    given: dict[str, Answer] = {
        f"{mode}: {question}": [
            (hit.paper.id, hit.paper.venue, float(hit.score))
            for hit in found.search(question, 5, mode=mode)  # type: ignore[arg-type]
        ]
        for question, mode in QUESTIONS
    }
    given["related"] = [(h.paper.id, h.paper.venue, float(h.score)) for h in found.related("p1", 5)]
    return given


def alike(given: Answer, right: Answer) -> bool:
    """The same papers of the same version in the same order, with scores that differ by rounding alone."""
    return [hit[:2] for hit in given] == [hit[:2] for hit in right] and all(
        abs(hit[2] - other[2]) < 2e-4 for hit, other in zip(given, right, strict=True)
    )


def wrong_with(root: Path, version: Version) -> str:
    """What is wrong with the published generation, which must be of a version; empty when nothing is."""
    store = Store(root)
    try:
        opened = open_generation(store)
        found = Searcher(opened, ENCODER)
        rows = np.arange(len(opened.papers))
        papers = opened.papers.get(rows)
        if [(p.id, p.title, p.abstract, p.venue) for p in papers] != [
            (r["id"], r["title"], r["abstract"], r["venue"]) for r in version.records
        ]:
            return "other papers than those of its version"
        true = ENCODER.encode_queries([document_text(paper) for paper in papers])
        if not np.array_equal(opened.vectors.vectors(rows), true):
            return "a vector of another text"
        query = ENCODER.encode_queries([QUESTIONS[0][0]])
        nearest = np.argsort(-(true @ query[0]), kind="stable")[:5]
        if opened.vectors.search(query, 5)[1][0].tolist() != nearest.tolist():
            return "other nearest papers than brute force finds"
        for question, given in answered(found).items() if version.answers else ():
            if not alike(given, version.answers[question]):
                return f"{given} to {question}, and an undisturbed build gives {version.answers[question]}"
    except SemsearchError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def version_of(root: Path) -> str:
    """The mark of the published generation."""
    return open_generation(Store(root)).papers.get([0])[0].venue or ""


def write(path: Path, records: Sequence[Mapping[str, Any]]) -> None:
    """Write a source in one step, as whoever is careful does."""
    temporary = path.with_suffix(".new")
    temporary.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    temporary.replace(path)


def versions(folder: Path) -> list[Version]:
    """All versions, each built once without any disturbance to know its truth."""
    made = []
    # Once in this process, so that those forked from it have all loaded that a build loads.
    write(folder / "papers.jsonl", records_of(0))
    index(folder, folder / "warm")
    Searcher(open_generation(Store(folder / "warm")), ENCODER).search("what is warm?")
    for number in range(VERSIONS):
        root, records = folder / f"truth{number}", records_of(number)
        write(folder / "papers.jsonl", records)
        logs = new_logs(folder)
        code, said = Child(lambda root=root: index(folder, root), folder).wait()  # type: ignore[misc]
        if code:
            raise SystemExit(f"an undisturbed build fails:\n{said}")
        found = Searcher(open_generation(Store(root)), ENCODER)
        of_papers, of_words = (frozenset(t for call in read_log(log) for t in call) for log in logs)
        made.append(Version(f"Edition {number}", records, of_papers, of_words, answered(found)))
        shutil.rmtree(root)
    return made


def index(folder: Path, root: Path, *more: str) -> None:
    """`semsearch index` of the source in a folder."""
    command("index", str(folder / "papers.jsonl"), "--index", str(root), "--keep", str(KEEP), "-q", *more)


def command(*arguments: str) -> None:
    """A command of semsearch, in this process.

    Raises:
        SemsearchError: As the command does.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        cli.main([*arguments, "--json"], standalone_mode=False)


def new_logs(folder: Path) -> tuple[Path, Path]:
    """Begin to write down what is encoded, of papers and of words."""
    paths = folder / "encoded.log", folder / "encoded-words.log"
    for path, encoder in zip(paths, (ENCODER, WORDS), strict=True):
        path.unlink(missing_ok=True)
        encoder.log = path
    return paths


def read_log(path: Path) -> list[list[str]]:
    """The calls that were written down; a line that a kill cut short was not answered."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    calls = []
    for line in lines:
        with contextlib.suppress(ValueError):
            calls.append(json.loads(line))
    return calls


def _append(path: Path, line: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, f"{line}\n".encode())
    finally:
        os.close(descriptor)


class Child:
    """A process of our own that does one thing, begun when it says so, in a process group of its own.

    Args:
        do: What it does; an exception is written to its log and makes its exit code 1.
        folder: Where its log is.
    """

    def __init__(self, do: Callable[[], object], folder: Path) -> None:
        self._log, self._step = folder / "child.log", folder / "child.step"
        self._log.unlink(missing_ok=True)
        self._step.unlink(missing_ok=True)
        ready, told = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if not self.pid:
            os.close(ready)
            self._run(do, told)
        os.close(told)
        os.read(ready, 1)
        os.close(ready)
        self.began = time.perf_counter()

    def _run(self, do: Callable[[], object], told: int) -> None:
        """In the child: never returns."""
        code = 1
        try:
            os.setpgid(0, 0)
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.dup2(log, 1)
            os.dup2(log, 2)
            _tell_steps(self._step)
            os.write(told, b"!")
            do()
            code = 0
        except SemsearchError as error:
            print(f"{type(error).__name__}: {error}", flush=True)
        except BaseException:  # noqa: BLE001 -- it has no other way to say so
            with contextlib.suppress(BaseException):
                traceback.print_exc()
        finally:
            os._exit(code)

    def kill(self) -> None:
        """SIGKILL to the process and whatever it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def wait(self) -> tuple[int, str]:
        """Its exit code, negative for a signal, and what it said."""
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.seconds = time.perf_counter() - self.began
        return code, self._log.read_text(encoding="utf-8") if self._log.exists() else ""

    def step(self) -> str:
        """The step it was last at."""
        return self._step.read_text(encoding="utf-8").strip() if self._step.exists() else ""


def _tell_steps(path: Path) -> None:
    """Let every build of this process write down which step it is at."""
    told = progress.Timed.step

    def step(self: progress.Timed, name: str, total: int = 0) -> None:
        path.write_text(name, encoding="utf-8")
        told(self, name, total)

    progress.Timed.step = step  # type: ignore[method-assign]


def cached(root: Path, scratch: Path) -> tuple[dict[bytes, bytes], ...]:
    """What the caches of papers and words hold, read from a copy: reading would mend what a kill left."""
    shutil.rmtree(scratch, ignore_errors=True)
    if (root / "cache").is_dir():
        shutil.copytree(root / "cache", scratch)
    found = []
    for encoder in (ENCODER, WORDS):
        file = scratch / f"{encoder.passport.fingerprint[:32]}.sqlite"
        entries: dict[bytes, bytes] = {}
        if file.exists():
            with contextlib.closing(sqlite3.connect(file)) as database, contextlib.suppress(sqlite3.Error):
                for name, value in database.execute("SELECT key, value FROM vectors"):
                    if value[-4:] == zlib.crc32(value[:-4], zlib.crc32(name)).to_bytes(4, "little"):
                        entries[name] = value[:-4]
        found.append(entries)
    return tuple(found)


def wrong_in_cache(root: Path, scratch: Path, known: Sequence[Version]) -> str:
    """Whether a cache holds a vector of another text; empty when it does not."""
    for entries, encoder, part in zip(
        cached(root, scratch), (ENCODER, WORDS), ("texts", "words"), strict=True
    ):
        text_of = {key(text): text for version in known for text in getattr(version, part)}
        for name, value in entries.items():
            text = text_of.get(name)
            if text is not None and value != encoder.encode_queries([text])[0].astype("<f4").tobytes():
                return f"the cache holds another vector for {text!r}"
    return ""


def leftovers(root: Path, temporary: Path) -> str:
    """What is in a data root that nobody documents, when no writer is at work; empty when nothing is."""
    store = Store(root)
    wrong = [
        p.name
        for p in root.iterdir()
        if p.name not in {*["CURRENT", "generations", "cache", "verdicts", ".lock"]}
    ]
    wrong += [p.name for p in store.generations.iterdir() if p.name not in store.ids()]
    wrong += [p.name for p in store.verdicts.iterdir() if p.stem not in store.ids() or p.suffix != ".json"]
    wrong += [p.name for p in store.cache.iterdir() if p.suffix != ".sqlite"]
    wrong += [p.name for p in temporary.iterdir()]
    if len(list(store.cache.iterdir())) > 2:
        wrong.append("more caches than encoders")
    if len(store.ids()) > KEEP + 1:
        wrong.append(f"{len(store.ids())} generations")
    return ", ".join(wrong)


def size_of(folder: Path) -> int:
    """Bytes of all files in it."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@contextlib.contextmanager
def serving(root: Path, folder: Path, interval: float = 0.02) -> Iterator[str]:
    """A real service of an index, in a process of its own; gives its address."""
    log = folder / "serve.log"
    log.unlink(missing_ok=True)

    def serve() -> None:
        from semsearch.serve import live, run
        from semsearch.serve.settings import DEFAULT

        live._INTERVAL = interval
        run.serve(root, "127.0.0.1", 0, limits=replace(DEFAULT, max_wait=None))  # nobody is refused

    folder = folder / "service"
    folder.mkdir(exist_ok=True)
    child = Child(serve, folder)
    try:
        for _ in range(600):
            said = (folder / "child.log").read_text(encoding="utf-8")
            if "http://" in said:
                yield said.split("http://")[1].split("/")[0]
                break
            if os.waitpid(child.pid, os.WNOHANG)[0]:
                raise SystemExit(f"the service does not start:\n{said}")
            time.sleep(0.05)
        else:
            raise SystemExit(f"the service does not answer:\n{said}")
    finally:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(child.pid, signal.SIGTERM)
            child.wait()
