"""Questions in French over English papers, in English over French ones, and in the papers' own language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import semsearch
from semsearch.api import build
from semsearch.encode import Vectors, unit
from semsearch.encode.transformer import TransformerEncoder
from semsearch.errors import IndexForeign
from semsearch.index.build import document_text
from semsearch.index.calibration import PARALLEL
from semsearch.ingest.language import probably_french
from semsearch.paper import Paper
from semsearch.search import Searcher, open_searcher, translation
from semsearch.search.hits import MODES
from semsearch.search.translation import read
from tests.support import CORPUS, WordEncoder

# A real paper; the summary is ours.
FRENCH = Paper(
    "veronis",
    "HyperLex : cartographie lexicale pour la recherche d'informations",
    "Les sens d'un mot apparaissent comme des zones denses dans le graphe de ses cooccurrences. "
    "Un algorithme les isole sans dictionnaire ni corpus étiqueté.",
    ("Jean Véronis",),
    2003,
    "TALN",
)


@pytest.fixture(scope="module")
def mixed(encoder: TransformerEncoder, tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    root = tmp_path_factory.mktemp("mixed")
    build([*CORPUS, FRENCH], root, encoder=encoder)
    return Searcher(open_searcher(root).generation, encoder)


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        ("deux réseaux qui s'entraînent l'un contre l'autre", "gan"),
        ("montrer les exemples du plus facile au plus difficile, comme à l'école", "curriculum"),
        ("comment la molécule se recopie-t-elle ?", "10.1038/171737a0"),
        ("traduire de longues phrases sans passer par un seul vecteur", "bahdanau"),
    ],
)
def test_a_french_question_finds_its_english_paper(searcher: Searcher, question: str, paper: str) -> None:
    for mode in MODES:
        assert searcher.search(question, 3, mode=mode)[0].paper.id == paper


def test_an_english_question_finds_a_french_paper(mixed: Searcher) -> None:
    for mode in MODES[:3]:
        question = "discovering the senses of a word from a graph of what occurs beside it"
        assert mixed.search(question, 3, mode=mode)[0].paper.id == "veronis"


def test_a_french_question_finds_a_french_paper(mixed: Searcher) -> None:
    assert mixed.search("isoler les sens d'un mot sans dictionnaire", 3)[0].paper.id == "veronis"


def test_an_english_question_is_not_translated_among_english_papers(searcher: Searcher) -> None:
    found = read("Do deep networks learn from easy examples?", searcher.generation)
    assert (found.language, found.translation) == ("en", None)
    # The word itself counts 1; a synonym half of that at most.
    assert all(0 < share <= 0.5 for shares in found.near.values() for share in shares.values())
    assert "exampl" not in found.near["exampl"]


def test_a_translation_says_the_question_in_words_of_the_papers(searcher: Searcher) -> None:
    found = read("Les réseaux et l'apprentissage à l'école, sur GPT-4", searcher.generation)
    assert (found.language, found.translation) == ("fr", "networks learning school GPT 4")
    assert found.near["apprentissag"]["learn"] > 0.5


def test_short_french_is_told_by_words_that_the_papers_lack(searcher: Searcher) -> None:
    assert read("apprentissage profond", searcher.generation).language == "fr"
    assert read("sentence", searcher.generation).language == "en"


def test_words_of_the_papers_alone_do_not_wake_the_classifier(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def classified(text: str) -> float:
        asked.append(text)
        return probably_french(text)

    monkeypatch.setattr(translation, "probably_french", classified)
    read("real data samples", searcher.generation)
    assert not asked
    for question in ("sentence minima de transport", "un source", "données", "l'attention"):
        read(question, searcher.generation)
    assert asked == ["sentence minima de transport", "un source", "données", "l'attention"]


class Bilingual(WordEncoder):
    """Knows the sentences of the calibration in both languages."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        english = {french: english for english, french in PARALLEL}
        return super().encode_queries([english.get(text, text) for text in texts])


def test_an_encoder_that_understands_french_is_asked_in_french(tmp_path: Path) -> None:
    build(CORPUS, tmp_path, encoder=Bilingual())
    generation = open_searcher(tmp_path).generation
    assert generation.manifest.calibration["french"] == pytest.approx(1)
    found = read("l'apprentissage à l'école", generation)
    assert (found.language, found.translation) == ("fr", None)
    assert "learn" in found.near["apprentissag"]  # words are words, whatever the encoder understands


