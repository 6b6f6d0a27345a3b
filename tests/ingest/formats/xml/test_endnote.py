from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.ingest.formats.xml.endnote import is_endnote_xml, read_endnote_xml
from semsearch.paper import Paper
from tests.ingest.formats.xml.support import counts, outcomes, papers


def test_records_with_and_without_styles() -> None:
    dna, pdp = papers("endnote.xml", read_endnote_xml)
    assert dna == Paper(
        id="13054692",
        title="Molecular Structure of Nucleic Acids",
        abstract="Two chains wind around one axis. Each base has its partner.",
        authors=("J. D. Watson", "F. H. C. Crick", "Medical Research Council"),
        year=1953,
        venue="Nature",
        doi="10.1038/171737a0",
        url="https://www.ncbi.nlm.nih.gov/pubmed/13054692",
        language="en",
        keywords=("DNA", "Genetics"),
        source="endnote.xml:1",
        identifiers=("pmid:13054692", "pmc:pmc1234567"),
    )
    assert pdp == Paper(
        id="WOS:A1986E123400001",
        title="Parallel Distributed Processing",
        authors=("David E. Rumelhart",),
        year=1986,
        url="https://mitpress.mit.edu/pdp",
        keywords=("networks", "learning"),
        source="endnote.xml:2",
        identifiers=("wos:A1986E123400001",),
    )


def test_a_bad_record_is_reported_and_the_rest_is_read() -> None:
    untitled, damaged, turing, endless = outcomes("endnote-malformed.xml", read_endnote_xml)
    assert untitled == "m:2: the record has no title. Add one."
    assert damaged.startswith("m:3: not valid XML: StartTag: invalid element name")
    assert turing == "Computing Machinery and Intelligence"
    assert endless.startswith("m:5: the <record> does not end before the file does")


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("<xml><records><record><database>", True),
        ("<?xml version='1.0'?>\n<records>\n <record>\n  <titles>", True),
        ("<xml><records></records></xml>", True),
        ("<records><record><leader>MARC</leader>", False),
        ("<html><body><records>", False),
    ],
)
def test_is_endnote_xml(head: str, answer: bool) -> None:
    assert is_endnote_xml(head) is answer


def test_a_real_export(shared_data: Path) -> None:
    found = counts(shared_data / "raw/endnote-xml", read_endnote_xml)
    assert found == {"mendeley-asysd.endnote.xml": (1233, 1128, 0)}
