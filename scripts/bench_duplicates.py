#!/usr/bin/env python3
"""How well duplicates are found: papers of a collection, and copies of them as other sources would have them.

    scripts/bench_duplicates.py FILE... [--papers 5000] [--seed 0] [--show 10]

From each file, papers are drawn by chance, and half of them get a copy with one kind of difference: a slip
in the title, initials for first names, no abstract, as a database of medicine writes it, and so on. Of the
others, some get what is easily taken for a copy and is none: an erratum, a reply, a second part, a letter on
another page. Precision counts each pair that is put together and was not made so; it may be a duplicate that
the collection itself has: --show prints some.
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


def shortened(venue: str | None) -> str | None:
    """A journal as PubMed abbreviates it."""
    return " ".join(word[:4] for word in (venue or "").split() if word[:1].isupper()) or None


def capitals(paper: Paper) -> Paper:
    """A record as Web of Science has it: names in capitals with initials, and no article in the title."""
    title = re.sub(r"^(?:The|An?) ", "", paper.title).upper()
    names = tuple(initials(name).upper() for name in paper.authors)
    return replace(paper, title=title, authors=names, venue=(paper.venue or "").upper() or None)


def indexed(paper: Paper) -> Paper:
    """A record as PubMed has it, without an abstract."""
    names = tuple(map(initials, paper.authors))
    return replace(
        paper, title=f"{paper.title}.", authors=names, venue=shortened(paper.venue), abstract="", doi=None
    )


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
    "as Web of Science has it": lambda paper, at: capitals(paper),
    "as PubMed has it": lambda paper, at: indexed(paper),
    "an abstract with a summary before it": lambda paper, at: replace(
        paper,
        abstract=paper.abstract and f"{'For everybody: what was found in plain words. ' * 6}{paper.abstract}",
    ),
    "no subtitle": lambda paper, at: replace(paper, title=paper.title.partition(":")[0]),
}

# What is not a copy, though it looks like one.
DECOYS: dict[str, Change] = {
    "an erratum": lambda paper, at: replace(paper, title=f"Erratum: {paper.title}", abstract="", doi=None),
    "a reply": lambda paper, at: replace(paper, title=f"{paper.title}: Reply", abstract="", doi=None),
    "a second part": lambda paper, at: replace(paper, title=f"{paper.title}, Part II", abstract="", doi=None),
    "another page": lambda paper, at: replace(paper, printed="0:345", abstract="", doi=None),
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
        decoys, decoy_of = list[Paper](), dict[int, str]()
        for row in range(len(papers) // 2, len(papers), 4):
            kind = at.choice(list(DECOYS))
            papers[row] = replace(papers[row], venue="The Record", printed=f"{row}:23")
            decoy_of[len(papers) + len(copies) + len(decoys)] = kind
            decoys.append(replace(DECOYS[kind](papers[row], at), id=f"decoy-{row}", url=None, identifiers=()))
        records = papers + copies + decoys
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
        taken, kinds = Counter(decoy_of[b] for _, b in wrong if b in decoy_of), Counter(decoy_of.values())
        for kind, number in kinds.items():
            print(f"  {taken[kind]:7,} of {number:,} taken for a copy: {kind}")
        for name, pairs in (("wrong", wrong), ("missed", missed)):
            for one, other in at.sample(sorted(pairs), min(arguments.show, len(pairs))):
                print(f"  {name}: {records[one].title!r}, {records[one].year}, {records[one].authors[:3]}")
                print(
                    f"      and {records[other].title!r}, {records[other].year}, {records[other].authors[:3]}"
                )


if __name__ == "__main__":
    main()
