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
import gc
import json
import multiprocessing
import os
import random
import resource
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import bench_names
import bench_questions
import numpy as np

from semsearch.encode import CANARIES, DEFAULT, Vectors, choosing, sentences, unit
from semsearch.encode.cache import EmbeddingCache
from semsearch.encode.multilingual import multilingual
from semsearch.evaluate import read_questions
from semsearch.evaluate.evaluation import percentile
from semsearch.index import (
    added,
    compact,
    evidence,
    landscape,
    lexicon,
    names,
    papers,
    placement,
    texts,
    titles,
    vectors,
    words,
)
from semsearch.index import manifest as manifests
from semsearch.index.calibration import calibrate
from semsearch.index.generation import open_generation
from semsearch.index.manifest import Counts, Manifest, Recipe, VectorSpec
from semsearch.index.papers import Filters
from semsearch.index.store import Store, record
from semsearch.index.vectors import Mask
from semsearch.paper import Paper
from semsearch.search import Searcher
from semsearch.search.fusion import POOL

_DIM = 384
_SPEC = "vectors.json"
_PARTS = ("papers", "titles", "texts", "names", "words", "sentences", "vectors", "lexicon", "map", "seal")


def made_up(sources: Sequence[Path], count: int, words_of_abstract: int | None) -> list[Paper]:
    """Real papers in an order of chance, then others made of them: always the same."""
    real = [paper for path in sources for paper in bench_names.read(path) if paper.abstract]
    chance = random.Random(1)  # noqa: S311 -- nothing secret
    chance.shuffle(real)
    real = [_cut(paper, words_of_abstract) for paper in real[:count]]
    said = [paper.abstract.split(". ") for paper in real]
    return real + [_made(i, real, said, chance) for i in range(len(real), count)]


def _cut(paper: Paper, words_of_abstract: int | None) -> Paper:
    return replace(paper, abstract=" ".join(paper.abstract.split()[:words_of_abstract]))


