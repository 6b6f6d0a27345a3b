from __future__ import annotations

import io
from pathlib import Path

import pytest

from semsearch.ingest.formats.webofscience import is_wos, read_wos
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Rejected
from tests.support import source_of


def read(text: str) -> list[Paper | Rejected]:
    return list(read_wos(Source.of("w.txt", text)))


def test_records_of_three_of_its_collections(data: Path) -> None:
    assert read((data / "wos.txt").read_text(encoding="utf-8")) == [
        Paper(
            id="WOS:000452649406008",
            title="Attention Is All You Need",
            abstract="A sequence is translated by attention alone. No recurrence is needed.",
            authors=("Ashish Vaswani", "Aidan N. Gomez", "Lukasz Kaiser"),
            year=2017,
            venue="ADVANCES IN NEURAL INFORMATION PROCESSING SYSTEMS 30 (NIPS 2017)",
            language="en",
            keywords=("attention", "machine translation", "MACHINE TRANSLATION", "NETWORKS"),
            source="w.txt:3",
            identifiers=("pmid:29768149", "wos:000452649406008"),
        ),
        Paper(
            id="10.1093/sleep/31.1.1",
            title="Sleep and learning",
            authors=("World Health Org",),
            year=2020,
            venue="SLEEP",
            doi="10.1093/sleep/31.1.1",
            url="https://doi.org/10.1093/sleep/31.1.1",
            source="w.txt:26",
            identifiers=("pmid:18220071",),
        ),
        Paper(
            id="ZOOREC:ZOOR12400021333",
            title="The winter season",
            authors=("J.P. Hubbard",),
            year=1987,
            venue="American Birds",
            language="en",
            keywords=("Birds", "Ecology"),
            source="w.txt:36",
            identifiers=("zoorec:zoor12400021333",),
        ),
    ]


def test_a_bad_record_is_reported_and_never_takes_a_good_one_with_it(data: Path) -> None:
    rejected, first, second = read((data / "wos-malformed.txt").read_text(encoding="utf-8"))
    assert rejected == Rejected("w.txt:3", "the record has no title (TI). Add one.")
    assert isinstance(first, Paper)
    assert (first.title, first.authors) == ("A record without its end", ("L Lamport",))
    assert isinstance(second, Paper)
    assert (second.title, second.authors) == ("Quicksort", ("CAR Hoare",))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_export_with_tabs(encoding: str) -> None:
    tags = [
        "PT",
        "AU",
        "BA",
        "BE",
        "GP",
        "AF",
        "BF",
        "CA",
        "TI",
        "SO",
        "DE",
        "ID",
        "AB",
        "PY",
        "DI",
        "UT",
        "PM",
    ]
    record = {
        "PT": "J",
        "AU": "Vaswani, A; Gomez, AN",
        "AF": "Vaswani, Ashish; Gomez, Aidan N.",
        "TI": 'Attention Is "All" You Need',
        "SO": "NIPS",
        "DE": "attention; translation",
        "PY": "2017",
        "UT": "WOS:000452649406008",
    }
    rows = ["\t".join(tags), "\t".join(record.get(tag, "") for tag in tags), "\t".join(["J", *[""] * 16])]
    source = Source("savedrecs.txt", io.BytesIO("\r\n".join(rows).encode(encoding)))
    assert is_wos(source.head)
    assert list(read_wos(source)) == [
        Paper(
            id="WOS:000452649406008",
            title='Attention Is "All" You Need',
            authors=("Ashish Vaswani", "Aidan N. Gomez"),
            year=2017,
            venue="NIPS",
            keywords=("attention", "translation"),
            source="savedrecs.txt:2",
            identifiers=("wos:000452649406008",),
        ),
        Rejected("savedrecs.txt:3", "the record has no title (TI). Add one."),
    ]


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("FN Clarivate Analytics Web of Science\nVR 1.0\nPT J", True),
        ("FN Thomson Reuters Web of Knowledge\nVR 1.0\n", True),
        ("PT J\nAU Hoare, CAR", True),
        ("FN without version\nPT J", False),
        ("Papers\nPT J", False),
    ],
)
def test_is_wos(head: str, answer: bool) -> None:
    assert is_wos(head) is answer


def test_a_real_export(shared_data: Path) -> None:
    items = list(read_wos(source_of(shared_data / "raw" / "wos-isi" / "zoorec.txt")))
    papers = [item for item in items if isinstance(item, Paper)]
    assert (len(papers), len(items)) == (134, 134)
    assert sum(bool(paper.abstract) for paper in papers) == 80
    assert all(paper.authors and paper.year and paper.venue for paper in papers)
    assert not [name for paper in papers for name in paper.authors if "@" in name or "," in name]
