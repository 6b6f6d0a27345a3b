from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.ingest.formats.endnote import is_endnote, read_endnote
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Rejected


def read(text: str) -> list[Paper | Rejected]:
    return list(read_endnote(Source.of("e.txt", text)))


def test_an_article_and_a_conference_paper(data: Path) -> None:
    assert read((data / "endnote.txt").read_text(encoding="utf-8")) == [
        Paper(
            id="10.1093/mind/LIX.236.433",
            title="Computing Machinery and Intelligence",
            abstract="Whether machines can think is replaced by a game. The game is played in writing.",
            authors=("Alan M. Turing",),
            year=1950,
            venue="Mind",
            doi="10.1093/mind/LIX.236.433",
            url="https://academic.oup.com/mind/article/LIX/236/433/986238",
            language="en",
            keywords=("machines", "thinking", "games"),
            source="e.txt:1",
        ),
        Paper(
            id="vaswani2017",
            title="Attention Is All You Need",
            authors=("Ashish Vaswani", "Aidan N. Gomez"),
            year=2017,
            venue="Advances in Neural Information Processing Systems",
            url="http://www.example.org/a.html",
            source="e.txt:19",
            identifiers=("arxiv:1706.03762", "pmid:29768149"),
        ),
    ]


def test_a_bad_record_is_reported_and_never_takes_a_good_one_with_it(data: Path) -> None:
    rejected, first, second = read((data / "endnote-malformed.txt").read_text(encoding="utf-8"))
    assert rejected == Rejected("e.txt:1", "the record has no title (%T). Add one.")
    assert isinstance(first, Paper)
    assert (first.title, first.authors) == ("Quicksort", ("C. A. R. Hoare",))
    assert isinstance(second, Paper)
    assert second.title == "Recursive Functions"


def test_records_without_a_type_are_told_by_the_lines_between_them() -> None:
    papers = read("%A Don Knuth\n%T Sorting\n\n%T Searching\n%A Ann Lee\n")
    assert [(p.title, p.authors) for p in papers if isinstance(p, Paper)] == [
        ("Sorting", ("Don Knuth",)),
        ("Searching", ("Ann Lee",)),
    ]


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("%0 Journal Article\n%T Quicksort", True),
        ("\n\n%A Don Knuth\n%T Sorting", True),
        ("% a comment\n@article{a,", False),
        ("%PDF-1.4", False),
        ("100 %\n%T", False),
    ],
)
def test_is_endnote(head: str, answer: bool) -> None:
    assert is_endnote(head) is answer
