"""Citations read back, with the libraries others use, to the fields they were made from."""

from __future__ import annotations

import json

import pytest
import rispy
from bibtexparser.entrypoint import parse_string

from semsearch.ingest.bibtex import read_bibtex
from semsearch.ingest.source import Source
from semsearch.paper import Paper
from semsearch.serve.citation import FORMATS
from tests.support import CORPUS

AWKWARD = Paper(
    "10.1000/a_b(c)",
    "50% more & {braces}: the case x₁ of #2, ~approximately α²",
    "An abstract with 100% of the special_characters & more.",
    ("Henk van den Heuvel", "Jérôme Łukasz", "Plato"),
    1999,
    "Journal of A & B",
    doi="10.1000/a_b(c)",
    url="https://example.org/a_b?c=d&e=f",
    keywords=("one", "two three"),
)


@pytest.mark.parametrize("paper", [*CORPUS, AWKWARD], ids=lambda paper: paper.id)
def test_bibtex_reads_back(paper: Paper) -> None:
    text = FORMATS["bibtex"].write([paper])
    assert not parse_string(text).failed_blocks
    (back,) = read_bibtex(Source("made.bib", text))
    assert isinstance(back, Paper)
    assert (back.title, back.abstract, back.authors) == (paper.title, paper.abstract, paper.authors)
    assert (back.year, back.venue, back.doi, back.keywords) == (
        paper.year,
        paper.venue,
        paper.doi,
        paper.keywords,
    )
    if paper.url:
        assert back.url == paper.url


@pytest.mark.parametrize("paper", [*CORPUS, AWKWARD], ids=lambda paper: paper.id)
def test_ris_reads_back(paper: Paper) -> None:
    (back,) = rispy.loads(FORMATS["ris"].write([paper]))
    assert back["title"] == paper.title
    assert back.get("abstract", "") == paper.abstract
    assert back["year"] == str(paper.year)
    assert len(back["authors"]) == len(paper.authors)


def test_csl_names_have_family_and_given() -> None:
    (item,) = json.loads(FORMATS["csl"].write([AWKWARD]))
    assert item["author"] == [
        {"family": "van den Heuvel", "given": "Henk"},
        {"family": "Łukasz", "given": "Jérôme"},
        {"literal": "Plato"},
    ]
    assert item["issued"] == {"date-parts": [[1999]]}
