from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.ingest.formats.ris import is_ris, read_ris
from semsearch.ingest.identity import make_id
from semsearch.ingest.source import MOST_LINE, Source
from semsearch.paper import Paper, Rejected, Translation
from semsearch.serve.citation.ris import write_ris
from tests.support import CORPUS, source_of


def read(text: str) -> list[Paper | Rejected]:
    return list(read_ris(Source.of("refs.ris", text)))


def only(fields: str) -> Paper:
    (paper,) = read(f"TY  - JOUR\n{fields}\nER  - \n")
    assert isinstance(paper, Paper), paper
    return paper


def test_a_file_of_every_dialect(data: Path) -> None:
    source = Source.of("refs.ris", (data / "refs.ris").read_text(encoding="utf-8"))
    assert list(read_ris(source)) == [
        Paper(
            id="10.1093/mind/LIX.236.433",
            title="Computing Machinery and Intelligence",
            abstract="Whether machines can think is replaced by a game: can an interrogator tell man from "
            "machine by their answers alone?",
            authors=("Alan M. Turing",),
            year=1950,
            venue="Mind",
            doi="10.1093/mind/LIX.236.433",
            url="https://dx.doi.org/10.1093/mind/LIX.236.433",
            source="refs.ris:4",
        ),
        Paper(
            id="WOS:000452649406008",
            title="Attention Is All You Need",
            abstract="A sequence is translated by attention alone. No recurrence is needed, and training is "
            "parallel.",
            authors=("A Vaswani", "N Shazeer", "AN Gomez", "L Kaiser"),
            year=2017,
            venue="ADVANCES IN NEURAL INFORMATION PROCESSING SYSTEMS 30 (NIPS 2017)",
            language="en",
            keywords=("MACHINE TRANSLATION",),
            source="refs.ris:15",
            identifiers=("wos:000452649406008",),
        ),
        Paper(
            id="14684745",
            title="Memory and stress",
            authors=("S. Begré", "John F. Sherry Jr."),
            year=2003,
            venue="Encephale",
            url="http://www.ncbi.nlm.nih.gov/pubmed/14684745",
            language="fr",
            keywords=("Memory/physiology", "Humans"),
            source="refs.ris:34",
            identifiers=("pmid:14684745", "pmc:pmc3553406"),
            translations=(Translation("fr", "Mémoire et stress"),),
        ),
        Paper(
            id="10.1007/978-3-030-12345-6_1",
            title="Deep learning & vision",
            authors=("J.A. Smith", "World Health Organization"),
            year=2019,
            venue="Handbook of Vision",
            doi="10.1007/978-3-030-12345-6_1",
            url="https://www.scopus.com/inward/record.uri?eid=2-s2.0-85074800841"
            "&doi=10.1007%2f978-3-030-12345-6_1&partnerID=40",
            keywords=("vision", "learning"),
            source="refs.ris:52",
            identifiers=("scopus:2-s2.0-85074800841",),
        ),
        Paper(
            id="devlin2019",
            title="BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
            abstract="Background: Context comes from both sides. Results: Eleven tasks improve.",
            authors=("Jacob Devlin",),
            source="refs.ris:67",
        ),
        Paper(
            id=make_id("The file ends in this record", []),
            title="The file ends in this record",
            abstract="What is cut is…",
            source="refs.ris:75",
            truncated=True,
        ),
    ]


def test_a_bad_record_is_reported_and_never_takes_a_good_one_with_it(data: Path) -> None:
    path = data / "refs-malformed.ris"
    items = list(read_ris(Source(path.name, io.BytesIO(path.read_bytes()))))
    papers = [item for item in items if isinstance(item, Paper)]
    assert [(paper.title, paper.authors, paper.year) for paper in papers] == [
        ("The end of this record is missing", ("Leslie Lamport",), None),
        ("Quicksort", ("C. A. R. Hoare",), None),
    ]
    no_title = "the record has no title (TI, T1 or ST). Add one."
    assert [item for item in items if isinstance(item, Rejected)] == [
        Rejected("refs-malformed.ris:1", no_title),
        Rejected("refs-malformed.ris:5", no_title),
        Rejected("refs-malformed.ris:22", no_title),
        Rejected("refs-malformed.ris:24", "not UTF-8: byte 0xe9 (column 9). Save the file as UTF-8."),
    ]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("TY - JOUR\nTI - Quicksort\nER -", "Quicksort"),
        ("\ufeffTY  - JOUR\r\nTI  - Quicksort\r\nER  -\r\n", "Quicksort"),
        ("  TY  - JOUR\n  TI  - Quicksort\n  ER  - ", "Quicksort"),
        ("TY  -JOUR\nTI  -Quicksort\nER  -", "Quicksort"),
        ("TY  - JOUR\nTI  -Quicksort\nER  -", "Quicksort"),
        ("TY  - JOUR\nTI  - Quick\nsort\nER  -", "Quick sort"),
        ("TY  - JOUR\nTI  - Sorting\nAB - 3 of 4\nER  -", "Sorting AB - 3 of 4"),
    ],
)
def test_how_lines_are_written(text: str, title: str) -> None:
    (item,) = read(text)
    assert (item.title if isinstance(item, Paper) else "") == title


