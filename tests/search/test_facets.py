"""Facets, against counting by hand and by brute force."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from semsearch.errors import QuestionError
from semsearch.index.build import build
from semsearch.search import Filters, Searcher, open_searcher
from tests.support import CORPUS, WordEncoder


def test_without_a_question_every_paper_counts(searcher: Searcher) -> None:
    facets = searcher.facets()
    assert facets.papers == 5
    assert facets.years == ((1953, 1), (1962, 1), (2009, 1), (2014, 1), (2015, 1))
    assert facets.authors[0] == ("Yoshua Bengio", 2)
    assert len(facets.authors) == 14
    assert dict(facets.venues) == {paper.venue: 1 for paper in CORPUS}


def test_each_facet_shows_what_else_there_is_to_choose(searcher: Searcher) -> None:
    facets = searcher.facets(filters=Filters(year_from=2010, author="bengio"))
    assert facets.papers == 1
    assert facets.years == ((2009, 1), (2015, 1))  # Bengio's, of any year
    assert dict(facets.authors)["Ian J. Goodfellow"] == 1  # anybody's since 2010
    assert dict(facets.authors)["Yoshua Bengio"] == 1
    assert dict(facets.venues) == {"ICLR": 1}


def test_a_question_counts_the_papers_it_finds(searcher: Searcher) -> None:
    question = "translation of a source sentence"
    sure = [hit.paper for hit in searcher.search(question, 5) if hit.confidence != "weak"]
    assert 0 < len(sure) < 5
    facets = searcher.facets(question)
    assert facets.papers == len(sure)
    assert dict(facets.years) == Counter(paper.year for paper in sure)
    assert dict(facets.authors) == Counter(name for paper in sure for name in paper.authors)


@pytest.mark.parametrize("mode", ["auto", "dense", "lexical"])
def test_filters_limit_what_a_question_counts(tmp_path: Path, mode: str) -> None:
    papers = [
        replace(paper, id=f"{paper.id}-{n}", year=2000 + n, authors=(f"Ann {'É' if n % 2 else 'E'}lie",))
        for paper in CORPUS
        for n in range(20)
    ]
    encoder = WordEncoder()
    build(papers, tmp_path, encoder)
    searcher = Searcher(open_searcher(tmp_path).generation, encoder)
    question, filters = "long sentences of a source", Filters(year_from=2005, year_to=2007)
    found = searcher.search(question, 100, mode=mode, filters=filters)  # type: ignore[arg-type]
    sure = [hit for hit in found if hit.confidence != "weak"] or list(found)
    facets = searcher.facets(question, mode=mode, filters=filters)  # type: ignore[arg-type]
    assert facets.papers == len(sure)
    assert {year for year, _ in facets.years} == set(range(2000, 2020))
    ((name, count),) = facets.authors
    assert (name, count) == ("Ann Élie", len(sure)), "the spelling of most papers, and one name for both"


def test_a_blank_question_is_refused(searcher: Searcher) -> None:
    with pytest.raises(QuestionError):
        searcher.facets("  ")


def test_the_latest_papers_come_first_and_those_without_year_last(tmp_path: Path) -> None:
    papers = [*CORPUS, replace(CORPUS[0], id="undated", year=None), replace(CORPUS[2], id="later", year=2020)]
    build(papers, tmp_path, WordEncoder())
    table = open_searcher(tmp_path).generation.papers
    ids = [paper.id for paper in table.get(table.newest(Filters(), 10))]
    assert ids == ["later", "bahdanau", "gan", "curriculum", "quicksort", "10.1038/171737a0", "undated"]
    assert [p.id for p in table.get(table.newest(Filters(author="bengio"), 1, 1))] == ["bahdanau"]
    with pytest.raises(ValueError, match="read-only"):
        table.allowed(Filters(year_to=2000))[0] = False
