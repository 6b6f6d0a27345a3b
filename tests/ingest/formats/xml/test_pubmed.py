from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.ingest.formats.xml.pubmed import is_pubmed, read_pubmed
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Rejected, Translation
from tests.support import source_of


def read(text: str) -> list[Paper | Rejected]:
    return list(read_pubmed(Source.of("pubmed.xml", text)))


def test_articles_and_chapters_of_books(data: Path) -> None:
    atpase, operon, chapter = read((data / "pubmed.xml").read_text(encoding="utf-8"))
    assert atpase == Paper(
        id="8065448",
        title="Structure at 2.8 Å resolution of F₁-ATPase from bovine heart mitochondria.",
        abstract="BACKGROUND: The enzyme makes ATP from ADP & phosphate. RESULTS: Its β_TP subunits differ, "
        "at R < 0.25. It may turn.",
        authors=("J P Abrahams", "A G Leslie Jr", "JE Walker", "MRC Laboratory of Molecular Biology"),
        year=1994,
        venue="Nature",
        doi="10.1038/370621a0",
        url="https://pubmed.ncbi.nlm.nih.gov/8065448/",
        language="en",
        keywords=("ATP synthase", "Animals"),
        source="pubmed.xml:5",
        identifiers=("pmid:8065448", "pmc:pmc1234567"),
    )
    assert operon == Paper(
        id="14406329",
        title="Operon: a group of genes with the expression coordinated by an operator",
        authors=("F JACOB",),
        year=1960,
        venue="C R Hebd Seances Acad Sci",
        url="https://pubmed.ncbi.nlm.nih.gov/14406329/",
        language="fr",
        source="pubmed.xml:39",
        identifiers=("pmid:14406329",),
        translations=(
            Translation(
                "fr",
                "L'opéron: groupe de gènes à expression coordonnée par un opérateur.",
                "Des gènes voisins obéissent ensemble.",
            ),
        ),
    )
    assert isinstance(chapter, Paper)
    assert (chapter.title, chapter.venue, chapter.authors, chapter.year) == (
        "Huntington Disease",
        "GeneReviews(®)",
        ("Nicholas S Caron",),
        1993,
    )


def test_a_bad_record_is_reported_and_the_rest_is_read(data: Path) -> None:
    items = read((data / "pubmed-malformed.xml").read_text(encoding="utf-8"))
    assert [item.title if isinstance(item, Paper) else (item.where, item.why[:38]) for item in items] == [
        ("pubmed.xml:3", "not valid XML: Opening and ending tag "),
        "Molecular structure of nucleic acids.",
        ("pubmed.xml:5", "the record has no title. Add one."),
        ("pubmed.xml:6", "the <PubmedArticle> does not end befor"),
        "Initial sequencing and analysis of the human genome.",
        ("pubmed.xml:8", "not valid XML: xmlParseEntityRef: no n"),
        ("pubmed.xml:9", "the record has no article in it. Fetch"),
        ("pubmed.xml:10", "the <PubmedArticle> does not end befor"),
    ]


def test_records_of_before_2016_stand_alone_in_their_set() -> None:
    record = "<MedlineCitation><PMID>{0}</PMID><Article><ArticleTitle>On {0}</ArticleTitle></Article>"
    record += "</MedlineCitation>"
    items = read(f"<MedlineCitationSet>\n{record.format(1)}\n{record.format(2)}\n</MedlineCitationSet>")
    assert [(item.id, item.source) for item in items if isinstance(item, Paper)] == [
        ("1", "pubmed.xml:2"),
        ("2", "pubmed.xml:3"),
    ]


def test_an_english_abstract_of_another_hand_is_the_abstract_where_there_is_no_other() -> None:
    (paper,) = read(
        "<PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>[Not Available].</ArticleTitle>"
        "<Language>spa</Language><VernacularTitle>Sobre las neuronas.</VernacularTitle></Article>"
        "<OtherAbstract Type='KIE' Language='eng'><AbstractText>Of neurons.</AbstractText></OtherAbstract>"
        "</MedlineCitation></PubmedArticle>"
    )
    assert isinstance(paper, Paper)
    assert (paper.title, paper.abstract, paper.language) == ("Sobre las neuronas.", "Of neurons.", "es")


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ('<?xml version="1.0"?>\n<!DOCTYPE PubmedArticleSet>\n<PubmedArticleSet>\n', True),
        ("<PubmedArticle>\n", True),
        ("<MedlineCitationSet><MedlineCitation>", True),
        ("<html><p>See the &lt;PubmedArticle&gt;", False),
        ("A page about <PubmedArticle> elements", False),
    ],
)
def test_is_pubmed(head: str, answer: bool) -> None:
    assert is_pubmed(head) is answer


def test_real_replies(shared_data: Path) -> None:
    found = [
        item
        for file in sorted((shared_data / "raw/pubmed-xml").iterdir())
        for item in read_pubmed(source_of(file))
    ]
    papers = [item for item in found if isinstance(item, Paper)]
    assert [(paper.id, paper.year, bool(paper.abstract)) for paper in papers] == [
        ("12091962", 1990, False),
        ("9997", 1976, True),
        ("27797938", 2017, True),
        ("30108519", 2018, True),
        ("32835308", 2020, True),
        ("32759406", 2020, True),
        ("29768149", 2018, True),
    ]
    assert len(found) == len(papers)
    assert all(paper.doi for paper in papers[1:])
    assert "∑_(i=1)^n(a_i) ∫_a^b(5x+2sin(x))dx (a+1)/b y=³√x²" in papers[5].abstract
