#!/usr/bin/env python3
"""What a question costs, stage by stage, as the tables of docs/benchmarks.md.

    scripts/bench_questions.py INDEX QUESTIONS.jsonl [--stand-in PAPERS.jsonl[.gz] --papers N]

Asks an index that exists. With --stand-in the index is built first where there is none, with an encoder that
needs no model: the sum of a fixed random vector for each word. All but `encode` takes as long with it as with
any encoder of 384 dimensions.
"""

from __future__ import annotations

import argparse
import time
import zlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from statistics import mean

import bench_names
import numpy as np

from semsearch.encode import Passport, Vectors, unit
from semsearch.evaluate import read_questions
from semsearch.evaluate.evaluation import percentile
from semsearch.index.build import build
from semsearch.search import Searcher, open_searcher
from semsearch.search.stages import Stages
from semsearch.terminal import BuildBar

# What depends on the encoder and on the number of vectors alone.
_SCAN = ("encode", "meaning")


class RandomWords:
    """A stand-in for an encoder: the sum of a fixed random vector for each word."""

    passport = Passport("random-words", None, "0" * 64, "{title}. {abstract}", "sum", "l2", 10_000, 384)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """The texts as vectors, shape ``(n, 384)``, unit norm."""
        vectors = np.empty((len(texts), self.passport.dim), dtype=np.float32)
        for row, text in enumerate(texts):
            words = [zlib.crc32(word.encode()) % len(self._words) for word in text.lower().split()]
            vectors[row] = self._words[words or [0]].sum(axis=0) + self._words[0] / 10
        return unit(vectors)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same."""
        return self.encode_documents(texts)

    def over_limit(self, texts: Sequence[str]) -> int:
        """None is."""
        return 0

    @cached_property
    def _words(self) -> Vectors:
        return np.random.default_rng(7).standard_normal((2**16, self.passport.dim)).astype(np.float32)


def main() -> None:
    """Build what is to be built, ask all questions several times, print a row a stage."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("index", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("-k", type=int, default=10, help="how many hits")
    parser.add_argument("--passes", type=int, default=3, help="the least counts: others use the machine too")
    parser.add_argument("--stand-in", type=Path, metavar="PAPERS")
    parser.add_argument("--papers", type=int, metavar="N", help="only the first N")
    arguments = parser.parse_args()

    if arguments.stand_in and not (arguments.index / "CURRENT").exists():
        with BuildBar() as bar:
            papers = bench_names.read(arguments.stand_in)[: arguments.papers]
            build(papers, arguments.index, RandomWords(), progress=bar)
    texts = [question.text for question in read_questions(arguments.questions)]
    for line in table(opened(arguments.index), texts, arguments.k, arguments.passes):
        print(line)


def opened(index: Path) -> Searcher:
    """The index, asked with the encoder that built it."""
    searcher = open_searcher(index)
    if searcher.generation.manifest.encoder.fingerprint == RandomWords.passport.fingerprint:
        return Searcher(searcher.generation, RandomWords())
    return searcher


def table(searcher: Searcher, texts: Sequence[str], k: int, passes: int) -> list[str]:
    """Time and processor time of the stages in Markdown, the least of several passes over all questions."""
    searcher.search(texts[0], k)  # loads what is loaded once
    took = least(searcher, texts, k, passes)
    wall, Stages.clock = Stages.clock, time.process_time
    cpu = least(searcher, texts, k, passes)
    Stages.clock = wall
    stages = list(dict.fromkeys(stage for question in took for stage in question))
    lines = [
        f"| {len(searcher):,} papers, {len(texts):,} questions, k = {k} | p50 ms | p95 ms | CPU ms, mean |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, summed in (
        *((stage, {stage}) for stage in stages),
        ("**all**", {*stages}),
        (f"all but {' and '.join(_SCAN)}", {*stages}.difference(_SCAN)),
    ):
        times, costs = (
            tuple(sum(ms for stage, ms in question.items() if stage in summed) for question in of)
            for of in (took, cpu)
        )
        lines.append(
            f"| {name} | {percentile(times, 50):.2f} | {percentile(times, 95):.2f} | {mean(costs):.2f} |"
        )
    return lines


def least(searcher: Searcher, texts: Sequence[str], k: int, passes: int) -> list[dict[str, float]]:
    """For each question the least time that each stage took in several passes."""
    answers = [[searcher.search(text, k).stages for text in texts] for _ in range(passes)]
    return [
        {stage: min(stages[stage] for stages in of_one) for stage in of_one[0]}
        for of_one in zip(*answers, strict=True)
    ]


if __name__ == "__main__":
    main()
