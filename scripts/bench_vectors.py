#!/usr/bin/env python3
"""Vector search: a plain scan of FAISS and ours, alternating, as the tables of docs/benchmarks.md.

    scripts/bench_vectors.py [--cache CACHE.sqlite] [--sizes 10000 50000 100000]
    scripts/bench_vectors.py --lists --sizes 100000 250000     what making lists takes, step by step

Vectors come from an embedding cache, more than it holds by adding noise to them; without one, they are drawn
around 500 centres. Questions are other vectors of the same kind. Both sides use one thread.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Vectors, unit
from semsearch.encode.jobs import Job, Local
from semsearch.index import lists, vectors
from semsearch.index.vectors import Mask, PaperVectors

_FAISS: Any = faiss  # its types know no keywords
_DIM = 384
_ASKED = 200
_NOISE = 0.35  # length of what is added to a vector to make another

Search = Callable[[Vectors, int, Mask | None], tuple[Any, Any]]


def main() -> None:
    """Print a table a size: both sides without filter and with three, and the recall of ours."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, help="an embedding cache: INDEX/cache/*.sqlite")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 50_000, 100_000])
    parser.add_argument("-k", type=int, nargs="+", default=[10, 200])
    parser.add_argument("--exact", action="store_true", help="exact from 100,000 papers on, too")
    parser.add_argument("--lists", action="store_true", help="time the steps of making lists")
    arguments = parser.parse_args()
    faiss.omp_set_num_threads(1)
    if arguments.lists:
        print("| papers | lists | learning, s | coding, s | merging, s |")
        print("| ---: | ---: | ---: | ---: | ---: |")
    for size in arguments.sizes:
        if arguments.lists:
            steps(unit(sample(arguments.cache, size)))
            continue
        made = unit(np.random.default_rng(1).permutation(sample(arguments.cache, size + _ASKED)))
        with tempfile.TemporaryDirectory() as folder:
            report(made[:size], made[size:], Path(folder), arguments.k, exact=arguments.exact)


class Watched:
    """A runner that does jobs here, and knows how many seconds of a core they took."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def arrays(self, jobs: Iterable[Job]) -> Iterator[tuple[int, NDArray[Any]]]:
        """See `semsearch.encode.jobs.Runner`."""
        begun = time.process_time()
        for done in Local().arrays(jobs):
            self.seconds += time.process_time() - begun
            yield done
            begun = time.process_time()

    def done(self) -> None:
        """See `semsearch.encode.jobs.Runner`."""


def steps(papers: Vectors) -> None:
    """Make the lists of some vectors, and print a line."""
    runner, begun = Watched(), time.process_time()
    learned = lists.learned(lists.KINDS[0], papers)
    between = time.process_time()
    count = lists.filled(learned, papers, runner).nlist
    merging = time.process_time() - between - runner.seconds
    print(
        f"| {len(papers):,} | {count:,} | {between - begun:.1f} | {runner.seconds:.1f} | {merging:.1f} |",
        flush=True,
    )


def report(papers: Vectors, questions: Vectors, folder: Path, ks: list[int], *, exact: bool) -> None:
    """Write the index, then ask every question of both sides in turn."""
    started = time.perf_counter()
    spec = vectors.write(folder, papers, exact=exact)
    seconds, size = time.perf_counter() - started, sum(entry.stat().st_size for entry in folder.iterdir())
    ours, plain = PaperVectors(folder), faiss.IndexFlatIP(papers.shape[1])
    plain.add(papers)
    print(f"{len(papers):,} papers, {spec.spec}: {size / 1e6:,.0f} MB, written in {seconds:.1f} s\n")
    print("| k | allowed | plain scan, ms | ours, ms | times | recall of ours |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    for k in ks:
        for share in (None, 0.5, 0.1, 0.01):
            allowed = None if share is None else np.random.default_rng(2).random(len(papers)) < share
            took, recall = both(plain, ours, questions, k, allowed)
            shown = "all" if share is None else f"{share:.0%}"
            print(
                f"| {k} | {shown} | {took[0]:.2f} | {took[1]:.2f} | {took[0] / took[1]:.1f} | {recall:.4f} |",
                flush=True,
            )
    print()


def both(
    plain: Any, ours: PaperVectors, questions: Vectors, k: int, allowed: Mask | None
) -> tuple[tuple[float, float], float]:
    """Median milliseconds of the plain scan and of ours, and the recall@k of ours against the plain scan."""
    parameters = None
    if allowed is not None:
        bits = np.packbits(allowed, bitorder="little")
        selector = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
        parameters = _FAISS.SearchParameters(sel=selector)
    took: list[tuple[float, float]] = []
    found = 0
    for question in questions:
        begun = time.perf_counter()
        cosines, _ = plain.search(question[None], k, params=parameters)
        between = time.perf_counter()
        mine, _ = ours.search(question[None], k, allowed)
        took.append((between - begun, time.perf_counter() - between))
        # By cosine and not by row: which of equally near papers is named does not matter.
        found += int((mine[0] >= cosines[0, -1] - 1e-6).sum())
    medians = 1000 * np.median(np.array(took), axis=0)
    return (float(medians[0]), float(medians[1])), found / (len(questions) * min(k, mine.shape[1]))


def sample(cache: Path | None, count: int) -> Vectors:
    """So many vectors: those of a cache and others beside them, or around centres."""
    chance = np.random.default_rng(0)
    if cache is None:
        known, noise = chance.standard_normal((500, _DIM), dtype=np.float32), 12.0
    else:
        with sqlite3.connect(f"{cache.resolve().as_uri()}?mode=ro", uri=True) as database:
            values = [value for (value,) in database.execute("SELECT value FROM vectors")]
        known, noise = np.stack([np.frombuffer(v, "<f4", len(v) // 4 - 1) for v in values]), _NOISE
    if len(known) >= count:
        return known[chance.permutation(len(known))[:count]]
    more = known[chance.integers(0, len(known), count - (len(known) if cache else 0))]
    more = more + noise / np.sqrt(more.shape[1]) * chance.standard_normal(more.shape, dtype=np.float32)
    return np.concatenate([known, more]) if cache else more


if __name__ == "__main__":
    main()
