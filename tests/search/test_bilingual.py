"""A paper in two languages is found in both; what it says in one is not counted twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from semsearch.index.build import build
from semsearch.paper import Original, Paper, Translation
from semsearch.search import Searcher, open_searcher
from tests.support import CORPUS, WordEncoder

# Bourdin and Fayol (1994), in our own words.
FRENCH = Translation(
    "fr",
    "La production verbale écrite est-elle plus difficile que la production orale ?",
    "Les enfants se souviennent de moins de mots quand ils les écrivent que quand ils les disent.",
)
PAPER = Paper(
    "bourdin",
    "Is Written Language Production More Difficult than Oral Language Production?",
    "Children remember fewer words when they write them than when they say them.",
    ("Béatrice Bourdin", "Michel Fayol"),
    1994,
    language="en",
    translations=(FRENCH,),
    original=Original(
        "", "Abstract: Children remember fewer words when they write them than when they say them."
    ),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    root = tmp_path_factory.mktemp("bilingual")
    build([*CORPUS, PAPER], root, WordEncoder())
    return Searcher(open_searcher(root).generation, WordEncoder())


@pytest.mark.parametrize(
    "question",
    [
        "La production verbale écrite est-elle plus difficile que la production orale ?",
        "la production verbale ecrite est elle plus dificile que la production orale",
        "Is written language production more difficult than oral language production?",
    ],
)
def test_it_is_named_by_its_title_in_either_language(library: Searcher, question: str) -> None:
    first = library.search(question, k=3)[0]
    assert (first.paper.id, first.matched_by) == ("bourdin", "title")


def test_it_is_found_by_the_words_of_either_abstract(library: Searcher) -> None:
    for question in ("de quoi se souviennent les enfants ?", "what do children remember?"):
        assert library.search(question, k=1, mode="lexical")[0].paper.id == "bourdin"


def test_evidence_is_of_the_main_abstract(library: Searcher) -> None:
    hit = library.search("enfants souviennent mots", k=1, mode="lexical")[0]
    assert hit.evidence is None or hit.evidence.text in PAPER.abstract


def test_translations_and_the_original_come_back(library: Searcher) -> None:
    paper = library.paper("bourdin")
    assert paper == PAPER
    assert paper.original == PAPER.original
    assert library.paper("gan").original is None


def test_heads_of_translated_titles_name_the_paper_too(tmp_path: Path) -> None:
    titled = replace(
        CORPUS[1],
        translations=(Translation("fr", "Attendez : traduire et aligner à la fois par apprentissage"),),
    )
    build([CORPUS[0], titled], tmp_path, WordEncoder())
    titles = open_searcher(tmp_path).generation.titles
    assert [(near.row, near.edits, near.head) for near in titles.near("attendez", 0)] == [(1, 0, True)]
    assert [(near.row, near.head) for near in titles.near(titled.translations[0].title, 0)] == [(1, False)]
