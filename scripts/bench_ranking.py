#!/usr/bin/env python3
"""Ranking on judged collections, every mode side by side, as the tables of docs/benchmarks.md.

    scripts/bench_ranking.py JUDGED [COLLECTION ...]

JUDGED has a folder a collection: corpus.jsonl, queries.jsonl and qrels.tsv, or related.queries.jsonl and
related.qrels.tsv where related papers are judged. Indexes are kept in --work: a second run embeds nothing.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from semsearch.config import Settings
from semsearch.evaluate import Evaluation, evaluate, read_qrels, read_questions
from semsearch.index.offline import build_from_settings
from semsearch.search import MODES, Searcher, open_searcher
from semsearch.terminal import BuildBar


def main() -> None:
    """Build what is not built yet, ask every judged question in every mode, print a table a collection."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("judged", type=Path)
    parser.add_argument("collections", nargs="*")
    parser.add_argument("--work", type=Path, default=Path("bench-index"))
    parser.add_argument("--rebuild", action="store_true", help="build again even where an index is")
    arguments = parser.parse_args()
    for name in arguments.collections or sorted(entry.name for entry in arguments.judged.iterdir()):
        folder = arguments.judged / name
        for line in table(name, folder, opened(folder, arguments.work, rebuild=arguments.rebuild)):
            print(line, flush=True)
        print()


def opened(folder: Path, work: Path, *, rebuild: bool = False) -> Searcher:
    """The index of a collection, built when it is not there."""
    root = work / folder.name
    if rebuild or not (root / "CURRENT").exists():
        with BuildBar() as bar:
            # Each record is judged by itself, those that are of one paper too.
            settings = Settings((str(folder / "corpus.jsonl"),), keep_duplicates=True)
            build_from_settings(settings, root, progress=bar)
    return open_searcher(root)


def table(name: str, folder: Path, searcher: Searcher) -> list[str]:
    """A collection's figures in Markdown, a row a mode."""
    rows: list[tuple[str, Evaluation]] = []
    if (folder / "queries.jsonl").exists():
        questions, qrels = read_questions(folder / "queries.jsonl"), read_qrels(folder / "qrels.tsv")
        rows += [(mode, evaluate(searcher, questions, qrels, mode=mode)) for mode in MODES]
    if (folder / "related.queries.jsonl").exists():
        questions = read_questions(folder / "related.queries.jsonl")
        qrels = read_qrels(folder / "related.qrels.tsv")
        rows.append(("related", evaluate(searcher, questions, qrels, related=True)))
    lines = [
        f"| {name}: {len(searcher):,} papers | questions | nDCG@10 | recall@100 | MRR@10 | MAP | p50 ms |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for mode, figures in rows:
        shown = figures.to_dict()
        values = [f"{shown[key]:.4f}" for key in ("ndcg@10", "recall@100", "mrr@10", "map")]
        lines.append(
            f"| {mode} | {shown['queries']} | {' | '.join(values)} | {shown['took_ms']['p50']:.1f} |"
        )
    return lines


if __name__ == "__main__":
    main()
