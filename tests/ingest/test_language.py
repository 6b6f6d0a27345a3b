"""English is never taken for French; French that can be told is."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from semsearch.ingest.language import language_of, probably_french


@pytest.mark.parametrize(
    "text",
    [
        "Comment les agents se souviennent-ils de ce qu'ils ont appris ?",
        "Réseaux de neurones pour la reconnaissance vocale",
        "résumé automatique",
        "optimisation stochastique",
    ],
)
def test_french_is_told(text: str) -> None:
    assert language_of(text) == "fr"


@pytest.mark.parametrize("text", ["graph neural networks", "BERT", "Yoshua Bengio", "attention", "GAN", ""])
def test_short_and_shared_words_count_as_english(text: str) -> None:
    assert language_of(text) == "en"
    assert probably_french(text) < 0.85


def test_plain_english_never_wakes_the_classifier() -> None:
    code = (
        "import sys; from semsearch.ingest.language import language_of;"
        "assert language_of('How do agents remember what they learned?') == 'en';"
        "abstract = 'We follow Müller et al. and show that these agents learn from what they have seen.';"
        "assert language_of(abstract) == 'en';"
        "assert 'py3langid' not in sys.modules;"
        "assert language_of('The rôle of agents, comme on le sait') == 'fr';"
        "assert 'py3langid' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_judged_questions(shared_data: Path) -> None:
    def told(collection: str) -> list[str]:
        lines = (
            (shared_data / "judged" / collection / "queries.jsonl").read_text(encoding="utf-8").splitlines()
        )
        return [language_of(json.loads(line)["text"]) for line in lines]

    for english in ("cranfield", "cisi", "scifact-train"):
        assert set(told(english)) == {"en"}
    assert told("taln-fr-en").count("en") <= 6  # of 600 titles
