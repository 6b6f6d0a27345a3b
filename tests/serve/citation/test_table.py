"""CSV that any reader of RFC 4180 reads back, and in which no cell is computed, in whatever country."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.paper import Paper
from semsearch.serve.citation import FORMATS
from semsearch.serve.citation.fields import line
from semsearch.serve.citation.table import FIELDS
from tests.hostile import PAPERS, TEXTS
from tests.serve.citation.papers import AWKWARD
from tests.support import CORPUS

write = FORMATS["csv"].write
_COMPUTED = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_CELL = st.text(st.sampled_from("=+-@'\";, \t\r\n＝＋aé1|"), max_size=12)


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    header, *found = csv.reader(io.StringIO(text[1:], newline=""), strict=True)
    assert tuple(header) == FIELDS
    assert all(len(row) == len(FIELDS) for row in found)
    return [dict(zip(header, row, strict=True)) for row in found]


def plain(cell: str) -> str:
    """What was written, by the rule that `_cell` gives to programs; but for blanks behind semicolons."""
    return cell[1:] if re.match("'+[=+@＝＋＠－-]", cell) else cell


def same(one: str, other: str) -> bool:
    return re.sub(r";\s*", ";", one) == re.sub(r";\s*", ";", other)


def test_it_reads_back() -> None:
    papers = [*CORPUS, *AWKWARD, *PAPERS]
    for row, paper in zip(rows(write(papers)), papers, strict=True):
        cells = {name: plain(cell) for name, cell in row.items()}
        for name in ("id", "title", "abstract"):
            assert same(cells[name], line(getattr(paper, name)))
        assert same(cells["authors"], line("; ".join(paper.authors)))
        assert cells["year"] == str(paper.year or "")
        for name in ("venue", "doi", "url", "language"):
            assert same(cells[name], line(getattr(paper, name) or ""))


@pytest.mark.parametrize("name", TEXTS)
def test_no_cell_is_computed(name: str) -> None:
    (row,) = rows(write([Paper(TEXTS[name], TEXTS[name], TEXTS[name], (TEXTS[name],), venue=TEXTS[name])]))
    assert not [cell for cell in row.values() if _COMPUTED.match(cell)]


@given(_CELL, _CELL)
def test_no_cell_is_computed_where_cells_end_at_semicolons(title: str, abstract: str) -> None:
    text = write([Paper("x", title, abstract)])
    (row,) = rows(text)
    assert same(plain(row["title"]), line(title))
    assert same(plain(row["abstract"]), line(abstract))
    # As Excel parts a line in France: at every semicolon, for a quote inside of a cell means nothing to it.
    for cell in text.splitlines()[1].split(";")[1:]:
        assert not _COMPUTED.match(cell.lstrip("\"'"))


def test_a_formula_is_behind_an_apostrophe_and_everything_else_is_as_it_was() -> None:
    papers = [
        Paper("x", "=1+1", "-2 degrees", ("Plato", "@handle"), 1999),
        Paper("y", 'Sum, and "so on"', "'quoted' -1; +2", ("Plato",)),
        Paper("z", "'=1", "a;=1+1"),
    ]
    one, two, three = rows(write(papers))
    assert (one["title"], one["abstract"], one["authors"], one["year"]) == (
        "'=1+1",
        "'-2 degrees",
        "Plato; @handle",
        "1999",
    )
    assert (two["title"], two["abstract"]) == ('Sum, and "so on"', "'quoted' -1; +2")
    assert (three["title"], three["abstract"]) == ("''=1", "a; =1+1")


def test_lines_end_as_rfc_4180_has_it_and_no_papers_are_the_header_alone() -> None:
    assert write([]) == "\ufeff" + ",".join(FIELDS) + "\r\n"
    assert write(CORPUS).count("\r\n") == len(CORPUS) + 1 == write(CORPUS).count("\n")