def _made(i: int, real: Sequence[Paper], said: Sequence[list[str]], chance: random.Random) -> Paper:
    one, two, three = i % len(real), chance.randrange(len(real)), chance.randrange(len(real))
    head, tail = real[one].title.split(), real[two].title.split()
    sentences_of_both = said[one] + said[two]
    chance.shuffle(sentences_of_both)
    return replace(
        real[one],
        id=f"{real[one].id}v{i}",
        title=" ".join([*head[: (len(head) + 1) // 2], *tail[len(tail) // 2 :]]),
        abstract=". ".join(sentences_of_both[: len(sentences_of_both) // 2]),
        authors=(*real[one].authors[:2], *real[three].authors[:2]),
        year=real[two].year,
        doi=None,
        identifiers=(),
        original=None,
    )


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
    if arguments.principal:
        placement.method = lambda: placement.PCA
    missing = [name for name in arguments.parts or _PARTS if not (work / f"{name}.done").exists()]
    corpus: Sequence[Paper] = ()
    if {*missing} - {"vectors", "seal"}:  # as in a build, all papers are in memory, once for all parts
        corpus = made_up(arguments.sources, arguments.papers, arguments.abstract_words)
        gc.freeze()

    def of_vectors() -> None:
        made = documents(known(arguments.vectors), arguments.papers, arguments.noise)
        spec = vectors.write(folder, made, **arguments.search)
        (work / _SPEC).write_text(json.dumps(asdict(spec)), encoding="utf-8")

    parts: dict[str, Callable[[], object]] = {
        "papers": lambda: papers.write(folder, corpus),
        "titles": lambda: titles.write(folder, corpus),
        "texts": lambda: texts.write(folder, corpus),
        "names": lambda: names.write(folder, corpus),
        "words": lambda: words.write(folder, corpus),
        "sentences": lambda: _sentences(folder, corpus, known(arguments.vectors)),
        "vectors": of_vectors,
        "lexicon": lambda: _lexicon(folder, work, corpus[:: arguments.lexicon_of]),
        "map": lambda: landscape.write(
            folder, corpus, vectors.PaperVectors(folder).vectors(np.arange(len(corpus))), store
        ),
        "seal": lambda: _seal(folder, work, store, arguments.papers),
    }
    for name in arguments.parts or _PARTS:
        if not (work / f"{name}.done").exists():
            before = {path.name for path in folder.iterdir()}
            took, most = _apart(parts[name])
            new = [path for path in folder.iterdir() if path.name not in before] if folder.exists() else []
            size = sum(path.stat().st_size for path in new)
            line = (
                f"| {name} | {took[0]:.0f} | {took[1]:.0f} | {most:,.0f} | {size / arguments.papers:,.0f} |"
            )
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


def _sentences(folder: Path, corpus: Sequence[Paper], real: Vectors) -> None:
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


def _lexicon(folder: Path, work: Path, corpus: Sequence[Paper]) -> None:
    encoder = multilingual()
    with EmbeddingCache(work / "cache", encoder.passport) as cache:
        lexicon.write(folder, corpus, encoder, cache)


def _seal(folder: Path, work: Path, store: Store, papers: int) -> None:
    encoder = choosing.load(DEFAULT, exports=store.encoders)
    np.save(folder / added.FILE, np.full(papers, added.seconds(datetime.now(UTC))))
    np.save(folder / manifests.CANARIES, encoder.encode_documents(CANARIES))
    (folder / "rejected.jsonl").touch()
    spec, of_papers = json.loads((work / _SPEC).read_text(encoding="utf-8")), vectors.PaperVectors(folder)
    said = len(np.load(folder / evidence.SPANS, mmap_mode="r", allow_pickle=False))
    manifest = Manifest(
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        parent=None,
        encoder=encoder.passport,
        lexicon=multilingual().passport,
        vectors=VectorSpec(**spec),
        counts=Counts(papers, 0, 0, 0, 0, 0, said, 0),
        sources=(),
        papers_of={},
        recipe=Recipe(),
        golden=None,
        calibration=calibrate(
            encoder,
            compact.opened(folder / evidence.TITLES, papers, _DIM),
            of_papers.vectors(np.arange(papers)),
        ),
        files=record(folder),
    )
    with store.lock():
        store.publish(store.seal(folder, manifest))
    open_generation(store)


def ask(arguments: argparse.Namespace) -> None:
    """Open the index, ask it questions with and without filters, and say what that took."""
    before, started = resident(), time.perf_counter()
    generation = open_generation(Store(arguments.index))
    print(f"opened in {time.perf_counter() - started:.2f} s, {resident() - before:,.0f} MB more resident")
    searcher = Searcher(generation)
    texts = [question.text for question in read_questions(arguments.questions)]
    papers = generation.papers
    for line in bench_questions.table(searcher, texts, 10, arguments.passes):
        print(line)
    for name, filters in (("50%", Filters(year_from=2024)), ("few", Filters(author="Li"))):
        took = [searcher.search(text, 10, filters=filters).took_ms for text in texts]
        print(f"| **all**, filter of {name} | {percentile(took, 50):.2f} | {percentile(took, 95):.2f} | |")
    for name, do in (
        ("related papers", lambda: searcher.related(papers.get([7])[0].id)),
        ("counts of all papers", lambda: searcher.facets()),
        ("counts of a question", lambda: searcher.facets(texts[0])),
        ("newest papers", lambda: papers.newest(Filters(year_to=2020), 20)),
        ("a feed", lambda: searcher.arrivals(texts[0])),
    ):
        times = [_timed(do) for _ in range(4)]
        print(f"{name}: {times[0]:.0f} ms the first time, {min(times[1:]):.0f} ms then")
    print(f"\nresident after that: {resident():,.0f} MB, {resident(shared=False):,.0f} of them private\n")
    encoded = searcher.encoder.encode_queries(texts)
    total = len(generation.papers)
    masks: dict[str, Mask | None] = {
        "all": None,
        "50%, by chance": np.random.default_rng(5).random(total) < 0.5,
        "5%, by chance": np.random.default_rng(5).random(total) < 0.05,
        "0.1%, by chance": np.random.default_rng(5).random(total) < 0.001,
    }
    for filters in (
        Filters(year_from=2024),
        Filters(year_to=2005),
        Filters(venue="ACL"),
        Filters(author="Li"),
    ):
        since = time.perf_counter()
        allowed = papers.allowed(filters)
        name = ", ".join(f"{key} {value}" for key, value in asdict(filters).items() if value is not None)
        masks[f"{name}: {allowed.mean():.1%} in {1000 * (time.perf_counter() - since):.0f} ms"] = allowed
    print("\n| papers allowed | k | p50 ms | p95 ms | recall@k | fewest hits |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    cosines = nearest(generation.vectors, encoded, masks)
    for name, mask in masks.items():
        for k in (10, POOL):
            print(
                f"| {name} | {k} | {_found(generation.vectors, encoded, k, mask, cosines[name])} |",
                flush=True,
            )


def nearest(
    of_papers: vectors.PaperVectors, questions: Vectors, masks: Mapping[str, Mask | None]
) -> dict[str, Vectors]:
    """The cosines of each question and the nearest papers that each filter lets through, by comparing all."""
    best = {name: np.full((len(questions), POOL), -2, np.float32) for name in masks}
    for start in range(0, len(of_papers), 65_536):
        rows = np.arange(start, min(start + 65_536, len(of_papers)))
        found = questions @ of_papers.vectors(rows).T
        for name, mask in masks.items():
            of_block = found if mask is None else found[:, mask[rows]]
            both = np.concatenate([best[name], of_block], axis=1)
            best[name] = np.partition(both, both.shape[1] - POOL, axis=1)[:, -POOL:]
    return {name: -np.sort(-found, axis=1) for name, found in best.items()}


def _found(
    of_papers: vectors.PaperVectors, questions: Vectors, k: int, mask: Mask | None, cosines: Vectors
) -> str:
    """Milliseconds, recall and the fewest hits of some questions, asked one after the other."""
    took, hits, fewest = [], 0, k
    allowed = len(of_papers) if mask is None else int(mask.sum())
    for question, near in zip(questions, cosines, strict=True):
        since = time.perf_counter()
        scores, _ = of_papers.search(question[None], k, mask)
        took.append(1000 * (time.perf_counter() - since))
        hits += int((scores[0] >= near[min(k, allowed) - 1] - 1e-6).sum())
        fewest = min(fewest, scores.shape[1])
    recall = hits / (min(k, allowed) * len(questions))
    return f"{percentile(took, 50):.2f} | {percentile(took, 95):.2f} | {recall:.4f} | {fewest}"


def _timed(do: Callable[[], object]) -> float:
    since = time.perf_counter()
    do()
    return 1000 * (time.perf_counter() - since)


def resident(*, shared: bool = True) -> float:
    """Megabytes of this process that are in memory, with the pages of files or without."""
    fields = dict(
        line.split(":") for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    )
    return int(fields["VmRSS" if shared else "RssAnon"].split()[0]) / 1024


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
    writing.add_argument("--lexicon-of", type=int, default=1, help="every so many papers")
    writing.add_argument("--principal", action="store_true", help="place papers without t-SNE")
    writing.add_argument("--parts", nargs="+", help="only these")
    writing.set_defaults(do=write, search={})
    asking = commands.add_parser("ask", help="ask one")
    asking.add_argument("index", type=Path)
    asking.add_argument("questions", type=Path)
    asking.add_argument("--passes", type=int, default=2)
    asking.set_defaults(do=ask)
    arguments = parser.parse_args()
    arguments.do(arguments)


if __name__ == "__main__":
    main()
