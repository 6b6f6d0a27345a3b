from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.ingest.formats.tables import is_table, read_table
from semsearch.ingest.identity import make_id
from semsearch.ingest.reader import read as read_files
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Rejected, Translation


def read(text: str) -> list[Paper | Rejected]:
    return list(read_table(Source.of("t.csv", text)))


def only(*lines: str) -> Paper:
    (paper,) = read("\n".join(lines))
    assert isinstance(paper, Paper), paper
    return paper


def test_a_table_with_a_preamble_lines_in_cells_and_a_column_that_comes_twice(data: Path) -> None:
    source = Source.of("t.csv", (data / "table.csv").read_text(encoding="utf-8"))
    assert list(read_table(source)) == [
        Paper(
            id="10.48550/arXiv.1706.03762",
            title="Attention Is All You Need",
            abstract='A sequence is translated by attention alone. No recurrence, no "convolution".',
            authors=("Ashish Vaswani", "Aidan N. Gomez"),
            year=2017,
            venue="NeurIPS",
            doi="10.48550/arXiv.1706.03762",
            url="https://arxiv.org/abs/1706.03762",
            language="en",
            keywords=("attention", "translation"),
            source="t.csv:3",
            identifiers=("arxiv:1706.03762",),
        ),
        Paper(
            id="13398949",
            title='; , "[A study of "memory"]"',
            authors=("P Pichot",),
            year=1957,
            venue="Encephale",
            source="t.csv:6",
            identifiers=("pmid:13398949",),
        ),
        Paper(id="pub.3", title="Deep Learning", source="t.csv:8"),
        Paper(
            id="10.1162/neco.1997.9.8.1735",
            title="Long Short-Term Memory",
            authors=("S. Hochreiter", "J. Schmidhuber"),
            year=1997,
            venue="Neural Computation",
            doi="10.1162/neco.1997.9.8.1735",
            url="https://doi.org/10.1162/neco.1997.9.8.1735",
            source="t.csv:9",
        ),
    ]


def test_a_bad_row_is_reported_and_never_takes_a_good_one_with_it(data: Path) -> None:
    items = list(read_table(Source.of("t.csv", (data / "table-malformed.csv").read_text(encoding="utf-8"))))
    assert [(item.id, item.title) for item in items if isinstance(item, Paper)] == [
        ("2", "Literate Programming"),
        ("5", 'The "art" of it'),
        ("6", 'Structured Programming"'),
    ]
    rejected = {item.where: item.why for item in items if isinstance(item, Rejected)}
    assert rejected.keys() == {"t.csv:2", "t.csv:4", "t.csv:5", "t.csv:8"}
    assert "a quote is not closed" in rejected["t.csv:2"]
    assert "5 cells, and the table 4 columns" in rejected["t.csv:4"]
    assert "no title" in rejected["t.csv:5"]
    assert "a quote is not closed" in rejected["t.csv:8"]


def test_what_an_open_quote_leaves_behind_is_no_paper() -> None:
    rows = "\n".join(f'{n},Title {n},"Abstract {n}"' for n in range(3000))
    items = read(f'id,title,abstract\nx,"Open,An abstract\nof two, or three lines\nand more\n{rows}\n')
    assert [item.where for item in items if isinstance(item, Rejected)] == ["t.csv:2"]
    assert [item.id for item in items if isinstance(item, Paper)] == [str(n) for n in range(3000)]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_what_parts_the_cells(mark: str) -> None:
    rows = f"Titre{mark}Auteurs{mark}Année\n«Deep Learning»{mark}Yann LeCun{mark}2015\n"
    for text in (rows, f"sep={mark}\n{rows}", "\ufeff" + rows, rows.replace("\n", "\r\n")):
        paper = only(text)
        assert (paper.title, paper.authors, paper.year) == ("«Deep Learning»", ("Yann LeCun",), 2015)


def test_utf_16_as_excel_saves_it() -> None:
    text = "Title\tAuthors\tYear\nThéorie\tKurt Gödel\t1931\n"
    (paper,) = read_table(Source("t.csv", io.BytesIO(text.encode("utf-16"))))
    assert isinstance(paper, Paper)
    assert (paper.title, paper.authors) == ("Théorie", ("Kurt Gödel",))


def test_quotes_in_a_table_with_tabs_may_be_quotes() -> None:
    papers = read('title\tyear\n"Deep" learning\t2015\n"Open\t2016\n5" disks\t1990\n')
    assert [item.title for item in papers if isinstance(item, Paper)] == [
        '"Deep" learning',
        '"Open',
        '5" disks',
    ]


