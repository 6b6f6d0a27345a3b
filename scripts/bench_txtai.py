#!/usr/bin/env python3
"""semsearch against txtai on judged collections: build, cold start and nDCG@10, as in docs/benchmarks.md.

    scripts/bench_txtai.py JUDGED COLLECTION... --txtai PYTHON --work DIR

JUDGED holds a folder a collection, with corpus.jsonl, queries.jsonl and qrels.tsv. Both read the same
corpus with the same encoder, each as its own documentation says: semsearch by its command line, txtai by an
index of its Embeddings, hybrid and with content, in the interpreter that --txtai names. Both build from
nothing, in turn. A cold start is a new process that opens the index and answers one question; the median of
five.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from semsearch.encode import DEFAULT
from semsearch.encode.models import locate
from semsearch.evaluate import judged, measure, read_qrels, read_questions

_COLD = 5
_QUESTION = "how is the boundary layer measured?"
_BUILD = """
import json, sys
from txtai import Embeddings
folder, corpus, model = sys.argv[1:]
index = Embeddings(path=model, hybrid=True, content=True)
text = lambda r: f"{r['title']}. {r['abstract']}" if r["abstract"] else r["title"]
index.index((record["id"], text(record), None) for record in map(json.loads, open(corpus)))
index.save(folder)
"""
_ASK = """
import json, sys
from txtai import Embeddings
index = Embeddings()
index.load(sys.argv[1])
questions = json.load(sys.stdin)
print(json.dumps([[hit["id"] for hit in index.search(question, 10)] for question in questions]))
"""


def main() -> None:
    """Build, ask, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("judged", type=Path, metavar="JUDGED")
    parser.add_argument("collections", nargs="+", metavar="COLLECTION")
    parser.add_argument("--txtai", type=Path, required=True, metavar="PYTHON")
    parser.add_argument("--work", type=Path, required=True, help="where the indexes are built")
    args = parser.parse_args()
    print("| collection | | build, s | index, MB | cold start, s | nDCG@10 |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    for name in args.collections:
        folder, work = args.judged / name, args.work / name
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        ours, theirs = work / "semsearch", work / "txtai"
        command = [sys.executable, "-m", "semsearch"]
        txtai = [str(args.txtai), "-W", "ignore", "-c"]
        corpus = str(folder / "corpus.jsonl")
        built = {
            "semsearch": _seconds([*command, "index", corpus, "--index", str(ours), "--quiet"]),
            "txtai": _seconds([*txtai, _BUILD, str(theirs), corpus, locate(DEFAULT)]),
        }
        cold: dict[str, list[float]] = {"semsearch": [], "txtai": []}
        for _ in range(_COLD):
            cold["semsearch"].append(_seconds([*command, "search", _QUESTION, "--index", str(ours)]))
            cold["txtai"].append(_seconds([*txtai, _ASK, str(theirs)], json.dumps([_QUESTION])))
        gain = {"semsearch": _ours(folder, ours, command), "txtai": _theirs(folder, theirs, txtai)}
        sizes = {"semsearch": _megabytes(ours / "generations"), "txtai": _megabytes(theirs)}
        for system in built:
            figures = (
                f"{built[system]:.0f} | {sizes[system]:.0f} | {median(cold[system]):.2f} | {gain[system]:.4f}"
            )
            print(f"| {name} | {system} | {figures} |", flush=True)


def _seconds(command: Sequence[str], stdin: str = "") -> float:
    """How long a process takes."""
    began = time.perf_counter()
    subprocess.run(command, input=stdin, capture_output=True, text=True, check=True)
    return time.perf_counter() - began


def _ours(folder: Path, index: Path, command: Sequence[str]) -> float:
    files = ["--queries", str(folder / "queries.jsonl"), "--qrels", str(folder / "qrels.tsv")]
    evaluate = [*command, "evaluate", *files, "--index", str(index), "--json"]
    found = subprocess.run(evaluate, capture_output=True, text=True, check=True)
    return float(json.loads(found.stdout)["ndcg@10"])


def _theirs(folder: Path, index: Path, txtai: Sequence[str]) -> float:
    qrels = read_qrels(folder / "qrels.tsv")
    questions = judged(read_questions(folder / "queries.jsonl"), qrels)
    asked = json.dumps([question.text for question in questions])
    found = subprocess.run(
        [*txtai, _ASK, str(index)], input=asked, capture_output=True, text=True, check=True
    )
    answers: list[list[str]] = json.loads(found.stdout)
    run = {
        question.id: {paper: 1 / rank for rank, paper in enumerate(ids, 1)}
        for question, ids in zip(questions, answers, strict=True)
    }
    figures = measure({question.id: qrels[question.id] for question in questions}, run)
    return sum(figure["ndcg@10"] for figure in figures.values()) / len(figures)


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


if __name__ == "__main__":
    main()
