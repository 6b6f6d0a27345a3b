from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.errors import SourceError
from semsearch.ingest.reader import iter_papers, read, validate
from semsearch.paper import Paper, Rejected

BIBTEX = "@article{hoare1962, title = {Quicksort}, author = {Hoare, C. A. R.}}"
JSONL = '{"id": "hoare1962", "title": "Quicksort", "authors": ["C. A. R. Hoare"]}\n'
PAGE = """Publications

Quicksort
C. A. R. Hoare
An array is put in order by parting it around one of its values, and then each part so. This nee… \
(see more)ds no second array, and on average few comparisons.
Communicating Sequential Processes
C. A. R. Hoare
Programs are put together from processes which run side by side and share nothing, but send each other… \
(see more) values. To send and to receive are as basic to them as assignment is, and both wait for each other.
"""
HTML = (
    "<!doctype html><html><body>" + "".join(f"<p>{line}</p>" for line in PAGE.split("\n")) + "</body></html>"
)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("refs.txt", BIBTEX),
        ("papers.bib", JSONL),
        ("page.txt", HTML),
        ("page.json", PAGE),
        ("refs.html", BIBTEX),
    ],
)
def test_a_format_is_known_by_what_is_in_the_file(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    papers, rejected = read(path)
    assert (papers[0].title, papers[0].authors) == ("Quicksort", ("C. A. R. Hoare",))
    assert rejected == []


@pytest.mark.parametrize(
    ("text", "looks_like"),
    [
        ('<?xml version="1.0"?>\n<PubmedArticleSet></PubmedArticleSet>', "XML"),
        ("<PubmedArticleSet>\n</PubmedArticleSet>", "XML"),
        ("Authors,Year,DOI\nHoare,1962,10.1093/comjnl/5.1.10", "a table without titles"),
        ("\\documentclass{article}\n\\title{Quicksort}", "LaTeX"),
        ("{\\rtf1\\ansi Quicksort}", "RTF"),
    ],
)
def test_another_format_is_refused_by_its_name(tmp_path: Path, text: str, looks_like: str) -> None:
    path = tmp_path / "papers.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=f"looks like .*{looks_like}.*semsearch reads"):
        read(path)


@pytest.mark.parametrize("text", ["[]", "@string{a = {b}}", ""])
def test_a_file_without_papers_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "papers.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"holds no papers|is empty"):
        read(path)


def test_an_id_belongs_to_the_first_paper_of_all_sources(tmp_path: Path) -> None:
    first, second = tmp_path / "a.bib", tmp_path / "b.jsonl"
    first.write_text(BIBTEX, encoding="utf-8")
    second.write_text(
        JSONL + '{"id": "floyd1962", "title": "Treesort"}\n{"id": "hoare1962", "title": "Find"}',
        encoding="utf-8",
    )
    papers, rejected = read(first, str(second))
    assert [paper.title for paper in papers] == ["Quicksort", "Treesort", "Find"]
    assert [paper.id for paper in papers[:2]] == ["hoare1962", "floyd1962"]
    assert papers[2].id.startswith("find-")
    assert rejected == [
        Rejected(f"{second}:1", f"the id “hoare1962” and the title are those of the paper at {first}:1.")
    ]


def test_papers_come_before_the_file_that_fails(tmp_path: Path) -> None:
    path = tmp_path / "refs.bib"
    path.write_text(BIBTEX, encoding="utf-8")
    items = iter_papers([path, tmp_path / "missing.bib"])
    assert isinstance(next(items), Paper)
    with pytest.raises(SourceError, match="no such file"):
        next(items)


@pytest.mark.parametrize(
    ("paper", "why"),
    [
        (Paper(id="a", title=" "), "has no title"),
        (Paper(id="a", title="1984"), "has no letter in it"),
        (Paper(id="a", title="x" * 2001), "the title has 2,001 characters, more than the 2,000 it may have"),
        (Paper(id="a", title="x", abstract="x" * 100_001), "the abstract has 100,001 characters"),
        (Paper(id="a" * 501, title="x"), "the id has 501 characters, more than the 500 it may have"),
        (Paper(id="a\nb", title="x"), "has a control character"),
        (Paper(id=" ", title="x"), "empty id"),
    ],
)
def test_a_paper_beyond_the_limits_is_rejected(paper: Paper, why: str) -> None:
    rejected = validate(paper)
    assert isinstance(rejected, Rejected)
    assert why in rejected.why


def test_a_paper_within_the_limits_is_kept() -> None:
    paper = Paper(id="a" * 500, title="日" * 2000, abstract="x" * 100_000)
    assert validate(paper) is paper


def test_limits_hold_for_every_format(tmp_path: Path) -> None:
    path = tmp_path / "refs.bib"
    path.write_text(f"@article{{a, title = {{{'x' * 3000}}}}}\n{BIBTEX}", encoding="utf-8")
    papers, (rejected,) = read(path)
    assert [paper.id for paper in papers] == ["hoare1962"]
    assert rejected.where == f"{path}:1"
    assert "3,000 characters" in rejected.why


@pytest.mark.parametrize(
    ("name", "looks_like"),
    [
        ("acl-xml/2024.acl.xml", "XML"),
        ("pubmed-xml/jabref-MedlineImporterTestMathML.xml", "XML"),
        ("arxiv-atom/findpapers-arxiv-api-search.xml", "XML"),
    ],
)
def test_real_files_of_other_formats_are_refused(shared_data: Path, name: str, looks_like: str) -> None:
    with pytest.raises(SourceError, match=f"looks like .*{looks_like}"):
        read(shared_data / "raw" / name)
