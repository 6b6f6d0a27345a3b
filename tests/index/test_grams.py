"""Strings found in spite of slips, against brute force over all of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from semsearch.index import grams
from semsearch.index.grams import Grams

WORDS = [
    "quicksort",
    "curriculumlearning",
    "attentionisallyouneed",
    "generativeadversarialnets",
    "bert",
    "q",
    "αβγ",
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Grams:
    folder: Path = tmp_path_factory.mktemp("grams")
    grams.write(folder, "words", [*WORDS, "", "quicksort"])
    return Grams(folder, "words")


def test_entries_read_back(index: Grams) -> None:
    assert [index[i] for i in range(len(index))] == [*WORDS, "", "quicksort"]


@given(st.data())
def test_every_string_within_the_edits_is_found(index: Grams, data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(WORDS))
    edits = data.draw(st.integers(0, 2 if len(word) >= 14 else int(len(word) >= 7)))
    letters = list(word)
    for _ in range(edits):
        at = data.draw(st.integers(0, len(letters) - 2))
        kind = data.draw(st.sampled_from(["substitute", "delete", "insert", "transpose"]))
        if kind == "transpose":
            letters[at : at + 2] = letters[at : at + 2][::-1]
        else:
            letters[at : at + (kind != "insert")] = (
                [] if kind == "delete" else data.draw(st.sampled_from("abz"))
            )
    typed = "".join(letters)
    expected = {
        (i, OSA.distance(typed, index[i]))
        for i in range(len(index))
        if index[i] and OSA.distance(typed, index[i]) <= edits
    }
    assert set(index.near(typed, edits)) == expected
    if OSA.distance(typed, word) <= edits:
        assert WORDS.index(word) in dict(index.near(typed, edits))


def test_nothing_is_near_nothing(tmp_path: Path) -> None:
    grams.write(tmp_path, "none", [])
    assert Grams(tmp_path, "none").near("anything", 2) == []
    assert Grams(tmp_path, "none").near("", 2) == []
