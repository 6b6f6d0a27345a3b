from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from semsearch.errors import SourceError
from semsearch.ingest.identity import make_id
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
        ('<?xml version="1.0"?>\n<TEI></TEI>', "XML (<TEI>)"),
        ("<mods:mods xmlns=''>\n", "XML (<mods:mods>)"),
        ("Authors,Year,DOI\nHoare,1962,10.1093/comjnl/5.1.10", "a table without titles"),
        ("\\documentclass{article}\n\\title{Quicksort}", "LaTeX"),
        ("{\\rtf1\\ansi Quicksort}", "RTF"),
    ],
)
def test_another_format_is_refused_by_its_name(tmp_path: Path, text: str, looks_like: str) -> None:
    path = tmp_path / "papers.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=f"looks like .*{re.escape(looks_like)}.*semsearch reads"):
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
    assert [(each.source, each.why) for each in papers[0].versions] == [
        (f"{first}:1", ""),
        (f"{second}:1", "same id and title"),
    ]
    assert rejected == []
    kept, _ = read(first, str(second), keep_duplicates=True)
    assert [paper.title for paper in kept] == ["Quicksort", "Quicksort", "Treesort", "Find"]
    assert len({paper.id for paper in kept}) == 4
    assert [paper.id for paper in kept] == [
        paper.id for paper in read(first, second, keep_duplicates=True)[0]
    ]


def test_a_wrong_file_is_given_up_early(tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl"
    path.write_text('{"title": "Quicksort"}\n' + '{"name": "x"}\n' * 50, encoding="utf-8")
    items = iter_papers([path], max_rejected=3)
    assert [next(items) for _ in range(4)]
    with pytest.raises(
        SourceError, match=r"papers.jsonl:5: more than 3 records cannot be used; the last: the r"
    ):
        next(items)
    papers, rejected = read(path, max_rejected=50)
    assert (len(papers), len(rejected)) == (1, 50)


def test_an_id_that_is_made_is_nobody_elses(tmp_path: Path) -> None:
    path = tmp_path / "papers.jsonl"
    made = make_id("Find", ())
    path.write_text(
        '{"id": "1", "title": "Quicksort"}\n{"id": "1", "title": "Find"}\n{"id": "1", "title": "FIND"}\n'
        f'{{"id": "{made}", "title": "Another thing altogether"}}\n',
        encoding="utf-8",
    )
    papers, _ = read(path, keep_duplicates=True)
    assert [paper.id for paper in papers] == ["1", f"{made}-2", f"{made}-3", made]


def test_no_paper_comes_of_files_of_which_one_fails(tmp_path: Path) -> None:
    path = tmp_path / "refs.bib"
    path.write_text(BIBTEX, encoding="utf-8")
    items = iter_papers([path, tmp_path / "missing.bib"])
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


def test_a_disk_that_is_full_is_said(tmp_path: Path) -> None:
    """In a process of its own, which may open no file any more."""
    path = tmp_path / "refs.bib"
    path.write_text(BIBTEX, encoding="utf-8")
    program = (
        "import resource, sys; from semsearch.ingest.reader import read; "
        "read(sys.argv[1]); resource.setrlimit(resource.RLIMIT_NOFILE, (5, 5)); read(sys.argv[1])"
    )
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=False)
    assert "StorageError" in done.stderr
    assert "papers cannot be set aside while they are compared (Too many open files)" in done.stderr