@pytest.mark.parametrize(
    ("header", "row", "field", "value"),
    [
        ("Authors,Author full names,Title,Year", 'Liu F.,"Liu, Fan (6041)",A,2026', "authors", ("Fan Liu",)),
        (
            "Lens ID,Title,DOI",
            "000-360-106-493-122,A,10.1145/1",
            "identifiers",
            ("lens:000-360-106-493-122",),
        ),
        ("EID,Title,PubMed ID", "2-s2.0-1,A,123", "identifiers", ("pmid:123", "scopus:2-s2.0-1")),
        (
            "Article Title,UT (Unique WOS ID)",
            "A,WOS:000452649406008",
            "identifiers",
            ("wos:000452649406008",),
        ),
        ("Document Title,Publication Title", "A,2019 IEEE Conference", "venue", "2019 IEEE Conference"),
        ("PMID,Title,Journal/Book", "29768149,A,Bioinformatics", "id", "29768149"),
        ("PMID,Title,Journal/Book", "29768149,A,Bioinformatics", "venue", "Bioinformatics"),
        ("Key,Title,Abstract Note", "X3,A,An abstract", "abstract", "An abstract"),
        ("id,title,publication_year", "https://openalex.org/W27,A,2018", "id", "W27"),
        ("id,title,publication_year", "https://openalex.org/W27,A,2018", "identifiers", ("openalex:w27",)),
        ("title,authorships.author.display_name", "A,Ann Lee|Bo Li", "authors", ("Ann Lee", "Bo Li")),
        ("cord_uid,title,publish_time", "ug7v899j,A,2001-07-04", "year", 2001),
        ("Title,Source title,Source", "A,,Scopus", "venue", None),
        (
            "TITLE,AUTHOR NAMES,SOURCE",
            '"A","Lee A., Li B.","Brain (2020) 1:2"',
            "authors",
            ("A. Lee", "B. Li"),
        ),
        ("Titre,Résumé,Mots-clés", "A,Un résumé,un;deux", "keywords", ("un", "deux")),
        ("title,keywords", "A,\"['un', 'deux, trois']\"", "keywords", ("un", "deux, trois")),
        ("title_s,authFullName_s,halId_s", "A,Ann Lee,hal-01234567", "id", "hal-01234567"),
        ("title,doi", "A,https://doi.org/10.1145/1137627", "doi", "10.1145/1137627"),
        ("title,link", "A,https://dx.doi.org/10.1145/1137627", "doi", "10.1145/1137627"),
        (
            "Title,Language of Original Document",
            "On sound; [Ses üzerine],English; Turkish",
            "translations",
            (Translation("tr", "Ses üzerine"),),
        ),
    ],
)
def test_columns_by_the_names_of_many_programs(header: str, row: str, field: str, value: object) -> None:
    assert getattr(only(header, row), field) == value


def test_two_languages_side_by_side() -> None:
    paper = only("halId_s,en_title_s,fr_title_s,fr_abstract_s,language_s", "h-1,Memory,Mémoire,Un résumé,fr")
    assert (paper.title, paper.abstract, paper.language) == ("Mémoire", "Un résumé", "fr")
    assert paper.translations == (Translation("en", "Memory"),)
    paper = only("title,abstract,title_fr,abstract_fr", "Memory,An abstract,Mémoire,Un résumé")
    assert (paper.title, paper.abstract) == ("Memory", "An abstract")
    assert paper.translations == (Translation("fr", "Mémoire", "Un résumé"),)


def test_a_row_without_id_is_named_after_what_is_in_it() -> None:
    assert only("title,authors", "Sorting,Ann Lee").id == make_id("Sorting", ["Ann Lee"])


def test_a_byte_of_another_encoding_costs_one_row() -> None:
    text = b"title,year\nTh\xe9orie,1931\nSorting,1962\n"
    rejected, paper = read_table(Source("t.csv", io.BytesIO(text)))
    assert isinstance(rejected, Rejected)
    assert "byte 0xe9 (column 3)" in rejected.why
    assert isinstance(paper, Paper)


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("title,year\n", True),
        ('"Lens ID";"Title";"DOI"\n', True),
        ("Titles of papers, and years\n", False),
        ("title\nQuicksort\n", False),
        ("Authors,Year,DOI\n", False),
        ("Attention, please\nAshish Vaswani, Noam Shazeer", False),
        ("", False),
    ],
)
def test_is_table(head: str, answer: bool) -> None:
    assert is_table(head) is answer


def test_a_table_is_told_by_what_is_in_it(tmp_path: Path) -> None:
    path = tmp_path / "papers.bib"
    path.write_text("title,year\nQuicksort,1962\n", encoding="utf-8")
    ((paper,), rejected) = read_files(path)
    assert (paper.title, paper.source, rejected) == ("Quicksort", f"{path}:2", [])


@given(st.text(alphabet="\"\t,;\n\rab'|[]", max_size=200))
def test_no_text_is_too_damaged(text: str) -> None:
    for item in read("id,title,authors\n" + text):
        assert isinstance(item, Rejected) or (item.title and item.id)


@pytest.mark.parametrize(
    ("name", "papers", "abstracts"),
    [
        ("Nagtegaal_2019.csv", 2019, 1850),
        ("asreview-generic_column_names_with_spaces.csv", 2, 2),
        ("asreview-generic_tab.tsv", 2, 2),
        ("lens_sample.csv", 8, 8),
        ("scopus_sample.csv", 8, 8),
    ],
)
def test_real_exports(shared_data: Path, name: str, papers: int, abstracts: int) -> None:
    found, rejected = read_files(shared_data / "raw" / "csv" / name, keep_duplicates=True)
    assert (len(found), rejected) == (papers, [])
    assert sum(bool(paper.abstract) for paper in found) == abstracts
