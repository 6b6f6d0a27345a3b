#!/usr/bin/env python3
"""How many papers of a saved publications page are read right, against an answer key.

    scripts/bench_reading.py PAGE.txt PAGE.key.jsonl [PAGE.txt PAGE.key.jsonl ...]

A paper is right when its title, all its authors in order, and its abstract are, after both sides are cleaned
alike. What is wrong is printed.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from semsearch.ingest.clean import clean_text
from semsearch.ingest.reader import read

Record = tuple[str, tuple[str, ...], str]


def main(arguments: list[str]) -> None:
    """Print a line a page, and every paper of the key that was not found as it is."""
    if not arguments or len(arguments) % 2:
        sys.exit(__doc__)
    for page, key in zip(arguments[::2], arguments[1::2], strict=True):
        started = time.perf_counter()
        papers, rejected = read(page)
        took = time.perf_counter() - started
        found = {_record(p.title, p.authors, p.abstract) for p in papers}
        expected = []
        for line in Path(key).read_text(encoding="utf-8").splitlines():
            answer = json.loads(line)
            expected.append(_record(answer["title"], answer["authors"], answer["abstract"]))
        wrong = [record for record in expected if record not in found]
        print(
            f"{Path(page).name}: {len(expected) - len(wrong)} of {len(expected)} right"
            f" ({100 * (1 - len(wrong) / len(expected)):.2f}%), {len(papers)} papers read,"
            f" {len(rejected)} rejected, {took * 1000:.0f} ms"
        )
        for title, authors, abstract in wrong:
            print(f"  {title} | {', '.join(authors) or 'no authors'} | {abstract[:60] or 'no abstract'}")


def _record(title: str, authors: list[str] | tuple[str, ...], abstract: str) -> Record:
    return clean_text(title), tuple(clean_text(author) for author in authors), clean_text(abstract)


if __name__ == "__main__":
    main(sys.argv[1:])
