from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from semsearch.errors import SourceError
from semsearch.ingest.formats.parquet import read_parquet
from semsearch.ingest.reader import read
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Rejected

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")

COLUMNS: dict[str, list[Any]] = {
    "Paper ID": ["vaswani2017", None, None],
    "Title": ["Attention Is All You Need", "Deep Learning", ""],
    "abstract": ["A sequence is translated by attention alone.", None, "No title"],
    "authors": [
        [{"name": "Vaswani, Ashish", "id": 1}, {"name": "Gomez AN", "id": 2}],
        [{"name": "Yann LeCun", "id": 3}],
        None,
    ],
    "publication_date": [date(2017, 6, 12), date(2015, 5, 27), None],
    "doi": [None, "https://doi.org/10.1038/nature14539", None],
    "keywords": [["attention", "translation, neural"], [], None],
    "citations": [1, 2, 3],
}


def bytes_of(table: Any) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(table, buffer, row_group_size=1)
    return buffer.getvalue()


def items_of(data: bytes) -> list[Paper | Rejected]:
    return list(read_parquet(Source("t.parquet", io.BytesIO(data))))


def test_lists_records_and_dates_in_cells() -> None:
    assert items_of(bytes_of(pyarrow.table(COLUMNS))) == [
        Paper(
            id="vaswani2017",
            title="Attention Is All You Need",
            abstract="A sequence is translated by attention alone.",
            authors=("Ashish Vaswani", "AN Gomez"),
            year=2017,
            keywords=("attention", "translation, neural"),
            source="t.parquet:1",
        ),
        Paper(
            id="10.1038/nature14539",
            title="Deep Learning",
            authors=("Yann LeCun",),
            year=2015,
            doi="10.1038/nature14539",
            url="https://doi.org/10.1038/nature14539",
            source="t.parquet:2",
        ),
        Rejected("t.parquet:3", "the row has no title. Add one."),
    ]


def test_a_parquet_file_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    path = tmp_path / "papers.csv"
    path.write_bytes(bytes_of(pyarrow.table({"title": ["Sorting"], "year": [1962]})))
    (paper,), rejected = read(path)
    assert (paper.title, paper.year, rejected) == ("Sorting", 1962, [])


def test_a_text_that_is_not_utf_8_costs_one_row() -> None:
    titles = pyarrow.array([b"Th\xe9orie", b"Sorting"], pyarrow.binary()).view(pyarrow.string())
    table = pyarrow.table({"title": titles, "year": pyarrow.array([1931, 1962])})
    rejected, paper = items_of(bytes_of(table))
    assert isinstance(rejected, Rejected)
    assert "byte 0xe9" in rejected.why
    assert isinstance(paper, Paper)
    assert paper.title == "Sorting"


def test_a_damaged_file_and_one_without_titles_are_refused() -> None:
    data = bytes_of(pyarrow.table(COLUMNS))
    with pytest.raises(SourceError, match="damaged or cut short"):
        items_of(data[:-20])
    with pytest.raises(SourceError, match="its columns are citations, year"):
        items_of(bytes_of(pyarrow.table({"citations": [1], "year": [1931]})))
