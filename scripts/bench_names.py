#!/usr/bin/env python3
"""Papers asked for by title and by author, as the tables of docs/benchmarks.md.

    scripts/bench_names.py PAPERS.jsonl[.gz] [QUESTIONS.jsonl]

Titles and names are drawn from the papers with a fixed seed, altered as people alter them, and asked in the
default mode; what counts is the first hit. No model is needed: what a question names does not depend on the
encoder, so a stand-in of hashed words makes the vectors. The index is kept in --work for the next run.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import string
import time
import unicodedata
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from semsearch.encode import Passport, Vectors, unit
from semsearch.evaluate.evaluation import percentile
from semsearch.index.build import build
from semsearch.index.names import forms
from semsearch.ingest.clean import fold
from semsearch.ingest.formats.jsonl import read_jsonl
from semsearch.ingest.source import Source
from semsearch.paper import Paper
from semsearch.search import Hit, Searcher, open_searcher
from semsearch.search.routing import route
from semsearch.terminal import BuildBar

Alter = Callable[[str, random.Random], str]
_SHOWN = 12  # misses of a series


class HashedWords:
    """A stand-in for an encoder: each word adds one to the component its checksum names."""

    passport = Passport("hashed-words", None, "0" * 64, "{title}. {abstract}", "sum", "l2", 10_000, 64)

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """The texts as vectors, shape ``(n, 64)``, unit norm."""
        vectors = np.full((len(texts), self.passport.dim), 1e-3, dtype=np.float32)
        for row, text in enumerate(texts):
            np.add.at(vectors[row], [zlib.crc32(word.encode()) % 64 for word in text.lower().split()], 1)
        return unit(vectors)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same."""
        return self.encode_documents(texts)

    def over_limit(self, texts: Sequence[str]) -> int:
        """None is."""
        return 0


def substitute(text: str, chance: random.Random) -> str:
    """One letter is another."""
    at = _letter(text, chance)
    return text[:at] + chance.choice(string.ascii_lowercase.replace(text[at].lower(), "")) + text[at + 1 :]


def delete(text: str, chance: random.Random) -> str:
    """One letter is left out."""
    at = _letter(text, chance)
    return text[:at] + text[at + 1 :]


def insert(text: str, chance: random.Random) -> str:
    """One letter too many."""
    at = _letter(text, chance)
    return text[:at] + chance.choice(string.ascii_lowercase) + text[at:]


def transpose(text: str, chance: random.Random) -> str:
    """Two neighbouring letters are exchanged."""
    places = [i for i in range(len(text) - 1) if text[i : i + 2].isalpha() and text[i] != text[i + 1]]
    at = chance.choice(places) if places else 0
    return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


def _letter(text: str, chance: random.Random) -> int:
    return chance.choice([i for i, c in enumerate(text) if c.isalpha()])


def typo(text: str, chance: random.Random) -> str:
    """One slip of the fingers."""
    return chance.choice((substitute, delete, insert, transpose))(text, chance)


def other_case(text: str, chance: random.Random) -> str:
    """All capitals, none, or each as it is not."""
    return chance.choice((str.upper, str.lower, str.swapcase))(text)


def plain(text: str, _: random.Random) -> str:
    """No accents and no punctuation."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w\s]|_", " ", letters).split())


def other_hyphens(text: str, chance: random.Random) -> str:
    """Hyphens as spaces, or closed up."""
    return re.sub(r"(?<=\w)-(?=\w)", chance.choice((" ", "")), text)


def any_alteration(text: str, chance: random.Random) -> str:
    """One of the above; half are slips."""
    return chance.choice((typo, typo, typo, other_case, plain, other_hyphens))(text, chance)


def two_typos(text: str, chance: random.Random) -> str:
    """Two slips."""
    return typo(typo(text, chance), chance)


def without_a_word(text: str, chance: random.Random) -> str:
    """A word is left out, where there are several."""
    words = text.split()
    if len(words) > 1:
        del words[chance.randrange(len(words))]
    return " ".join(words)


def two_words_joined(text: str, chance: random.Random) -> str:
    """A space is left out."""
    words = text.split()
    at = chance.randrange(len(words))
    return " ".join([*words[:at], "".join(words[at : at + 2]), *words[at + 2 :]])


def before_the_colon(text: str, _: random.Random) -> str:
    """The subtitle is left out."""
    return text.split(": ")[0]


def as_it_stands(text: str, _: random.Random) -> str:
    """Not altered."""
    return text


def reordered(name: str, chance: random.Random) -> str:
    """The surname first, with or without a comma; or no accents, capitals or hyphens."""
    *given, last = name.split()
    first = " ".join(given)
    return chance.choice(
        (f"{last}, {first}", f"{last} {first}", plain(name, chance).lower(), name.replace("-", " ").upper())
    ).strip(" ,")


def initials(name: str, chance: random.Random) -> str:
    """Given names as initials, before or after the surname."""
    *given, last = name.split()
    if not given:
        return name
    dotted = " ".join(f"{part[0]}." for part in given)
    run = "".join(part[0] for part in given)
    return chance.choice((f"{dotted} {last}", f"{last} {run}", f"{last}, {dotted}"))


TITLES: tuple[Alter, ...] = (
    as_it_stands,
    any_alteration,
    typo,
    two_typos,
    two_words_joined,
    without_a_word,
    before_the_colon,
)
NAMES: tuple[Alter, ...] = (as_it_stands, reordered, initials, typo)


def main() -> None:
    """Build what is not built yet, ask every series, print a row for each and then its misses."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("papers", type=Path, help="JSON lines, gzipped or not")
    parser.add_argument("questions", type=Path, nargs="?", help="ordinary questions, that name no paper")
    parser.add_argument("--papers", dest="count", type=int, metavar="N", help="only the first N papers")
    parser.add_argument("--titles", type=int, default=1000, metavar="N", help="how many titles to draw")
    parser.add_argument("--names", type=int, default=500, metavar="N", help="how many names to draw")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path("bench-index"))
    arguments = parser.parse_args()

    papers = read(arguments.papers)[: arguments.count]
    searcher = opened(papers, arguments.work)
    chance = random.Random(arguments.seed)  # noqa: S311 -- nothing is secret here
    drawn = chance.sample(papers, min(arguments.titles, len(papers)))
    everyone = [name for paper in papers for name in paper.authors if fold(name)]
    names = chance.sample(everyone, min(arguments.names, len(everyone)))
    took: list[float] = []
    print(f"| {len(papers):,} papers | asked | right first | share |\n| --- | ---: | ---: | ---: |")
    shown: list[str] = []
    for alter in TITLES:
        texts = [
            (p.title, alter(p.title, chance))
            for p in drawn
            if alter is not before_the_colon or ": " in p.title
        ]
        shown += series(f"titles, {alter.__name__}", texts, is_title, searcher, took)
    for alter in NAMES:
        texts = [(name, alter(name, chance)) for name in names]
        judge = has_initials if alter is initials else is_author
        shown += series(f"names, {alter.__name__}", texts, judge, searcher, took)
    if arguments.questions:
        asked = [json.loads(line)["text"] for line in arguments.questions.read_text("utf-8").splitlines()]
        shown += captured(asked, searcher, took)
    median, high = (percentile(tuple(took), p) for p in (50, 95))
    print(f"\nrouting alone: {median:.1f} ms (median), {high:.1f} ms (95th percentile)\n")
    print("\n".join(shown))


