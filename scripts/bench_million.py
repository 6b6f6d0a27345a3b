#!/usr/bin/env python3
"""A million papers on one machine: what each part of an index takes to write, and what a question costs.

    scripts/bench_million.py write WORK PAPERS.jsonl.gz... --vectors CACHE.sqlite... --papers 1000000
    scripts/bench_million.py ask WORK/index QUESTIONS.jsonl

Papers are real ones as long as they last; then the sentences of each are drawn from two of them, and so is
its title. Vectors are those of a cache, then others beside them (``--noise`` is the length of what is added),
so that nothing has to be encoded: the vector of a paper does not belong to what it says, but costs are what
they would be. Each part is written by a process of its own, whose time and memory are its own; a part that is
there is not written again, so that a run goes on where the last one ended.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import overload

import bench_names
import numpy as np

from semsearch.encode import CANARIES, DEFAULT, Vectors, choosing, sentences, unit
from semsearch.encode.cache import EmbeddingCache
from semsearch.encode.multilingual import multilingual
from semsearch.index import (
    added,
    compact,
    evidence,
    landscape,
    lexicon,
    names,
    papers,
    texts,
    titles,
    vectors,
    words,
)
from semsearch.index import manifest as manifests
from semsearch.index.calibration import calibrate
from semsearch.index.generation import open_generation
from semsearch.index.manifest import Counts, Manifest, VectorSpec
from semsearch.index.store import Store, record
from semsearch.paper import Paper

_DIM = 384
_SPEC = "vectors.json"


class Corpus(Sequence[Paper]):
    """Real papers, then others made of them; each is made when it is asked for, and always the same."""

    def __init__(self, sources: Sequence[Path], count: int, words_of_abstract: int | None) -> None:
        self._sources, self._count, self._cut = sources, count, words_of_abstract

    @cached_property
    def _real(self) -> list[Paper]:
        found = [paper for path in self._sources for paper in bench_names.read(path) if paper.abstract]
        return random.Random(1).sample(found, len(found))  # noqa: S311 -- nothing secret

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, row: int) -> Paper: ...

    @overload
    def __getitem__(self, row: slice) -> Sequence[Paper]: ...

    def __getitem__(self, row: int | slice) -> Paper | Sequence[Paper]:
        if isinstance(row, slice):
            return [self[i] for i in range(*row.indices(self._count))]
        if not 0 <= row < self._count:
            raise IndexError(row)
        paper = self._real[row % len(self._real)]
        if row >= len(self._real):
            paper = self._made(row, paper)
        if self._cut is None:
            return paper
        return replace(paper, abstract=" ".join(paper.abstract.split()[: self._cut]))

    def _made(self, row: int, paper: Paper) -> Paper:
        chance = random.Random(row)  # noqa: S311 -- nothing secret
        other, third = (
            self._real[chance.randrange(len(self._real))],
            self._real[chance.randrange(len(self._real))],
        )
        head, tail = paper.title.split(), other.title.split()
        said = [*paper.abstract.split(". "), *other.abstract.split(". ")]
        chance.shuffle(said)
        return replace(
            paper,
            id=f"{paper.id}v{row}",
            title=" ".join([*head[: (len(head) + 1) // 2], *tail[len(tail) // 2 :]]),
            abstract=". ".join(said[: len(said) // 2]),
            authors=(*paper.authors[:2], *third.authors[:2]),
            year=other.year,
            doi=None,
            identifiers=(),
        )

    def __iter__(self) -> Iterator[Paper]:
        return (self[row] for row in range(self._count))


def known(caches: Sequence[Path]) -> Vectors:
    """All vectors of some embedding caches, each text once."""
    found: dict[bytes, bytes] = {}
    for cache in caches:
        with sqlite3.connect(f"{cache.resolve().as_uri()}?mode=ro", uri=True) as database:
            found.update(database.execute("SELECT key, value FROM vectors"))
    return np.stack([np.frombuffer(v, "<f4", _DIM) for v in found.values() if len(v) == 4 * _DIM + 4])


def documents(real: Vectors, count: int, noise: float) -> Vectors:
    """So many vectors: the known ones, then others beside them, in an order of chance."""
    chance, block = np.random.default_rng(1), 65_536
    out = np.empty((count, _DIM), dtype=np.float32)
    out[: len(real)] = real[:count]
    for start in range(len(real), count, block):
        size = min(block, count - start)
        more = real[chance.integers(0, len(real), size)]
        more = more + noise / np.sqrt(_DIM) * chance.standard_normal(more.shape, dtype=np.float32)
        out[start : start + size] = unit(more)
    chance.shuffle(out)
    return out


def write(arguments: argparse.Namespace) -> None:
    """Write what is missing of the index, part by part, then publish it."""
    work: Path = arguments.work
    folder, store = work / "generation", Store(work / "index")
    folder.mkdir(parents=True, exist_ok=True)
    corpus = Corpus(arguments.sources, arguments.papers, arguments.abstract_words)
    if not all((work / f"{name}.done").exists() for name in arguments.parts or ()):
        _ = corpus[0]  # read once, for all parts

    def of_vectors() -> None:
        made = documents(known(arguments.vectors), len(corpus), arguments.noise)
        spec = vectors.write(folder, made, **arguments.search)
        (work / _SPEC).write_text(json.dumps({"spec": spec.spec, "recall": spec.recall}), encoding="utf-8")

    parts: dict[str, Callable[[], object]] = {
        "papers": lambda: papers.write(folder, corpus),
        "titles": lambda: titles.write(folder, corpus),
        "texts": lambda: texts.write(folder, corpus),
        "names": lambda: names.write(folder, corpus),
        "words": lambda: words.write(folder, corpus),
        "sentences": lambda: _sentences(folder, corpus, known(arguments.vectors)),
        "vectors": of_vectors,
        "lexicon": lambda: _lexicon(folder, work, corpus),
        "map": lambda: landscape.write(folder, corpus, vectors.PaperVectors(folder).all(), store),
        "seal": lambda: _seal(folder, work, store, corpus),
    }
    for name in arguments.parts or parts:
        if not (work / f"{name}.done").exists():
            before = {path.name for path in folder.iterdir()}
            took, most = _apart(parts[name])
            new = [path for path in folder.iterdir() if path.name not in before] if folder.exists() else []
            size = sum(path.stat().st_size for path in new)
            line = f"| {name} | {took[0]:.0f} | {took[1]:.0f} | {most:,.0f} | {size / len(corpus):,.0f} |"
            (work / f"{name}.done").write_text(line + "\n", encoding="utf-8")
        print((work / f"{name}.done").read_text(encoding="utf-8"), end="", flush=True)


def _apart(do: Callable[[], object]) -> tuple[tuple[float, float], float]:
    """Seconds, seconds of the processor, and the most megabytes of memory that a process of its own takes."""
    theirs, ours = multiprocessing.get_context("fork").Pipe(duplex=False)

    def run() -> None:
        started = time.monotonic()
        do()
        usage = resource.getrusage(resource.RUSAGE_SELF)
        ours.send((time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
        os._exit(0)

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    process.join()
    if not theirs.poll():
        raise SystemExit(f"the part ended with {process.exitcode}")
    took, cpu, most = theirs.recv()
    return (took, cpu), most


def _sentences(folder: Path, corpus: Corpus, real: Vectors) -> None:
    """Where sentences stand, and vectors of titles and sentences, drawn from the known ones."""
    spans, starts = list[tuple[int, int]](), [0]
    for paper in corpus:
        spans += sentences.split(paper.abstract, paper.language)
        starts.append(len(spans))
    np.save(folder / evidence.SPANS, np.array(spans, dtype=np.int32).reshape(-1, 2))
    np.save(folder / evidence.STARTS, np.array(starts, dtype=np.int64))
    chance = np.random.default_rng(2)
    for name, count in ((evidence.TITLES, len(corpus)), (evidence.SENTENCES, len(spans))):
        out = compact.create(folder / name, count, _DIM)
        for start in range(0, count, 65_536):
            end = min(start + 65_536, count)
            out[start:end] = real[chance.integers(0, len(real), end - start)]


def _lexicon(folder: Path, work: Path, corpus: Corpus) -> None:
    encoder = multilingual()
    with EmbeddingCache(work / "cache", encoder.passport) as cache:
        lexicon.write(folder, corpus, encoder, cache)


def _seal(folder: Path, work: Path, store: Store, corpus: Corpus) -> None:
    encoder = choosing.load(DEFAULT, exports=store.encoders)
    added.write(folder, corpus, datetime.now(UTC), {})
    np.save(folder / manifests.CANARIES, encoder.encode_documents(CANARIES))
    (folder / "rejected.jsonl").touch()
    spec, of_papers = json.loads((work / _SPEC).read_text(encoding="utf-8")), vectors.PaperVectors(folder)
    said = len(np.load(folder / evidence.SPANS, mmap_mode="r"))
    sample = of_papers.vectors(np.arange(0, len(corpus), max(1, len(corpus) // 20_000)))
    manifest = Manifest(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        parent=None,
        encoder=encoder.passport,
        lexicon=multilingual().passport,
        vectors=VectorSpec(**spec),
        counts=Counts(len(corpus), 0, 0, 0, 0, 0, said, 0),
        sources=(),
        papers_of={},
        golden=None,
        calibration=calibrate(encoder, compact.opened(folder / evidence.TITLES, len(corpus), _DIM), sample),
        files=record(folder),
    )
    with store.lock():
        store.publish(store.seal(folder, manifest))
    open_generation(store)


def main() -> None:
    """Write or ask."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    writing = commands.add_parser("write", help="write an index")
    writing.add_argument("work", type=Path)
    writing.add_argument("sources", type=Path, nargs="+")
    writing.add_argument("--vectors", type=Path, nargs="+", required=True, help="embedding caches")
    writing.add_argument("--papers", type=int, default=1_000_000)
    writing.add_argument("--abstract-words", type=int, help="only so many of each abstract")
    writing.add_argument("--noise", type=float, default=0.7)
    writing.add_argument("--parts", nargs="+", help="only these")
    writing.set_defaults(do=write, search={})
    arguments = parser.parse_args()
    arguments.do(arguments)


if __name__ == "__main__":
    main()
