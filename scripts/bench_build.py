#!/usr/bin/env python3
"""What a first build takes and what a rebuild does, step by step, as the tables of docs/benchmarks.md.

    scripts/bench_build.py PAPERS.jsonl[.gz] [--papers 50000] [--changed 0.01] [--encoder all-MiniLM-L6-v2]

The first build starts from nothing; the second finds one paper in a hundred changed. Without --encoder a
stand-in makes the vectors, of 384 random components a word, so that what is measured is all the rest. With
--work FOLDER the first build is kept, and later runs go on from its cache.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import resource
import tempfile
import time
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from semsearch.encode import Encoder, Passport, Vectors, choosing, unit
from semsearch.index.build import BuildReport, build
from semsearch.index.progress import Timed
from semsearch.index.store import Store
from semsearch.ingest.formats.jsonl import to_json
from semsearch.ingest.reader import read
from semsearch.terminal import BuildBar


class RandomWords:
    """A stand-in for an encoder: a text is the sum of its words, each a random vector of its own."""

    passport = Passport("random-words", None, "1" * 64, "{title}. {abstract}", "sum", "l2", 10_000, 384)

    def __init__(self) -> None:
        self._words = np.random.default_rng(0).standard_normal((1 << 16, self.passport.dim), dtype=np.float32)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """The texts as vectors, shape ``(n, 384)``, unit norm."""
        numbers, starts = list[int](), list[int]()
        for text in texts:
            starts.append(len(numbers))
            numbers.append(0)
            numbers += (zlib.crc32(word.encode()) & 0xFFFF for word in text.lower().split())
        return unit(np.add.reduceat(self._words[numbers], starts)) if texts else self._words[:0]

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same."""
        return self.encode_documents(texts)

    def over_limit(self, texts: Sequence[str]) -> int:
        """None is."""
        return 0


def main() -> None:
    """Build, change some papers, build again; print a row a step."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path, metavar="PAPERS", help="JSON lines, gzipped or not")
    parser.add_argument("--papers", type=int, metavar="N", help="only the first N")
    parser.add_argument("--changed", type=float, default=0.01, metavar="SHARE")
    parser.add_argument("--encoder", metavar="NAME|PATH", help="a real one, instead of the stand-in")
    parser.add_argument("--work", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        raw = arguments.source.read_bytes()
        lines = (gzip.decompress(raw) if arguments.source.suffix == ".gz" else raw).splitlines(keepends=True)
        first, second = work / "papers.jsonl", work / "changed.jsonl"
        first.write_bytes(b"".join(lines[: arguments.papers]))
        reports = []
        for path in (first, second):
            if path == second:
                change(first, second, arguments.changed)
            used = time.process_time()
            report = timed(path, work / "index", arguments.encoder)
            reports.append((report, time.process_time() - used, memory()))
    show(reports)


def change(source: Path, target: Path, share: float) -> None:
    """Write the papers with a share of them, evenly drawn, given another title and one more sentence."""
    papers, _ = read(source)
    for i in random.Random(0).sample(range(len(papers)), round(share * len(papers))):  # noqa: S311
        title, abstract = f"{papers[i].title}, revised", f"This text was revised. {papers[i].abstract}"
        papers[i] = replace(papers[i], title=title, abstract=abstract)
    target.write_text("".join(json.dumps(to_json(paper)) + "\n" for paper in papers), encoding="utf-8")


def timed(source: Path, root: Path, encoder: str | None) -> BuildReport:
    """Read and build, as ``semsearch index`` does."""
    with BuildBar() as bar:
        progress = Timed(bar)
        progress.step("read")
        papers, rejected = read(source)
        progress.step("load")
        exports = Store(root).encoders
        loaded: Encoder = choosing.load(encoder, exports=exports) if encoder else RandomWords()
        return build(papers, root, loaded, rejected=rejected, sources=[str(source)], progress=progress)


def memory() -> float:
    """The most that this process has held so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def show(reports: Sequence[tuple[BuildReport, float, float]]) -> None:
    """The steps as a Markdown table, side by side."""
    counts = [report.counts for report, _, _ in reports]
    print(f"| {counts[0].papers:,} papers, seconds | first build | rebuild |\n| --- | ---: | ---: |")
    for name in reports[0][0].stages:
        print(f"| {name} | {' | '.join(f'{report.stages[name]:.1f}' for report, _, _ in reports)} |")
    print(f"| **all** | {' | '.join(f'**{report.seconds:.1f}**' for report, _, _ in reports)} |")
    print(f"| of the processor | {' | '.join(f'{used:.1f}' for _, used, _ in reports)} |")
    print(f"| texts encoded | {' | '.join(f'{count.embedded:,}' for count in counts)} |")
    print(f"| most memory, MB | {' | '.join(f'{most:,.0f}' for _, _, most in reports)} |")


if __name__ == "__main__":
    main()
