"""Words marked where they are written, and the sentence that is shown."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from semsearch.encode.sentences import split
from semsearch.index.words import PaperWords, located, terms, write
from semsearch.paper import Paper
from semsearch.search.quoting import marks, quote, rarities
from tests.support import CORPUS

ABSTRACT = (
    "Networks of neurons learn slowly. A cell keeps memories for a long time. "
    "The end of the story is told here."
)
PAPER = Paper("lstm", "Long Short-Term Memory", ABSTRACT)


@pytest.mark.parametrize(
    ("text", "question", "marked"),
    [
        ("Deep networks, Networking and a NETWORK.", "network", ["networks", "Networking", "NETWORK"]),
        ("The evaluation of Évaluations", "évaluation", ["evaluation", "Évaluations"]),
        (unicodedata.normalize("NFD", "L'évaluation à l'été"), "été", [unicodedata.normalize("NFD", "été")]),
        ("an eﬃcient ﬁlter", "filters efficient", ["eﬃcient", "ﬁlter"]),
        ("Straße, strasse und Œuvre", "STRASSE œuvre", ["Straße", "strasse", "Œuvre"]),
        ("self-attention and re‑ranking", "attention ranking", ["attention", "ranking"]),
        ("深度学习 (deep learning)", "深度学习", ["深度学习"]),
        ("한국어 문서", "문서", ["문서"]),
        ("𝒎emory 🧠 and 𝗺𝗲𝗺𝗼𝗿𝘆", "memory", ["𝒎emory", "𝗺𝗲𝗺𝗼𝗿𝘆"]),
        ("½ of it", "1 2", ["½"]),
        ("the of and to", "the and", []),
        ("", "anything", []),
    ],
)
def test_marks_are_the_words_as_written(text: str, question: str, marked: list[str]) -> None:
    spans = marks(located(text), set(terms(question)))
    assert [text[start:end] for start, end in spans] == marked


def _chosen(cosines: list[float] | None, **wanted: float) -> str:
    vector = None if cosines is None else np.array(cosines, dtype=np.float32)
    evidence = quote(PAPER, split(ABSTRACT), vector, wanted)
    assert evidence is not None
    assert ABSTRACT[evidence.start : evidence.end] == evidence.text
    return evidence.text.split()[0]


def test_the_most_similar_sentence_is_shown() -> None:
    assert _chosen([0.1, 0.2, 0.6]) == "The"
    assert _chosen([0.1, 0.2, 0.6], memori=3.0, cell=1.0) == "The"


def test_of_two_nearly_as_similar_the_one_with_the_rare_word_is_shown() -> None:
    # The second holds both words: 0.5 + 0.2 against 0.6. Of the first's word and the rare one, the rare wins.
    assert _chosen([0.0, 0.5, 0.6], memori=3.0, cell=1.0) == "A"
    assert _chosen([0.5, 0.5, 0.0], neuron=1.0, memori=3.0) == "A"


def test_without_meaning_words_choose_and_the_first_of_equals_wins() -> None:
    assert _chosen(None, memori=1.0) == "A"
    assert _chosen(None, learn=1.0, stori=1.0) == "Networks"
    assert _chosen(None, absent=1.0) == "Networks"
    assert _chosen(None) == "Networks"


def test_the_words_of_the_sentence_alone_are_marked() -> None:
    evidence = quote(PAPER, split(ABSTRACT), None, {"memori": 2.0, "long": 1.0, "network": 0.5})
    assert evidence is not None
    assert [ABSTRACT[start:end] for start, end in evidence.words] == ["memories", "long"]


def test_without_abstract_there_is_no_evidence() -> None:
    assert quote(Paper("a", "Title"), [], None, {"a": 1.0}) is None


def test_what_means_the_same_is_wanted_and_what_hardly_does_is_not(tmp_path: Path) -> None:
    write(tmp_path, CORPUS)
    words = PaperWords(tmp_path, len(CORPUS))
    network, learn, vector = (words.rarity(term) for term in ("network", "learn", "vector"))
    # No paper says "réseaux": its best translation counts, and one nearly as good, but not the third.
    near = {"reseaux": {"network": 0.9, "learn": 0.8, "vector": 0.4}}
    assert rarities(["reseaux"], near, words) == pytest.approx(
        {"network": 0.9 * network, "learn": 0.8 * learn}
    )
    # A word that papers do say counts in full, a synonym by its share, a faint one not at all.
    near = {"network": {"learn": 0.4, "vector": 0.2}}
    assert rarities(["network"], near, words) == pytest.approx({"network": network, "learn": 0.4 * learn})
    assert vector > 0
