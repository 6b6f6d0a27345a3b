"""BM25 against the formula written out, and the parts of the words index against truth."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from math import log
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.index import words
from semsearch.index.strings import Strings
from semsearch.index.words import PaperWords, located, name_terms, terms, top
from semsearch.paper import Paper, Translation

PAPERS = [
    Paper(
        "1", "Graph Attention Networks", "Attention over neighbours.", ("Petar Veličković", "Yoshua Bengio")
    ),
    Paper("2", "Curriculum Learning", "Learning from easy to hard examples.", ("Yoshua Bengio",)),
    Paper(
        "3", "Long Documents", "Long, long documents about graphs.", ("Wei Long",), keywords=("attention",)
    ),
]


@pytest.fixture
def index(tmp_path: Path) -> PaperWords:
    words.write(tmp_path, PAPERS)
    return PaperWords(tmp_path, len(PAPERS))


def test_scores_are_bm25(index: PaperWords) -> None:
    # Lengths with the title counted twice: 3 * 2 + 3 (attention, over, neighbour), 2 * 2 + 4 (learn, easi,
    # hard, exampl), 2 * 2 + 5 (long, long, document, graph, attention).
    lengths = [9, 8, 9]
    average = sum(lengths) / 3

    def bm25(tf: int, length: int, holders: int) -> float:
        idf = log(1 + (3 - holders + 0.5) / (holders + 0.5))
        return idf * tf * (1.2 + 1) / (tf + 1.2 * (1 - 0.75 + 0.75 * length / average))

    # "attention" in paper 1: twice for the title, once in the abstract; in paper 3 once, as a keyword.
    # "easy" only in paper 2, once.
    expected = [bm25(3, 9, 2), bm25(1, 8, 1), bm25(1, 9, 2)]
    np.testing.assert_allclose(index.scores("attention that is easy"), expected, rtol=1e-6)


def test_terms_fold_case_accents_and_endings() -> None:
    assert terms("The NETWORKS of Évaluation") == terms("network evaluations")
    assert name_terms("Petar Veličković") == ["@petar", "@velickovic"]


def test_names_are_found_by_their_words(index: PaperWords) -> None:
    assert index.papers_with("@bengio").tolist() == [0, 1]
    assert index.papers_with("@velickovic").tolist() == [0]
    assert index.papers_with("@nobody").tolist() == []
    assert index.scores("velickovic")[0] > 0


def test_a_word_that_is_more_word_than_name_is_no_name(index: PaperWords) -> None:
    # One author is called Long and one paper says "long": not more authors than papers, so it is a word.
    with_name = index.scores("long")
    assert with_name.nonzero()[0].tolist() == [2]
    assert with_name[2] == index.scores("long long")[2] / 2


def test_first_and_last_terms_are_found(index: PaperWords, tmp_path: Path) -> None:
    for term in Strings(tmp_path, "terms"):
        assert len(index.papers_with(term)) > 0
    assert len(index.papers_with("")) == len(index.papers_with("zzzz")) == 0


def test_top_keeps_equal_scores_in_order() -> None:
    assert top(np.array([1.0, 3.0, 2.0, 3.0, 2.0]), 3).tolist() == [1, 3, 2]
    assert top(np.array([0.0, 0.0]), 5).tolist() == [0, 1]


def test_papers_without_words(tmp_path: Path) -> None:
    words.write(tmp_path, [Paper("1", "???", "")])
    assert PaperWords(tmp_path, 1).scores("anything").tolist() == [0]


def test_a_paper_gets_the_best_of_what_means_nearly_the_same(index: PaperWords) -> None:
    examples, documents = index.scores("examples"), index.scores("documents")
    near = {"pupil": {"exampl": 0.5, "document": 0.25}}
    np.testing.assert_allclose(index.scores("pupils", near), 0.5 * examples + 0.25 * documents)
    # A paper that has both gets the better one, not the sum.
    attention, networks = index.scores("attention"), index.scores("networks")
    assert (attention * networks).any()
    np.testing.assert_allclose(
        index.scores("attention", {terms("attention")[0]: {terms("networks")[0]: 0.5}}),
        np.maximum(attention, 0.5 * networks),
    )


@given(st.text())
def test_terms_are_located_wherever_they_are(text: str) -> None:
    assert [term for term, _, _ in located(text)] == terms(text)
    for term, start, end in located(text):
        assert term in terms(text[start:end])


def test_impacts_are_what_a_term_adds_to_scores(index: PaperWords) -> None:
    rows = np.array([2, 0, 1])
    for term, question in (("attent", "attention"), ("easi", "easy"), ("nonesuch", "nonesuch")):
        np.testing.assert_array_equal(index.impacts(term, rows), index.scores(question)[rows])


def test_rarity_is_the_idf(index: PaperWords) -> None:
    assert index.rarity("attent") == pytest.approx(log(1 + (3 - 2 + 0.5) / (2 + 0.5)))
    assert index.rarity("nonesuch") == 0


def test_a_translation_lends_its_words_and_changes_no_score_but_theirs(tmp_path: Path) -> None:
    french = Translation(
        "fr", "Réseaux d’attention sur graphes", "L’attention porte sur des voisins. Des graphs."
    )
    (tmp_path / "plain").mkdir()
    (tmp_path / "both").mkdir()
    words.write(tmp_path / "plain", PAPERS)
    words.write(tmp_path / "both", [replace(PAPERS[0], translations=(french,)), *PAPERS[1:]])
    plain, both = PaperWords(tmp_path / "plain", 3), PaperWords(tmp_path / "both", 3)
    for question in ("graph attention networks", "learning from long documents", "Bengio"):
        assert both.scores(question).tolist() == plain.scores(question).tolist()
    assert plain.scores("réseaux").tolist() == [0, 0, 0]
    # By the formula: twice, for the title, in a paper whose length is that of its own texts (9 of 26 words).
    idf, norm = log(1 + (3 - 1 + 0.5) / (1 + 0.5)), 1.2 * (1 - 0.75 + 0.75 * 9 / (26 / 3))
    assert both.scores("réseaux")[0] == pytest.approx(idf * 2 * 2.2 / (2 + norm), rel=1e-6)
    assert both.papers_with(*terms("voisins")).tolist() == [0]


_VOCABULARY = ["graphs", "learning", "attention", "proteins", "galaxies", "turbulence", "nets", "long"]


@pytest.mark.parametrize("many", [0.0, 0.5, 100.0])  # all scores gone through, or some, or none
@pytest.mark.parametrize("seed", range(5))
def test_scores_are_what_adding_up_paper_by_paper_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: float, seed: int
) -> None:
    monkeypatch.setattr(words, "_MANY", many)
    chance = Random(seed)

    def some(most: int) -> list[str]:
        return chance.choices(_VOCABULARY, k=chance.randint(0, most))

    papers = [Paper(str(i), " ".join(some(3)), " ".join(some(4)), ("Wei Long",) * (i % 2)) for i in range(60)]
    words.write(tmp_path, papers)
    index = PaperWords(tmp_path, len(papers))
    stems = [terms(word)[0] for word in _VOCABULARY]
    near = {
        stem: {other: chance.random() for other in chance.sample([*stems, "nonesuch"], 3)} for stem in stems
    }
    asked = [*some(6), "graphs", "graphs", "proteins", "zebra"]
    sought = Counter(term for word in asked for term in terms(word))
    if "long" in asked and index.count("@long") > index.count("long"):
        sought["@long"] = 1
    expected = []
    for row in range(len(papers)):
        score = np.float32(0)
        for term, times in sought.items():
            score += max(
                index.impacts(other, np.array([row]))[0] * np.float32(share) * np.float32(times)
                for other, share in [(term, 1.0), *near.get(term, {}).items()]
            )
        expected.append(float(score))
    scores = index.scores(" ".join(asked), near)
    assert scores.tolist() == expected  # to the last bit
    assert len(set(expected)) < len(expected)  # some score the same
    allowed = [chance.random() < 0.6 for _ in papers]
    best = sorted(range(len(papers)), key=lambda row: (-expected[row] * allowed[row], row))[:20]
    assert top(scores * allowed, 20).tolist() == best
