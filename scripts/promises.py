#!/usr/bin/env python3
"""What semsearch promises of its answers, measured in one run with the settings as installed.

    scripts/promises.py DATA [--work bench-index]

DATA has judged/<collection>/ with corpus.jsonl, queries.jsonl and qrels.tsv (related.queries.jsonl and
related.qrels.tsv for csfcube), and large/arxiv-75k.jsonl.gz. The first run embeds some 13,000 papers, an hour
or more without a GPU; the indexes are kept in --work. Ends with exit 1 if a promise is not kept.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import bench_names
from bench_ranking import opened

from semsearch.evaluate import DEPTH, evaluate, judge, judged, read_qrels, read_questions
from semsearch.search import Results, Searcher
from semsearch.search.translation import read as read_question

ENGLISH = {"cranfield": (0.43, 0.0), "cisi": (0.46, 0.0), "scifact-train": (0.755, 0.96)}

# Nothing that any of the collections is about, and none of them a probe that confidence is calibrated with.
FOREIGN = (
    "best pizza in Naples",
    "how to knit a scarf for beginners",
    "cheap flights to Lisbon in May",
    "is it going to rain tomorrow afternoon",
    "how do I change the battery of my car key",
    "good names for a golden retriever puppy",
    "what time does the supermarket close on Sunday",
    "who won the tennis final yesterday",
    "easy vegetarian lasagne",
    "how to tie a bow tie",
    "second-hand bicycles for sale near me",
    "birthday party games for six-year-olds",
    "how to unblock a kitchen sink",
    "best beaches in Sardinia",
    "lyrics of the national anthem",
    "which mobile phone has the best camera",
    "how to get a parking permit",
    "wedding dress with long sleeves",
    "tickets for the opera in Vienna",
    "how do I remove red wine from a carpet",
    "what to cook with leftover rice",
    "when are the school holidays this year",
    "how to paint a wooden fence",
    "nice cafés with a terrace in Montréal",
    "how to cancel a gym membership",
    "which tent for four people",
    "what does it cost to rent a van for a day",
    "best crime series to binge on a weekend",
    "how to fold a fitted sheet",
    "where to buy fresh oysters",
    "the funniest jokes about lawyers",
    "how to get rid of ants in the kitchen",
    "best hairdresser in Lyon",
    "how to sell my old furniture",
    "when do the shops open on Christmas Eve",
    "how to assemble a bunk bed",
    "driving licence renewal form",
    "gluten-free pancake recipe",
    "what is the dress code for a gala dinner",
    "how to choose a mattress",
    "quelle heure est-il à Tokyo",
    "recette de la ratatouille de ma grand-mère",
    "où acheter des chaussures de randonnée pas chères",
    "comment plier une serviette en forme de cygne",
    "les plus belles plages de Bretagne",
    "horaires des trains pour Marseille",
    "comment choisir un sapin de Noël",
    "paroles d'une chanson d'anniversaire",
    "location d'un appartement à la montagne",
    "comment repasser une chemise sans plis",
)


@dataclass(frozen=True, slots=True)
class Promise:
    """One line of the table: what was found, and the least (or, for a rate of errors, the most) it may be."""

    what: str
    bound: float
    found: float
    most: bool = False

    @property
    def kept(self) -> bool:
        """Whether it is."""
        return self.found <= self.bound if self.most else self.found >= self.bound

    def __str__(self) -> str:
        sign, kept = "at most" if self.most else "at least", "yes" if self.kept else "**no**"
        return f"| {self.what} | {sign} {self.bound:g} | {self.found:.4f} | {kept} |"


def main() -> int:
    """Measure each promise, print it as soon as it is known."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--work", type=Path, default=Path("bench-index"))
    arguments = parser.parse_args()
    print("| what | promised | found | kept |\n| --- | ---: | ---: | --- |")
    every = True
    for promise in promises(arguments.data, arguments.work):
        print(promise, flush=True)
        every = every and promise.kept
    return 0 if every else 1


def promises(data: Path, work: Path) -> Iterator[Promise]:
    """All of them, in order."""
    for name in ENGLISH:
        yield from english(name, data / "judged" / name, opened(data / "judged" / name, work))
    folder = data / "judged" / "csfcube"
    questions, qrels = (
        read_questions(folder / "related.queries.jsonl"),
        read_qrels(folder / "related.qrels.tsv"),
    )
    found = evaluate(opened(folder, work), questions, qrels, related=True)
    yield Promise("csfcube, related papers: nDCG@10", 0.56, found.measures["ndcg@10"])
    folder = data / "judged" / "taln-fr-en"
    questions, qrels = read_questions(folder / "queries.jsonl"), read_qrels(folder / "qrels.tsv")
    found = evaluate(opened(folder, work), questions, qrels)
    yield Promise("taln-fr-en, French questions: nDCG@10", 0.78, found.measures["ndcg@10"])
    titles, names = bench_names.first(data / "large" / "arxiv-75k.jsonl.gz", work)
    yield Promise("1,000 titles with a slip: right first", 0.99, titles)
    yield Promise("500 author names: one of theirs first", 0.98, names)


def english(name: str, folder: Path, searcher: Searcher) -> Iterator[Promise]:
    """Ranking against its parts, confidence, evidence, and that French changes nothing."""
    qrels = read_qrels(folder / "qrels.tsv")
    questions = judged(read_questions(folder / "queries.jsonl"), qrels)
    answers = {question.id: searcher.search(question.text, DEPTH) for question in questions}
    run = {asked: {hit.paper.id: -float(hit.rank) for hit in hits} for asked, hits in answers.items()}
    figures = judge(run, questions, qrels)
    ndcg, recall = ENGLISH[name]
    yield Promise(f"{name}: nDCG@10", ndcg, figures.measures["ndcg@10"])
    if recall:
        yield Promise(f"{name}: recall@100", recall, figures.measures["recall@100"])
    for mode in ("dense", "lexical"):
        part = evaluate(searcher, questions, qrels, mode=mode)
        gain = figures.measures["ndcg@10"] - part.measures["ndcg@10"]
        yield Promise(f"{name}: nDCG@10 above {mode} alone", 0, gain)

    french = sum(
        (reading := read_question(question.text, searcher.generation)).language != "en"
        or reading.translation is not None
        for question in questions
    )
    yield Promise(f"{name}: judged questions that translation touches", 0, french, most=True)
    told = sum(searcher.search(text, 10).confidence == "weak" for text in FOREIGN)
    yield Promise(f"{name}: of 50 foreign questions, told apart", 45, told)
    rejected = sum(results.confidence == "weak" for results in answers.values()) / len(answers)
    yield Promise(f"{name}: share of judged questions told apart", 0.03, rejected, most=True)
    wrong = sum(misquoted(results) for results in answers.values())
    yield Promise(f"{name}: hits whose evidence is not at its offsets", 0, wrong, most=True)


def misquoted(results: Results) -> int:
    """Hits with an abstract whose evidence is missing, or not the text at its offsets."""
    return sum(
        hit.evidence is None
        or not hit.evidence.text
        or hit.paper.abstract[hit.evidence.start : hit.evidence.end] != hit.evidence.text
        for hit in results
        if hit.paper.abstract
    )


if __name__ == "__main__":
    sys.exit(main())
