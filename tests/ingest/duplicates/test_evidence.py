from __future__ import annotations

from dataclasses import replace

import pytest

from semsearch.ingest.duplicates.evidence import record_of, why_same
from semsearch.paper import Paper

AUTHORS = ("Ashish Vaswani", "Noam Shazeer", "Niki Parmar", "Jakob Uszkoreit")
ABSTRACT = (
    "A model that transduces sequences with attention alone, without recurrence or convolution, trains in "
    "a fraction of the time, and translates better than ensembles of those that came before it."
)
ATTENTION = Paper("a", "Attention Is All You Need", ABSTRACT, AUTHORS, 2017, "NeurIPS")
OTHER_ABSTRACT = (
    "Of four hundred patients with hypertension, half were given a diuretic and half were given none."
)


def why(one: Paper, other: Paper) -> str | None:
    found = why_same(record_of(one), record_of(other))
    assert found == why_same(record_of(other), record_of(one))
    return found


@pytest.mark.parametrize(
    ("other", "shown_by"),
    [
        (replace(ATTENTION, id="b", abstract=""), "same title, authors and year"),
        (replace(ATTENTION, id="b", title="Attention is all you need."), "same title, authors and year"),
        (replace(ATTENTION, id="b", authors=("A. Vaswani", "N. Shazeer")), "same title, authors and year"),
        (
            replace(ATTENTION, id="b", authors=("Vaswani A", "Shazeer N", "Parmar N")),
            "same title, authors and year",
        ),
        (replace(ATTENTION, id="b", year=None), "same title, authors and year"),
        (replace(ATTENTION, id="b", title="The Attention Is All You Need"), "same title, authors and year"),
        (replace(ATTENTION, id="b", year=2018), "same title, authors and year"),
        (replace(ATTENTION, id="b", authors=()), "same title and abstract"),
        (replace(ATTENTION, authors=(), abstract=""), "same id and title"),
        (
            replace(ATTENTION, id="b", title="Atention Is All You Need"),
            "nearly the same title, same authors and year",
        ),
        (
            replace(ATTENTION, id="b", title="Attention Is All You Need: Sequences Without Recurrence"),
            "same title but for its end, same authors, year and abstract",
        ),
    ],
)
def test_title_authors_and_year_show_it(other: Paper, shown_by: str) -> None:
    assert why(ATTENTION, other) == shown_by


@pytest.mark.parametrize(
    "other",
    [
        replace(ATTENTION, id="b", authors=("Grace Hopper",), abstract=""),
        replace(ATTENTION, id="b", year=2020),
        replace(ATTENTION, id="b", year=2018, abstract=""),
        replace(ATTENTION, id="b", abstract=OTHER_ABSTRACT),
        replace(ATTENTION, id="b", title="Attention Is Not All You Need", abstract=OTHER_ABSTRACT),
        replace(ATTENTION, id="b", title="Attention Is All You Need II"),
        replace(ATTENTION, id="b", title="Attention Is All You Need, Part 2"),
        replace(ATTENTION, id="b", title="Attention Is All We Need", abstract=""),
        replace(ATTENTION, id="b", title="Attention B Is All You Need", abstract=""),
        replace(ATTENTION, id="b", title="Inattention Is All You Need", abstract=""),
        replace(ATTENTION, id="b", title="Attentive Is All You Read", abstract=""),
        replace(ATTENTION, id="b", authors=(), venue=None, abstract=""),
    ],
)
def test_less_does_not(other: Paper) -> None:
    assert why(ATTENTION, other) is None


def test_the_same_identifier_shows_it_whatever_the_year() -> None:
    one = replace(ATTENTION, doi="10.5555/3295222.3295349")
    other = Paper("b", "Attention is all you need (NIPS)", doi="10.5555/3295222.3295349", year=2023)
    assert why(one, other) == "same doi:10.5555/3295222.3295349"
    one, other = (
        replace(ATTENTION, identifiers=("arxiv:1706.03762",)),
        replace(ATTENTION, title="Attention is all you need", doi="10.48550/arXiv.1706.03762"),
    )
    assert why(one, other) == "same arxiv:1706.03762"


def test_the_doi_of_a_volume_makes_its_papers_no_one_paper() -> None:
    one = replace(ATTENTION, doi="10.1007/978-3-540-70567-3")
    other = Paper("b", "Learning to Rank at Query Time", "", ("Grace Hopper",), 2017, doi=one.doi)
    assert why(one, other) is None


@pytest.mark.parametrize(
    ("mine", "theirs", "same"),
    [
        ("10.48550/arxiv.1706.03762", "10.5555/3295222.3295349", True),
        ("10.1101/2020.01.01.123456", "10.1038/s41586-020-1234-5", True),
    ],
)
def test_a_preprint_is_of_the_paper_in_print_and_two_in_print_are_two(
    mine: str, theirs: str, same: bool
) -> None:
    assert bool(why(replace(ATTENTION, doi=mine), replace(ATTENTION, id="b", doi=theirs, year=2019))) == (
        same
    )
    two = why(
        replace(ATTENTION, identifiers=("pmid:1",)), replace(ATTENTION, id="b", identifiers=("pmid:2",))
    )
    assert two is None


def test_two_dois_in_print_are_two_papers_but_for_one_that_was_given_a_new_one() -> None:
    one = replace(ATTENTION, doi="10.1136/vetrec-2019-105642")
    moved = replace(ATTENTION, id="b", doi="10.1136/vr.105642")
    assert why(one, moved) == "same title, authors, year and abstract"
    assert why(one, replace(moved, year=2018)) is None
    assert why(one, replace(moved, abstract="")) is None
    assert why(one, replace(moved, title="Attention Is All One Needs")) is None
    numbered = replace(one, identifiers=("pmid:1",))
    assert why(numbered, replace(moved, identifiers=("pmid:2",))) is None


def test_titles_of_a_word_or_two_are_given_to_many_papers() -> None:
    one = Paper("a", "Editorial", "", ("Jan de Vries",), 2019, "Cell")
    assert why(one, replace(one, id="b")) is None
    both = replace(one, abstract=ABSTRACT)
    assert why(both, replace(both, id="b")) == "same title, authors and year"
