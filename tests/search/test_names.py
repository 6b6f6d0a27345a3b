"""Two ways of writing one author's name, and names that are alike but another's."""

from __future__ import annotations

import pytest

from semsearch.search.names import shared_names


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Yoshua Bengio", "Y. Bengio"),
        ("Ian J. Goodfellow", "Ian Goodfellow"),
        ("Jérôme Louradour", "JEROME LOURADOUR"),
        ("Sun-Mi Kim", "S.-M. Kim"),
        ("Hal Daumé III", "Hal Daume"),
        ("J. Łukasiewicz", "Jan Łukasiewicz"),
        ("毛泽东", "毛泽东"),
        ("Madonna", "madonna"),
    ],
)
def test_two_forms_of_one_name(one: str, other: str) -> None:
    assert shared_names([one], [other]) == (one,)
    assert shared_names([other], [one]) == (other,)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Yoshua Bengio", "Samy Bengio"),
        ("Y. Bengio", "S. Bengio"),
        ("Ian J. Goodfellow", "Ian P. Goodfellow"),
        ("Bengio", "Yoshua Bengio"),
        ("Wei Wang", "Wang Wei"),
        ("et al.", "et al."),
        ("", ""),
        ("Jr.", "Sr."),
    ],
)
def test_two_names(one: str, other: str) -> None:
    assert shared_names([one], [other]) == ()


def test_names_are_given_as_the_first_writes_them_and_in_its_order() -> None:
    others = ["Aaron Courville", "Y. Bengio", "Samy Bengio"]
    assert shared_names(["Yoshua Bengio", "Mehdi Mirza", "A. Courville"], others) == (
        "Yoshua Bengio",
        "A. Courville",
    )
