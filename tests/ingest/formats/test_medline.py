from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.ingest.formats.medline import is_medline, read_medline
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Rejected, Translation
from tests.support import source_of


def read(text: str) -> list[Paper | Rejected]:
    return list(read_medline(Source.of("p.nbib", text)))


def test_a_translated_paper_a_book_and_a_record_from_elsewhere(data: Path) -> None:
    assert read((data / "pubmed.nbib").read_text(encoding="utf-8")) == [
        Paper(
            id="14684745",
            title="Memory and stress: what the hippocampus keeps",
            abstract="BACKGROUND: What is remembered under stress. RESULTS: Less than one would think.",
            authors=("Stefan Begré", "John F Sherry Jr", "Swiss Memory Study Group"),
            year=2003,
            venue="L'Encephale",
            doi="10.1016/s0013-7006(03)00001-1",
            url="https://doi.org/10.1016/s0013-7006(03)00001-1",
            language="fr",
            keywords=("Memory/physiology", "Stress, Psychological/psychology"),
            source="p.nbib:2",
            identifiers=("pmid:14684745", "pmc:pmc3553406"),
            translations=(Translation("fr", "Memoire et stress.", "Ce que l'on retient sous stress."),),
        ),
        Paper(
            id="27656729",
            title="Sorting, searching, and what lies between",
            authors=("DE Knuth",),
            year=2016,
            url="https://pubmed.ncbi.nlm.nih.gov/27656729/",
            language="en",
            keywords=("algorithms", "books"),
            source="p.nbib:31",
            identifiers=("pmid:27656729",),
        ),
        Paper(
            id="EJ1131633",
            title="Reading and writing",
            authors=("Tom Smith",),
            year=1999,
            venue="A Journal",
            url="http://eric.ed.gov/?id=EJ1131633",
            source="p.nbib:42",
        ),
    ]


def test_a_bad_record_is_reported_and_never_takes_a_good_one_with_it(data: Path) -> None:
    rejected, first, second = read((data / "pubmed-malformed.nbib").read_text(encoding="utf-8"))
    assert rejected == Rejected("p.nbib:1", "the record has no title (TI). Add one.")
    assert isinstance(first, Paper)
    assert (first.id, first.title) == ("12230038", "The Bio* toolkits: a brief overview")
    assert isinstance(second, Paper)
    assert second.id == "29768149"
    assert second.title.startswith("A record that was not ended by a line between them")


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("\nPMID- 12230038\nOWN - NLM", True),
        ("OWN - ERIC\nTI  - Paper", True),
        ("TI  - Paper", False),
        ("The PMID- of it", False),
    ],
)
def test_is_medline(head: str, answer: bool) -> None:
    assert is_medline(head) is answer


@given(st.lists(st.sampled_from(["PMID- 1", "TI  - A", "", "      b", "OAB - x", "OABL- fre", "LA  - fre"])))
def test_no_text_is_too_damaged(lines: list[str]) -> None:
    for item in read("\n".join(["PMID- 7", *lines])):
        assert isinstance(item, Rejected) or (item.title and item.id)


@pytest.mark.parametrize(
    ("name", "identifier", "doi"),
    [
        ("biopython-pubmed_result1.nbib", "12230038", None),
        # A made-up record, of ERIC and not of PubMed, which SOURCE.md does not count as one.
        ("colrev-nbib_data.nbib", "10.1000/123456789", "10.1000/123456789"),
    ],
)
def test_real_exports(shared_data: Path, name: str, identifier: str, doi: str | None) -> None:
    (paper,) = read_medline(source_of(shared_data / "raw" / "medline-nbib" / name))
    assert isinstance(paper, Paper)
    assert (paper.id, paper.doi) == (identifier, doi)
    assert paper.abstract
