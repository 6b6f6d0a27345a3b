from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.ingest.hyphens import rejoined


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("We extract infor- mation.", "We extract information."),
        ("la reconnais- sance et la traduc- tion", "la reconnais- sance et la traduction"),
        ("A net- work is a network.", "A network is a network."),
        ("Net- works learn; so do networks.", "Networks learn; so do networks."),
        ("in- for- mation", "in- formation"),
    ],
)
def test_broken_words_are_whole_again(broken: str, whole: str) -> None:
    assert rejoined(broken) == whole


@pytest.mark.parametrize(
    "text",
    [
        "pre- and post-training",
        "in- to out-group",
        "short- or long-term",
        "state- of- the- art",
        "pre- training helps",
        "inter- et intra-phrastique",
        "a well - known result",
        "GPU- based",
        "SQL- Guard and SQLGuard",
        "2- ation",
    ],
)
def test_what_is_not_known_to_be_broken_stays(text: str) -> None:
    assert rejoined(text) == text


def test_words_are_looked_up_in_the_title_as_well() -> None:
    assert rejoined("The tree- bank is annotated.", "A Treebank") == "The treebank is annotated."


@given(st.lists(st.sampled_from(["in", "infor", "mation", "ation", "-", "- ", " ", "net", "works", "and"])))
def test_to_join_twice_changes_nothing(pieces: list[str]) -> None:
    once = rejoined("".join(pieces))
    assert rejoined(once) == once
