#!/usr/bin/env python3
"""Encoding against plain sentence-transformers, as the tables of docs/benchmarks.md.

    scripts/bench_encoding.py PAPERS.jsonl[.gz] QUESTIONS.jsonl [--papers 5000]

The baseline is what everybody starts from: SentenceTransformer.encode in float32, batches of 32. Papers are
encoded in ten slices, the baseline and each runtime of ours in turn on each slice, so that whatever else the
machine does meets them all; figures are medians. The arithmetic limit is the speed of a plain product of
matrices on all cores, divided by the multiplications and additions that the texts need.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from semsearch.encode import DEFAULT, Vectors, choosing, export, pretrained, unit
from semsearch.encode.export import Export
from semsearch.encode.models import locate
from semsearch.encode.pretrained import Pretrained
from semsearch.encode.questions import MOST_TOGETHER
from semsearch.encode.transformer import TransformerEncoder

Encode = Callable[[Sequence[str]], Vectors]
_SLICES, _COLD = 10, 5
_BASELINE = "sentence-transformers, float32, batches of 32"
_QUESTION = "how do agents remember?"
_MEMORY = """
print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0])
"""
_PLAIN = f"""
import sys
from sentence_transformers import SentenceTransformer
SentenceTransformer(sys.argv[1]).encode([{_QUESTION!r}])
{_MEMORY}"""
_OURS = f"""
import sys
from pathlib import Path
from semsearch.encode import export
export.find(Path(sys.argv[1]), sys.argv[2]).load(threads=1).encode_queries([{_QUESTION!r}])
{_MEMORY}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path, metavar="PAPERS", help="JSON lines with title and abstract")
    parser.add_argument("questions", type=Path, metavar="QUESTIONS", help="JSON lines with text")
    parser.add_argument("--papers", type=int, default=5_000, metavar="N", help="how many are encoded")
    args = parser.parse_args()
    records = [record for record in _lines(args.source) if record["abstract"]]
    step = max(1, len(records) // args.papers)
    texts = [f"{record['title']}. {record['abstract']}" for record in records[::step][: args.papers]]
    questions = [record["text"] for record in _lines(args.questions)]
    with tempfile.TemporaryDirectory() as folder:
        loaded = pretrained.load()
        exported = export.write(loaded, Path(folder), pretrained.files_sha256(DEFAULT))
        _papers(texts, loaded, exported)
        _questions(questions, loaded, exported)
        _cold(exported)


def _papers(texts: Sequence[str], loaded: Pretrained, exported: Export) -> None:
    """Papers a second, and how far the vectors are from those of the baseline."""
    light = exported.load()
    runtimes = [light.runtime, *choosing.candidates(exported, loaded)]
    encoders: dict[str, Encode] = {_BASELINE: _baseline(loaded, 32)}
    for runtime in runtimes:
        encoder = TransformerEncoder(loaded.passport, light.tokens, runtime)
        encoders[runtime.name] = encoder.encode_documents
    sample = [window.ids for windows in light.tokens.windows(texts[:64]) for window in windows]
    auto = choosing.fastest(light.runtime, sample, exported, loaded)
    rates: dict[str, list[float]] = {name: [] for name in encoders}
    moved = dict.fromkeys(encoders, 0.0)
    short = [len(windows) == 1 for windows in light.tokens.windows(texts)]
    size, speed = -(-len(texts) // _SLICES), 0.0
    for start in range(0, len(texts), size):
        part = texts[start : start + size]
        expected: Vectors | None = None
        speed = max(speed, _flops())
        for name, encode in encoders.items():
            began = time.perf_counter()
            vectors = encode(part)
            rates[name].append(len(part) / (time.perf_counter() - began))
            expected = unit(vectors) if expected is None else expected
            whole = np.array(short[start : start + size])  # a longer text is cut by the baseline
            distance = np.linalg.norm(unit(vectors) - expected, axis=1)[whole]
            moved[name] = max(moved[name], float(distance.max(initial=0.0)))
    limit = speed / _work(texts, light)
    base = median(rates[_BASELINE])
    print(f"| {len(texts):,} papers | papers/s | against the baseline | of the limit | vectors moved by |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, found in rates.items():
        rate = median(found)
        label = f"{name} (auto takes this)" if name == auto.name else name
        print(f"| {label} | {rate:.1f} | {rate / base:.2f} | {rate / limit:.0%} | {moved[name]:.0e} |")
    print(f"\nThe limit of float32 on this machine: {limit:.1f} papers a second.\n")


def _questions(questions: Sequence[str], loaded: Pretrained, exported: Export) -> None:
    """Milliseconds a question, alone and together."""
    light, baseline = exported.load(threads=1), _baseline(loaded, 32)
    encoders: dict[str, Encode] = {
        "sentence-transformers": baseline,
        "exported, one thread": light.encode_queries,
    }
    for size in (1, MOST_TOGETHER):
        times: dict[str, list[float]] = {name: [] for name in encoders}
        for start in range(0, len(questions), size):
            for name, encode in encoders.items():
                began = time.perf_counter()
                encode(questions[start : start + size])
                times[name].append((time.perf_counter() - began) * 1000 / size)
        if size == 1:
            print("| questions | together | p50 ms each | p95 ms each |\n| --- | ---: | ---: | ---: |")
        for name, found in times.items():
            p50, p95 = np.percentile(found, [50, 95])
            print(f"| {name} | {size} | {p50:.1f} | {p95:.1f} |")
    print()


def _cold(exported: Export) -> None:
    """Seconds from the start of a process to its first vector, and what it keeps in memory."""
    commands: Mapping[str, list[str]] = {
        "sentence-transformers": [_PLAIN, locate(DEFAULT)],
        "exported": [_OURS, str(exported.folder.parent), exported.passport.fingerprint],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    memory = dict.fromkeys(commands, 0)
    for _ in range(_COLD):
        for name, (program, *arguments) in commands.items():
            began = time.perf_counter()
            found = subprocess.run(
                [sys.executable, "-W", "ignore", "-c", program, *arguments],
                capture_output=True,
                check=True,
                text=True,
            )
            seconds[name].append(time.perf_counter() - began)
            memory[name] = max(memory[name], int(found.stdout))
    print("| a new process | first vector after, s | most memory, MB |\n| --- | ---: | ---: |")
    for name, times in seconds.items():
        print(f"| {name} | {median(times):.2f} | {memory[name] / 1024:.0f} |")


def _baseline(loaded: Pretrained, batch: int) -> Encode:
    def encode(texts: Sequence[str]) -> Vectors:
        vectors: Vectors = loaded.model.encode(list(texts), batch_size=batch, show_progress_bar=False)
        return vectors

    return encode


def _work(texts: Sequence[str], encoder: TransformerEncoder) -> float:
    """Floating-point operations of a text, on average: of the layers' products, and of attention."""
    config: Any = json.loads((Path(locate(DEFAULT)) / "config.json").read_text())
    dim, wide, layers = config["hidden_size"], config["intermediate_size"], config["num_hidden_layers"]
    total = 0.0
    for windows in encoder.tokens.windows(texts):
        for window in windows:
            tokens = len(window.ids)
            total += layers * 2 * tokens * (4 * dim * dim + 2 * dim * wide + 2 * tokens * dim)
    return total / len(texts)


def _flops() -> float:
    """Floating-point operations a second of the product that the encoder spends most of its time in."""
    import torch

    torch.set_num_threads(os.cpu_count() or 1)
    a, b = torch.randn(2048, 384), torch.randn(1536, 384)
    seconds = []
    for _ in range(50):
        began = time.perf_counter()
        torch.nn.functional.linear(a, b)
        seconds.append(time.perf_counter() - began)
    return 2 * 2048 * 384 * 1536 / min(seconds)


def _lines(path: Path) -> list[dict[str, Any]]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [json.loads(line) for line in raw.splitlines()]


if __name__ == "__main__":
    main()
