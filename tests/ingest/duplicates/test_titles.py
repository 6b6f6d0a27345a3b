from __future__ import annotations

import pytest

from semsearch.ingest.duplicates.titles import about_another, numbers_in, only_slips, title_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("TNF-α in type II diabetes", "TNF-alpha in Type 2 Diabetes"),
        ("The role of TGF-ß1", "Role of TGF-β1"),
        (
            "A disorder of central myelination .1. Clinical",
            "Disorder of central myelination. Part I: Clinical",
        ),
        ("Deficiency of the third component", "DEFICIENCY OF THE 3RD COMPONENT"),
        ("Two canine models", "2 canine models"),
    ],
)
def test_databases_write_one_title_in_several_ways(one: str, other: str) -> None:
    assert title_words(one) == title_words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Vitamin B12", "Vitamin B6"),
        ("A grammar of Greek, Part I", "A grammar of Greek, Part II"),
        ("A grammar of Greek", "A grammar of Greek 2"),
    ],
)
def test_parts_differ_in_their_numbers(one: str, other: str) -> None:
    assert numbers_in(title_words(one)) != numbers_in(title_words(other))


@pytest.mark.parametrize(
    "other",
    [
        "curriculum lerning for deep networks",
        "curriculum learning for deep netwroks",
        "currriculum learning foor deep networks",
        "curriculum learning fr deep networks",
        "curriculumlearning for deep networks",
        "curriculum learning for deep net works",
    ],
)
def test_slips(other: str) -> None:
    assert only_slips("curriculum learning for deep networks", other)
    assert only_slips(other, "curriculum learning for deep networks")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("hyperglycemia in rats fed with sugar", "hypoglycemia in rats fed with sugar"),
        ("curriculum learning for deep networks", "curriculum learning b for deep networks"),
        ("curriculum learning in cats", "curriculum learning in rats and cats"),
        ("insulin in the rat", "insulin in the cat"),
    ],
)
def test_another_word_is_no_slip(one: str, other: str) -> None:
    assert not only_slips(one, other)
    assert not only_slips(other, one)


@pytest.mark.parametrize(
    "other",
    [
        "Erratum: Attention Is All You Need",
        "Attention Is All You Need - Reply",
        "Attention Is All You Need (vol 30, pg 5998, 2017)",
        "Retracted: Attention Is All You Need",
    ],
)
def test_what_is_said_of_a_paper_is_another(other: str) -> None:
    one, two = (" ".join(title_words(title)) for title in ("Attention Is All You Need", other))
    assert about_another(one, two)
    assert not about_another(two, two)