@pytest.mark.parametrize(
    ("fields", "year"),
    [
        ("PY  - 2019///", 2019),
        ("PY  - 10 15\nDA  - 2018/10//undefined", 2018),
        ("DA  - 20190701", 2019),
        ("Y1  - in press", None),
        ("Y2  - 2020", None),
    ],
)
def test_years(fields: str, year: int | None) -> None:
    assert only(f"TI  - Sorting\n{fields}").year == year


@pytest.mark.parametrize(
    ("fields", "identifier"),
    [
        ("ID  - 139\nDO  - 10.1145/1137627", "10.1145/1137627"),
        ("ID  - 000-463-679-101-319\nDO  - 10.1145/1137627", "000-463-679-101-319"),
        ("AN  - 12345\nDB  - Embase", make_id("Sorting", [])),
        ("AN  - L2002712345", "L2002712345"),
        ("DB  - Scopus\nC2  - 31671339", "31671339"),
        ("C3  - PUBMED 31671339,EMBASE 6354", "31671339"),
    ],
)
def test_ids(fields: str, identifier: str) -> None:
    assert only(f"TI  - Sorting\n{fields}").id == identifier


def test_a_record_without_end_is_not_kept_in_memory() -> None:
    flood = "TY  - JOUR\nTI  - Sorting\n" + ("AB  - " + "x" * 999_993 + "\n") * 17 + "ER  - \n"
    rejected, paper = read(flood + "TY  - JOUR\nTI  - Searching\nER  - \n")
    assert isinstance(rejected, Rejected)
    assert f"{MOST_LINE:,} characters" in rejected.why
    assert isinstance(paper, Paper)


def test_our_own_references_are_read_back() -> None:
    written = write_ris(CORPUS)
    papers = [item for item in read(written) if isinstance(item, Paper)]
    fields = ("id", "title", "abstract", "authors", "year", "venue", "doi", "url", "language", "keywords")
    for field in fields:
        assert [getattr(p, field) for p in papers] == [getattr(p, field) for p in CORPUS]


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("TY  - JOUR\n", True),
        ("Record #1 of 2\n\nTY - JOUR", True),
        ("The TY  - tag", False),
        ("PMID- 1", False),
        ("", False),
    ],
)
def test_is_ris(head: str, answer: bool) -> None:
    assert is_ris(head) is answer


LINES = st.sampled_from(
    ["TY  - JOUR", "TI  - A", "ER  - ", "ER  -", "AU  - B, C", "KW  - ;", "  ", "x", "\ufeff"]
)


@given(st.lists(st.one_of(LINES, st.text(max_size=8)), max_size=30).map("\n".join))
def test_no_text_is_too_damaged(text: str) -> None:
    for item in read("TY  - JOUR\n" + text.replace("\0", "")):
        assert isinstance(item, Rejected) or (item.title and item.id)


@pytest.mark.parametrize(
    ("name", "papers", "abstracts"),
    [
        ("ris/asreview-_baseline.ris", 100, 98),
        ("ris/asreview-baseline_zotero.ris", 100, 98),
        ("ris/asreview-faulty_year.ris", 1, 1),
        ("ris/asreview-ovid_zotero.ris", 6, 6),
        ("ris/asreview-pubmed_zotero.ris", 6, 6),
        ("ris/asreview-ris_issue_992.txt", 19, 8),
        ("ris/asreview-scopus.ris", 6, 6),
        ("ris/asysd-wos_test.ris", 50, 49),
        ("ris/citesource-search4_460.ris", 460, 456),
        ("ris/litsearchr-scopus.ris", 92, 89),
        ("ris/rispy-example_extraneous_data.ris", 2, 2),
        ("ris/rispy-example_utf_chars.ris", 1, 1),
        ("ris/schoot-lgmm-ptsd-included-1.ris", 363, 196),
        ("endnote-txt/asreview-pubmed_endnote.txt", 6, 6),
        ("wos-isi/asreview-web_of_science.txt", 10, 10),
    ],
)
def test_real_exports(shared_data: Path, name: str, papers: int, abstracts: int) -> None:
    items = list(read_ris(source_of(shared_data / "raw" / name)))
    found = [item for item in items if isinstance(item, Paper)]
    assert (len(found), len(items)) == (papers, papers)
    assert sum(bool(paper.abstract) for paper in found) == abstracts


def test_a_second_abstract_in_another_language_is_a_translation() -> None:
    english = "We ask whether the children remember fewer words when they write them than when they say them."
    french = "Nous demandons si les enfants se souviennent de moins de mots quand ils écrivent ou parlent."
    paper = only(f"TI  - Writing\nAB  - {english}\nN2  - {french}")
    assert (paper.abstract, paper.translations) == (english, (Translation("fr", "", french),))
    assert only(f"TI  - Writing\nAB  - {english}\nN2  - {english[:60]}").translations == ()
