from __future__ import annotations

import pytest

from semsearch.ingest.formats.names import authors_of, split_names


@pytest.mark.parametrize(
    ("written", "natural"),
    [
        ("Gomez, Aidan N.", "Aidan N. Gomez"),
        ("Gomez AN", "AN Gomez"),
        ("Gomez A.-N.", "A.-N. Gomez"),
        ("van der Berg M. T.", "M. T. van der Berg"),
        ("Sherry JF Jr", "JF Sherry Jr"),
        ("Sherry, John F Jr", "John F Sherry Jr"),
        ("Daumé, Hal, III", "Hal Daumé III"),
        ("Hal Daumé III", "Hal Daumé III"),
        ("Aidan N. Gomez", "Aidan N. Gomez"),
        ("A. N. Gomez", "A. N. Gomez"),
        ("SMITH JA", "SMITH JA"),
        ("Liu, Fengyuan (60410297700)", "Fengyuan Liu"),
        ("Stillman, Andrew N. (andrew.stillman@uconn.edu)", "Andrew N. Stillman"),
        ("Global Adaptation Mapping Team UK", "Global Adaptation Mapping Team UK"),
        ("World Health Organization,", "World Health Organization"),
    ],
)
def test_a_name_in_natural_order(written: str, natural: str) -> None:
    assert authors_of([written]) == (natural,)


def test_an_initial_among_full_names_is_where_it_belongs() -> None:
    assert authors_of(["Sanayya A", "Amoolya Shetty"]) == ("Sanayya A", "Amoolya Shetty")
    assert authors_of(["Gomez AN", "Kaiser L", "Swiss Memory Group", "Plato"]) == (
        "AN Gomez",
        "L Kaiser",
        "Swiss Memory Group",
        "Plato",
    )


def test_nobody_is_no_author() -> None:
    assert authors_of(["[Anonymous]", "et al.", "", "[No author name available]", "?", "Li F"]) == ("F Li",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Gomez, Aidan N.; Kaiser, Łukasz;", ["Gomez, Aidan N.", "Kaiser, Łukasz"]),
        ("Gomez|Kaiser", ["Gomez", "Kaiser"]),
        ("['Marx, Karl', 'Lindgren, Astrid']", ["Marx, Karl", "Lindgren, Astrid"]),
        ("[Anonymous]", ["[Anonymous]"]),
        ("Gomez AN, Kaiser L.", ["Gomez AN", "Kaiser L."]),
        ("Labanski, A., Langhorst, J.-P., Li, H.", ["Labanski, A.", "Langhorst, J.-P.", "Li, H."]),
        ("Bengio, Yoshua", ["Bengio, Yoshua"]),
        ("Bengio, Yoshua and LeCun, Yann", ["Bengio, Yoshua", "LeCun, Yann"]),
        ("Ada Lovelace, Alan Turing, and Grace Hopper", ["Ada Lovelace", "Alan Turing", "Grace Hopper"]),
        ("Ada Lovelace & Alan Turing", ["Ada Lovelace", "Alan Turing"]),
        ("", []),
    ],
)
def test_names_in_one_text(text: str, names: list[str]) -> None:
    assert split_names(text) == names
