"""The words of a collection beside their synonyms and translations, against brute force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from semsearch.encode import Vectors
from semsearch.encode.cache import EmbeddingCache
from semsearch.encode.multilingual import multilingual
from semsearch.index import lexicon
from semsearch.index.lexicon import Lexicon, words_of
from semsearch.index.words import terms
from semsearch.paper import Paper
from tests.support import CORPUS

FRENCH = Paper(
    "fr",
    "Apprentissage profond pour la reconnaissance de la parole",
    "Nous montrons que des réseaux de neurones entraînés sur de la parole transcrite se trompent moins que "
    "les modèles de Markov cachés, y compris dans le bruit.",
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    folder = tmp_path_factory.mktemp("lexicon")
    encoder = multilingual()
    with EmbeddingCache(folder / "cache", encoder.passport) as cache:
        keys = lexicon.write(folder, [*CORPUS, FRENCH], encoder, cache)
    found = Lexicon(folder, encoder.passport.dim)
    assert len(keys) == len(found)
    return found


def all_words() -> set[str]:
    return {word for paper in [*CORPUS, FRENCH] for word in words_of(f"{paper.title} {paper.abstract}")}


def test_words_keep_their_accents_and_lose_their_case() -> None:
    assert list(words_of("L'Étude des RÉSEAUX, in 2019: an étude of x² and self-play")) == [
        "étude", "réseaux", "étude", "self", "play",
    ]  # fmt: skip


def test_every_word_is_there_with_its_papers(built: Lexicon) -> None:
    assert len(built) == len(all_words())
    learning = built.find("learning")
    assert learning is not None
    assert built.neighbours(learning)[0] == (learning, 1.0)
    assert (built.word(learning), built.terms(learning)) == ("learning", ["learn"])
    assert (built.papers(learning), built.language(learning)) == (2, "en")
    assert built.find("chocolate") is None


def test_neighbours_are_those_of_brute_force(built: Lexicon) -> None:
    words = sorted(all_words(), key=str.encode)
    vectors = multilingual().encode_documents(words)
    french = {built.word(number): built.language(number) == "fr" for number in range(len(built))}
    for word in ("learning", "networks", "parole", "copied"):
        number = built.find(word)
        assert number is not None
        found = built.neighbours(number)
        cosines = vectors @ vectors[words.index(word)]
        for side in (False, True):
            near = [words[i] for i in np.argsort(-cosines, kind="stable") if french[words[i]] == side]
            expected: dict[str, str] = {}
            for other in near[:16]:
                if terms(other) != terms(word):
                    expected.setdefault(terms(other)[0], other)
            got = {
                built.word(i): nearness for i, nearness in found[1:] if (built.language(i) == "fr") == side
            }
            assert list(got) == list(expected.values())[:8]
            for other, nearness in got.items():
                assert nearness == pytest.approx(cosines[words.index(other)], abs=2e-3)


def test_translations_are_near(built: Lexicon) -> None:
    def nearest(word: str, language: str) -> str:
        found = built.nearest(multilingual().encode_queries([word]))[0]
        return next(built.word(number) for number, _ in found if built.language(number) == language)

    assert nearest("apprentissage", "en") == "learning"
    assert nearest("école", "en") == "school"
    assert nearest("speech", "fr") == "parole"


def test_words_that_are_asked_for_again_are_not_encoded_again(built: Lexicon) -> None:
    asked: list[str] = []

    def encode(words: Sequence[str]) -> Vectors:
        asked.extend(words)
        return multilingual().encode_queries(words)

    first = built.nearest_to(["apprentissage", "école"], encode)
    assert first == built.nearest(multilingual().encode_queries(["apprentissage", "école"]))
    again = built.nearest_to(["école", "voiture", "apprentissage"], encode)
    assert asked == ["apprentissage", "école", "voiture"]
    assert [again[2], again[0]] == first


def test_a_collection_has_the_languages_of_its_texts(built: Lexicon, tmp_path: Path) -> None:
    assert built.languages == {"en", "fr"}
    encoder = multilingual()
    with EmbeddingCache(tmp_path, encoder.passport) as cache:
        for papers, languages in (
            (CORPUS, {"en"}),
            ([FRENCH], {"fr"}),
            ([replace(FRENCH, title="2 3 5 7")], {"fr"}),
        ):
            lexicon.write(tmp_path, papers, encoder, cache)
            assert Lexicon(tmp_path, encoder.passport.dim).languages == languages


def test_papers_without_words_have_an_empty_lexicon(tmp_path: Path) -> None:
    encoder = multilingual()
    with EmbeddingCache(tmp_path, encoder.passport) as cache:
        lexicon.write(tmp_path, [Paper("x", "42", "")], encoder, cache)
    empty = Lexicon(tmp_path, encoder.passport.dim)
    assert (len(empty), empty.languages, empty.find("learning")) == (0, frozenset(), None)


def test_a_stray_text_does_not_make_a_collection_bilingual(tmp_path: Path) -> None:
    encoder = multilingual()
    parts = ("alpha", "beta", "gamma", "delta", "kappa", "sigma", "omega", "lambda", "theta", "zeta", "iota")
    english = [Paper(f"{a}{b}", f"The {a}{b} of many things", "") for a in parts for b in parts]
    stray = replace(FRENCH, title="Réseaux", abstract="")
    with EmbeddingCache(tmp_path, encoder.passport) as cache:
        lexicon.write(tmp_path, [*english, stray], encoder, cache)
    found = Lexicon(tmp_path, encoder.passport.dim)
    assert found.find("réseaux") is not None
    assert len(found) > 100
    assert found.languages == {"en"}
