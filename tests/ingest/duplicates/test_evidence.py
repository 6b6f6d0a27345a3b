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


BARE = replace(ATTENTION, abstract="", venue="The Veterinary record", printed="122:494")


@pytest.mark.parametrize(
    "other",
    [
        replace(BARE, id="b", abstract=OTHER_ABSTRACT, year=2017),
        replace(BARE, id="b", title="Attention Being All We Need"),
        replace(BARE, id="b", authors=()),
    ],
)
def test_the_same_page_shows_it(other: Paper) -> None:
    assert why(replace(BARE, abstract=ABSTRACT), other) == "same volume, page and year"
    assert why(BARE, replace(BARE, id="b", title="Attention in Pigeons", authors=("Grace Hopper",))) is None


@pytest.mark.parametrize(
    ("printed", "same"),
    [
        ("122:568", False),  # a letter, and another under its title
        ("123:494", True),  # a volume wrongly given
        ("123:568", False),
        ("122:495", True),
        ("122:594", True),  # a digit wrong
        ("122:e494", True),
        ("", True),
    ],
)
def test_another_page_speaks_against_it(printed: str, same: bool) -> None:
    assert bool(why(BARE, replace(BARE, id="b", printed=printed))) == same


def test_two_parts_may_share_a_page() -> None:
    assert why(BARE, replace(BARE, id="b", title="Attention Is All You Need, Part II")) is None


def test_every_paper_of_a_journal_without_pages_begins_on_the_first() -> None:
    first = replace(BARE, printed="20:1")
    assert why(first, replace(first, id="b", title="Attention in Pigeons and in Rats Is Needed")) is None


def test_a_preprint_has_no_page_to_be_apart_from() -> None:
    preprint = replace(BARE, id="b", venue="CoRR", printed="170603762:1")
    assert why(BARE, preprint) == "same title, authors and year"


def test_what_was_said_at_a_meeting_is_not_the_article() -> None:
    article = replace(ATTENTION, venue="Diabetologia")
    spoken = replace(ATTENTION, id="b", venue="Diabetes", abstract="")
    assert why(article, spoken) is None
    assert why(article, replace(spoken, venue="DIABETOLOGIA")) == "same title, authors and year"
    assert why(article, replace(spoken, abstract=ABSTRACT)) == "same title, authors and year"
    assert why(article, replace(spoken, abstract=ABSTRACT, year=2018)) is None


def test_an_abstract_behind_a_summary_is_the_same() -> None:
    longer = (
        ABSTRACT + " It is simple, it is fast, and it carries over to other tasks, such as parsing English."
    )
    summary = "Summary for everybody: machines can learn to translate by looking at what matters. " * 5
    assert why(
        replace(ATTENTION, abstract=longer), replace(ATTENTION, id="b", abstract=summary + longer)
    ) == ("same title, authors and year")


def test_proceedings_say_their_year() -> None:
    venue = "Proceedings of the 14th Conference on Machine Translation"
    one = replace(ATTENTION, abstract="", venue=venue)
    assert why(one, replace(one, id="b", year=2018)) == "same title, authors and year"
    assert why(one, replace(one, id="b", year=2018, venue=venue.replace("14", "15"))) is None


def test_a_title_without_its_subtitle() -> None:
    venue = "Machine Translation"
    long = replace(ATTENTION, title="Attention Is All You Need: Sequences in 3 Steps", venue=venue)
    assert why(long, replace(ATTENTION, id="b", venue=venue)) == (
        "same title but for its end, same authors, year and abstract"
    )
    calm = replace(long, title="Attention Is All You Need: Sequences", abstract="")
    assert why(calm, replace(ATTENTION, id="b", venue=venue)) == (
        "same title but for a subtitle, same authors, year and venue"
    )
    assert why(calm, replace(ATTENTION, id="b", venue=venue, authors=AUTHORS[:2])) is None
    reply = replace(calm, title="Attention Is All You Need: Reply")
    assert why(reply, replace(ATTENTION, id="b", venue=venue)) is None


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("R Van Buskirk", "R VANBUSKIRK"),
        ("DJ Marcellin-Little", "DJ MARCELLINLITTLE"),
        ("Jan Müller", "J Mueller"),
    ],
)
def test_names_are_written_in_one_word_or_two(mine: str, theirs: str) -> None:
    one = replace(ATTENTION, authors=(mine,))
    assert why(one, replace(one, id="b", authors=(theirs,))) == "same title, authors and year"


def test_a_doi_escaped_is_the_same() -> None:
    one = replace(ATTENTION, doi="10.1892/0891-6640(2002)016<0255:ADRPSO>2.3.CO;2")
    other = replace(ATTENTION, id="b", doi="10.1892/0891-6640(2002)016%3C0255:adrpso%3E2.3.co;2")
    assert (why(one, other) or "").startswith("same doi:")
