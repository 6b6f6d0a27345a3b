"""Sentences and where they stand."""

from __future__ import annotations

from semsearch.encode.sentences import split

TEXT = (
    "We follow Smith et al. (2019) and others.  Results improve by 3.5%, see Fig. 2. Good. "
    "« Les modèles » restent 🙂 petits ; c'est utile."
)


def test_offsets_are_characters_of_the_text() -> None:
    assert [TEXT[a:b] for a, b in split(TEXT)] == [
        "We follow Smith et al. (2019) and others.",
        "Results improve by 3.5%, see Fig. 2. Good.",
        "« Les modèles » restent 🙂 petits ; c'est utile.",
    ]


def test_a_text_without_end_is_one_sentence() -> None:
    assert split("no full stop here") == [(0, 17)]
    assert split("") == []