def test_another_multilingual_encoder_is_refused(searcher: Searcher) -> None:
    manifest = searcher.generation.manifest
    foreign = replace(manifest, lexicon=replace(manifest.lexicon, weights_sha256="0" * 64))
    generation = replace(searcher.generation, manifest=foreign)
    assert read("learning from easy examples", generation).translation is None
    with pytest.raises(IndexForeign, match="multilingual"):
        read("l'apprentissage à l'école", generation)


def test_hits_of_a_translated_question_are_those_of_brute_force(
    searcher: Searcher, encoder: TransformerEncoder
) -> None:
    question = "deux réseaux qui s'entraînent l'un contre l'autre"
    translation = read(question, searcher.generation).translation
    assert translation is not None
    queries = encoder.encode_queries([question, translation])
    documents = encoder.encode_documents([document_text(paper) for paper in CORPUS])
    expected = (unit(documents) @ queries.T).max(axis=1)
    results = searcher.search(question, 5, mode="dense")
    found = {hit.paper.id: hit.similarity or 0 for hit in results}
    np.testing.assert_allclose([found[paper.id] for paper in CORPUS], expected, atol=1e-5)
    assert [hit.paper.id for hit in results] == [CORPUS[i].id for i in np.argsort(-expected)]


# Two questions of ours for each paper of a page in French, by the beginning of the paper's title.
INSTITUTE = [
    ("Stochastic positional", "incertitude sur la position des parties masquées d'une image"),
    ("Stochastic positional", "apprentissage de représentations visuelles par masquage d'images"),
    (
        "Stop Regressing",
        "remplacer la régression par une classification pour apprendre une fonction de valeur",
    ),
    ("Stop Regressing", "passer à l'échelle l'apprentissage par renforcement profond"),
    ("A Tale of Tails", "que se passe-t-il quand on entraîne un modèle sur des données synthétiques ?"),
    ("A Tale of Tails", "effondrement des modèles et lois d'échelle"),
    ("The Pitfalls", "quantifier l'incertitude malgré des attaques adverses"),
    ("The Pitfalls", "prédiction conforme et robustesse pour l'imagerie médicale"),
    (
        "Think Before You Act",
        "un agent avec une mémoire de travail oublie-t-il moins les tâches précédentes ?",
    ),
    ("Think Before You Act", "transformeur de décision et oubli catastrophique"),
    ("Do Transformer World", "propager le gradient à travers un modèle du monde sur un long horizon"),
    ("Do Transformer World", "les modèles du monde donnent-ils de meilleurs gradients de politique ?"),
    ("Universality of Linear", "puissance d'expression des réseaux récurrents linéaires"),
    (
        "Universality of Linear",
        "à quoi servent les valeurs propres complexes dans les modèles à espace d'états ?",
    ),
    ("Unsupervised Concept", "éviter les corrélations trompeuses sans annotation de groupes"),
    ("Unsupervised Concept", "découverte non supervisée de concepts"),
    ("When is Transfer", "quand l'apprentissage par transfert est-il possible ?"),
    ("When is Transfer", "conditions pour transférer les connaissances d'une tâche à l'autre"),
    ("WorkArena", "agents web pour les tâches de bureau quotidiennes"),
    (
        "WorkArena",
        "les grands modèles de langue savent-ils utiliser un logiciel d'entreprise dans le navigateur ?",
    ),
    ("No Wrong Turns", "géométrie des trajectoires d'optimisation des réseaux de neurones"),
    ("No Wrong Turns", "pourquoi la descente de gradient stochastique trouve-t-elle de bons minima ?"),
    ("Prospective Messaging", "apprendre malgré les délais de communication entre neurones"),
    ("Prospective Messaging", "compenser la latence dans les circuits neuronaux biologiques"),
]


def test_french_questions_to_the_page_of_an_institute(
    encoder: TransformerEncoder, shared_data: Path, tmp_path: Path
) -> None:
    papers, _ = semsearch.read(shared_data / "pages" / "institute-listing.txt")
    build(papers, tmp_path, encoder=encoder)
    searcher = Searcher(open_searcher(tmp_path).generation, encoder)
    missed = [
        question
        for title, question in INSTITUTE
        if not searcher.search(question, 1)[0].paper.title.startswith(title)
    ]
    assert missed == []
