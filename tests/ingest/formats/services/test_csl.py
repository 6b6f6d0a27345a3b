from __future__ import annotations

import json
from pathlib import Path

import pytest

from semsearch.paper import Paper, Rejected
from tests.ingest.formats.services.support import counts, outcomes, papers, read


def test_works_of_crossref() -> None:
    dna, preprint, volume = papers("crossref.json")
    assert dna == Paper(
        id="10.1038/171737a0",
        title="Molecular Structure of Nucleic Acids: A Structure for Deoxyribose Nucleic Acid",
        abstract="Background: DNA is a double helix, 10³ bases & more. Results: Its pitch is 34Å.",
        authors=("J. D. WATSON", "F. H. C. CRICK"),
        year=1953,
        venue="Nature",
        doi="10.1038/171737a0",
        url="http://dx.doi.org/10.1038/171737a0",
        language="en",
        keywords=("Multidisciplinary",),
        source="crossref.json:1, record 1",
    )
    assert preprint == Paper(
        id="10.1101/142760",
        title="Opportunities and obstacles for deep learning in biology and medicine",
        authors=("Travers Ching", "The Deep Review Collaborators"),
        year=2017,
        venue="bioRxiv",
        doi="10.1101/142760",
        url="https://doi.org/10.1101/142760",
        source="crossref.json:1, record 2",
    )
    assert (volume.authors, volume.year) == (("David E. Rumelhart",), 1986)


def test_a_bad_work_is_reported_and_the_rest_is_read() -> None:
    assert outcomes("crossref-malformed.json") == [
        "m:1, record 1: the record has no title. Add one.",
        "Molecular Structure of Nucleic Acids",
        "m:1, record 3: “title” holds a number; it must be text.",
        "m:1, record 4: “family” is an object; it must be text.",
    ]


def test_items_of_csl() -> None:
    attention, relativity, numbers = papers("csl.json")
    assert attention == Paper(
        id="vaswani2017",
        title="Attention is all you need",
        abstract="Every word looks at every other.",
        authors=("Ashish Vaswani", "Łukasz Kaiser"),
        year=2017,
        venue="Advances in Neural Information Processing Systems",
        url="https://arxiv.org/abs/1706.03762v5",
        keywords=("attention", "translation"),
        source="csl.json:2",
        identifiers=("arxiv:1706.03762",),
    )
    assert (relativity.id, relativity.year, relativity.language, relativity.doi, relativity.identifiers) == (
        "http://zotero.org/users/1/items/ABCD2345",
        1916,
        "de",
        "10.1002/andp.19163540702",
        ("pmid:17741387",),
    )
    assert (numbers.id, numbers.year) == ("3", 1936)
    assert numbers.authors == ("Alan Turing Jr.", "John von Neumann", "London Mathematical Society")


def test_a_bad_item_is_reported_and_the_rest_is_read() -> None:
    damaged, untitled = "m:5: not valid JSON", "m:2: the record has no title. Add one."
    first, second, third = outcomes("csl-malformed.json")
    assert (first, second[: len(damaged)], third) == (untitled, damaged, "Attention is all you need")


@pytest.mark.parametrize(
    ("issued", "year"),
    [
        ({"date-parts": [[2017, 6]]}, 2017),
        ({"date-parts": [["2017"], ["2018"]]}, 2017),
        ({"date-parts": [2017]}, 2017),
        ({"date-parts": [[None]]}, None),
        ({"date-parts": []}, None),
        ({"year": "2017"}, 2017),
        ("2017-06-12", 2017),
        ([2017], None),
    ],
)
def test_dates_come_in_many_forms(issued: object, year: int | None) -> None:
    (paper,) = read(json.dumps({"title": "Quicksort", "issued": issued}))
    assert isinstance(paper, Paper)
    assert paper.year == year


def test_one_work_is_a_reply_too() -> None:
    (paper,) = read(
        '{"status":"ok","message-type":"work","message":{"DOI":"10.1093/comjnl/5.1.10","title":["Quicksort"]}}'
    )
    assert isinstance(paper, Paper)
    assert (paper.id, paper.source) == ("10.1093/comjnl/5.1.10", "a.json:1")


def test_journals_are_no_works() -> None:
    (rejected,) = read(
        '{"message-type": "journal-list", "message": {"items": [{"title": "Nature", "ISSN": []}]}}'
    )
    assert isinstance(rejected, Rejected)
    assert rejected.why == "is a journal-list of Crossref, no list of works. Ask for works."


def test_the_number_of_an_item_from_arxiv_is_an_identifier() -> None:
    (paper,) = read('{"id": "a", "DOI": "", "title": "Attention", "number": "arXiv:1706.03762 [cs]"}')
    assert isinstance(paper, Paper)
    assert paper.identifiers == ("arxiv:1706.03762",)


def test_real_replies(shared_data: Path) -> None:
    assert counts(shared_data / "raw/crossref-json") == {
        "habanero-test_funders_field_queries-0.json": (100, 5, 0),
        "habanero-test_journals_works-1.json": (20, 16, 0),
        "rcrossref-cr_works-0.json": (20, 2, 0),
        "rcrossref-cr_works-2.json": (3, 0, 0),
        "rcrossref-cr_works-9.json": (1, 0, 0),
    }
