"""Names in parts, and real names against the parts that their sources give."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from pybtex.database import Person

from semsearch.serve.citation.names import Name, split


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Yoshua Bengio", Name("Bengio", "Yoshua")),
        ("Bengio, Yoshua", Name("Bengio", "Yoshua")),
        ("Ian J. Goodfellow", Name("Goodfellow", "Ian J.")),
        ("Henk van den Heuvel", Name("Heuvel", "Henk", "van den")),
        ("van den Heuvel, Henk", Name("Heuvel", "Henk", "van den")),
        ("danah boyd", Name("boyd", "danah")),
        ("Benjamin Van Durme", Name("Van Durme", "Benjamin")),
        ("Van Nguyen", Name("Nguyen", "Van")),
        ("E. T. Bell", Name("Bell", "E. T.")),
        ("Robert Downey Jr.", Name("Downey", "Robert", suffix="Jr.")),
        ("Martin Luther King, Jr.", Name("King", "Martin Luther", suffix="Jr.")),
        ("Davis, Jr., Sammy", Name("Davis", "Sammy", suffix="Jr.")),
        ("Mickelson, JR", Name("Mickelson", "JR")),
        ("William Gates III", Name("Gates", "William", suffix="III")),
        ("Plato", Name("Plato")),
        ("王小明", Name("王小明")),
        ("山田 太郎", Name("山田 太郎")),
        ("OpenAI", Name("OpenAI")),
        ("World Health Organization", Name("World Health Organization")),
        ("The ATLAS Collaboration", Name("The ATLAS Collaboration")),
        ("Barnes and Noble", Name("Barnes and Noble")),
        ("University of California, Berkeley", Name("University of California, Berkeley")),
    ],
)
def test_a_name_has_these_parts(written: str, name: Name) -> None:
    assert split(written) == name


@given(st.text("aBc d.éЖ漢-'", min_size=1).map(lambda text: " ".join(text.split())).filter(bool))
def test_the_parts_are_the_name(written: str) -> None:
    name = split(written)
    assert " ".join(part for part in (name.given, name.particle, name.family, name.suffix) if part) == written
    assert name.family


def test_real_names_are_taken_apart_as_their_bearers_do(shared_data: Path) -> None:
    """Against given and family names in the ACL Anthology, where authors say which is which."""
    names = {
        (author.findtext("first"), author.findtext("last"))
        for file in (shared_data / "raw" / "acl-xml").glob("*.xml")
        for author in etree.parse(file).iter("author")
    }
    apart = [(first, last) for first, last in names if first and last]
    assert len(apart) > 7000
    right = sum(_ours(f"{first} {last}") == (first, last) for first, last in apart)
    by_bibtex = sum(_by_bibtex(f"{first} {last}") == (first, last) for first, last in apart)
    assert right > by_bibtex
    assert right > 0.98 * len(apart)


def _ours(written: str) -> tuple[str, str]:
    name = split(written)
    return name.given, f"{name.particle} {name.family}".strip()


def _by_bibtex(written: str) -> tuple[str, str]:
    name = Person(written)
    return " ".join(name.first_names + name.middle_names), " ".join(name.prelast_names + name.last_names)
