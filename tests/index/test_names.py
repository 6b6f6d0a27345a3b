"""Names in their forms, and the papers of those who bear them."""

from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.index import names
from semsearch.index.names import PaperNames, forms
from semsearch.index.spelling import joined, key, spelled
from tests.support import CORPUS


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Jean-Pierre Serre", [("jean", "pierre", "serre"), ("jeanpierre", "serre")]),
        ("J.-P. Serre", [("j", "p", "serre"), ("jp", "serre")]),
        ("JP Serre", [("jp", "serre"), ("j", "p", "serre")]),
        ("Smith JA", [("smith", "ja"), ("smith", "j", "a")]),
        ("Flann O’Brien", [("flann", "o", "brien"), ("flann", "obrien")]),
        ("Jérôme Louradour", [("jerome", "louradour")]),
        ("NASA", [("nasa",)]),
    ],
)
def test_the_forms_of_a_name(name: str, expected: list[tuple[str, ...]]) -> None:
    assert forms(name) == expected


def test_names_are_found_by_words_and_initials(tmp_path: Path) -> None:
    names.write(tmp_path, CORPUS)
    index = PaperNames(tmp_path, len(CORPUS))
    (bengio,) = index.with_words(["bengio"])
    assert index.with_words(["yoshua", "bengio"]) == {bengio: [("yoshua", "bengio")]}
    assert [*index.with_words(["bengio y"])] == [bengio]
    assert index.with_words(["bengio z"]) == {}
    assert index.papers([bengio]).tolist() == [1, 2]
    assert index.papers([]).tolist() == []
    assert index.near(("yoshua", "bengoi"), 1) == [bengio]
    assert index.near(("yosuha", "bengoi"), 1) == []
    assert [*index.with_words(["wardefarley"])] == [*index.with_words(["warde", "farley"])]


def test_one_spelling_for_many() -> None:
    assert key("Self-Supervised") == key("self supervised") == key("selfsupervised") == "selfsupervised"
    assert key(r"$\alpha$-stable") == key("α‑Stable") == "alphastable"
    assert spelled("Search & Rescue, λ-calculus") == "search and rescue lambda calculus"
    assert joined("Jean-Pierre O'Brien") == "jeanpierre obrien"
