from __future__ import annotations

import pytest

from semsearch.ingest.duplicates.venues import same_meeting, same_venue, venues_differ


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("VETERINARY RECORD", "The Veterinary record"),
        ("J. Biol. Chem.", "Journal of Biological Chemistry"),
        ("Natl Med J India", "National Medical Journal of India"),
        ("Nature", "Nature"),
    ],
)
def test_one_journal(one: str, other: str) -> None:
    assert same_venue(one, other)
    assert same_venue(other, one)
    assert not venues_differ(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("PLOS ONE", "Investigative Ophthalmology & Visual Science"),
        ("Diabetes", "Diabetologia"),
        ("Diabetes", "Diabetes Care"),
        ("Am J Physiol", "American Journal of Pathology"),
    ],
)
def test_two_journals(one: str, other: str) -> None:
    assert venues_differ(one, other)
    assert venues_differ(other, one)
    assert not same_venue(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("JAMA", "JAMA-JOURNAL OF THE AMERICAN MEDICAL ASSOCIATION"),
        ("Science", "Science (New York, N.Y.)"),
        ("NIPS", "Advances in Neural Information Processing Systems"),
        ("Proceedings of ACL 2020", "Computational Linguistics"),
        ("", "Nature"),
        ("Nature", ""),
    ],
)
def test_where_it_is_not_clear_neither_is_said(one: str, other: str) -> None:
    assert not venues_differ(one, other)
    assert not venues_differ(other, one)
    assert not same_venue(one, other)


def test_a_meeting_has_its_number_in_its_name() -> None:
    assert same_meeting(
        "Proceedings of the Fourteenth Conference", "Proceedings of the fourteenth conference"
    )
    assert same_meeting("Proceedings of CoNLL 2010", "Proceedings of CoNLL 2010")
    assert not same_meeting("Proceedings of CoNLL 2010", "Proceedings of CoNLL 2011")
    assert not same_meeting("Journal of Public Health", "Journal of Public Health")
