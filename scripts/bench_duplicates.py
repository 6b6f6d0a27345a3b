#!/usr/bin/env python3
"""How well duplicates are found: papers of a collection, and copies of them as other sources would have them.

    scripts/bench_duplicates.py FILE... [--papers 5000] [--seed 0] [--show 10]

From each file, papers are drawn by chance, and half of them get a copy with one kind of difference: a slip
in the title, initials for first names, no abstract, and so on. Precision counts each pair that is put
together and was not made so; it may be a duplicate that the collection itself has: --show prints some.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from semsearch.ingest.duplicates.finding import groups, keys_of
from semsearch.ingest.duplicates.keys import Keys
from semsearch.ingest.reader import read
from semsearch.paper import Paper

Change = Callable[[Paper, random.Random], Paper]


def slip(text: str, at: random.Random) -> str:
    """A text with one letter wrong, left out or doubled."""
    place = at.randrange(len(text))
    return text[:place] + at.choice(["", text[place] * 2, at.choice("aeinrst")]) + text[place + 1 :]


def initials(name: str) -> str:
    """``Noam Shazeer`` as PubMed writes it: ``Shazeer N``."""
    *given, family = name.split()
    return f"{family} {''.join(word[0] for word in given)}" if given else family


CHANGES: dict[str, Change] = {
    "another id": lambda paper, at: paper,
    "no abstract": lambda paper, at: replace(paper, abstract=""),
    "title in capitals": lambda paper, at: replace(paper, title=paper.title.upper()),
    "a full stop, no punctuation": lambda paper, at: replace(
        paper, title=" ".join(re.findall(r"\w+", paper.title)) + "."
    ),
    "a slip in the title": lambda paper, at: replace(paper, title=slip(paper.title, at)),
    "two slips in the title": lambda paper, at: replace(paper, title=slip(slip(paper.title, at), at)),
    "initials": lambda paper, at: replace(paper, authors=tuple(map(initials, paper.authors))),
    "three authors, et al.": lambda paper, at: replace(paper, authors=paper.authors[:3], abstract=""),
    "no authors": lambda paper, at: replace(paper, authors=()),
    "a year later": lambda paper, at: replace(paper, year=(paper.year or 2000) + 1, doi=None),
    "no year": lambda paper, at: replace(paper, year=None, abstract=""),
    "no subtitle": lambda paper, at: replace(paper, title=paper.title.partition(":")[0]),
}


def main() -> None:
    """Make copies, look for them, and print what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--papers", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--show", type=int, default=0, metavar="N", help="print wrong pairs and missed copies"
    )
    arguments = parser.parse_args()
    at = random.Random(arguments.seed)  # noqa: S311 -- nothing secret
    for file in arguments.files:
        papers, _ = read(file, keep_duplicates=True)
        papers = at.sample(papers, min(arguments.papers, len(papers)))
        kind_of: dict[int, str] = {}
        copies = []
        for row, paper in enumerate(papers[: len(papers) // 2]):
            kind = at.choice(list(CHANGES))
            kind_of[row] = kind
            copies.append(replace(CHANGES[kind](paper, at), id=f"copy-{row}", url=None, identifiers=()))
        records = papers + copies
        with Keys() as keys:
            for row, paper in enumerate(records):
                for key in keys_of(paper):
                    keys.add(key, row)
            found = {
                pair
                for rows in groups(keys, records.__getitem__).values()
                for pair in itertools.combinations([row for row, _ in rows], 2)
            }
        made = {(row, len(papers) + row): kind for row, kind in kind_of.items()}
        right, wrong = found & made.keys(), found - made.keys()
        missed = made.keys() - found
        print(f"{file}: {len(records):,} records")
        print(f"  precision {len(right) / max(1, len(found)):.4f}  recall {len(right) / len(made):.4f}")
        of_kind, misses = Counter(made.values()), Counter(made[pair] for pair in missed)
        for kind, number in of_kind.items():
            print(f"  {1 - misses[kind] / number:7.3f}  {kind} ({number:,})")
        for name, pairs in (("wrong", wrong), ("missed", missed)):
            for one, other in at.sample(sorted(pairs), min(arguments.show, len(pairs))):
                print(f"  {name}: {records[one].title!r}, {records[one].year}, {records[one].authors[:3]}")
                print(
                    f"      and {records[other].title!r}, {records[other].year}, {records[other].authors[:3]}"
                )


if __name__ == "__main__":
    main()