def first(path: Path, work: Path) -> tuple[float, float]:
    """Share of 1,000 altered titles whose paper comes first, and of 500 names as they stand."""
    papers, chance, took = read(path), random.Random(1), list[float]()  # noqa: S311
    searcher = opened(papers, work)
    titles = [(paper.title, any_alteration(paper.title, chance)) for paper in chance.sample(papers, 1000)]
    everyone = [name for paper in papers for name in paper.authors if fold(name)]
    names = [(name, name) for name in chance.sample(everyone, 500)]
    missed = [len(misses(*asked, searcher, took)) for asked in ((titles, is_title), (names, is_author))]
    return 1 - missed[0] / len(titles), 1 - missed[1] / len(names)


def opened(papers: Sequence[Paper], work: Path) -> Searcher:
    """Their index, built when it is not there."""
    root = work / f"names-{len(papers)}"
    if not (root / "CURRENT").exists():
        with BuildBar() as bar:
            build(papers, root, HashedWords(), progress=bar)
    return Searcher(open_searcher(root).generation, HashedWords())


def read(path: Path) -> list[Paper]:
    """The papers of a file of JSON lines."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return [item for item in read_jsonl(Source.of(path.name, raw.decode())) if isinstance(item, Paper)]


def series(
    name: str,
    texts: Sequence[tuple[str, str]],
    judge: Callable[[str, Hit], bool],
    searcher: Searcher,
    took: list[float],
) -> list[str]:
    """Ask, print the row, and return the misses."""
    missed = [f"{name}: {text!r} for {meant!r}" for meant, text in misses(texts, judge, searcher, took)]
    right = len(texts) - len(missed)
    print(
        f"| {name.replace('_', ' ')} | {len(texts):,} | {right:,} | {right / max(len(texts), 1):.1%} |",
        flush=True,
    )
    return missed[:_SHOWN]


def misses(
    texts: Sequence[tuple[str, str]],
    judge: Callable[[str, Hit], bool],
    searcher: Searcher,
    took: list[float],
) -> list[tuple[str, str]]:
    """What was meant and what was asked, where the first hit is another paper."""
    missed = []
    for meant, text in texts:
        started = time.perf_counter()
        route(text, searcher.generation)
        took.append((time.perf_counter() - started) * 1000)
        results = searcher.search(text, 1)
        if not results or not judge(meant, results[0]):
            missed.append((meant, text))
    return missed


def captured(questions: Sequence[str], searcher: Searcher, took: list[float]) -> list[str]:
    """Ask what names no paper, print how often a title or an author was seen in it, and return where."""
    found = []
    for text in questions:
        started = time.perf_counter()
        way = route(text, searcher.generation)
        took.append((time.perf_counter() - started) * 1000)
        if way is not None and way.matched_by in {"identifier", "title", "author"}:
            found.append(f"captured as {way.matched_by}: {text!r}")
    print(f"| ordinary questions taken for a title or a name | {len(questions):,} | {len(found)} | |")
    return found


def is_title(meant: str, hit: Hit) -> bool:
    """The hit has the title; several papers may."""
    return fold(hit.paper.title) == fold(meant)


def is_author(meant: str, hit: Hit) -> bool:
    """An author of the hit bears the name, hyphens aside."""
    names = {frozenset(form) for form in forms(meant)}
    return any(frozenset(form) in names for author in hit.paper.authors for form in forms(author))


def has_initials(meant: str, hit: Hit) -> bool:
    """An author of the hit has the surname, and the initials of the names before it."""
    *given, last = (fold(part) for part in meant.split())
    letters = {part[0] for part in given if part}
    return any(
        {*last.split()} <= {*words} and letters <= {word[0] for word in words}
        for words in (fold(author).split() for author in hit.paper.authors)
    )


if __name__ == "__main__":
    main()
