"""Hostile papers in every form of citation, read back by the libraries of others."""

from __future__ import annotations

from hypothesis import given, settings

from semsearch.paper import Paper
from tests.hostile import PAPERS
from tests.serve.citation.hostile import check, papers


def test_every_hostile_paper_is_one_entry_and_as_it_was() -> None:
    check(PAPERS)


@settings(max_examples=150)
@given(papers)
def test_papers_made_up_are_as_many_entries_and_as_they_were(made: list[Paper]) -> None:
    check(made)
