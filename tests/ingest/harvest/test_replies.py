"""Replies that services really gave: a harvest has of them what is read of the replies themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from semsearch.ingest.harvest.lines import line_of
from semsearch.ingest.harvest.services import SERVICES
from semsearch.ingest.reader import iter_papers
from semsearch.paper import Paper, Rejected


@pytest.mark.parametrize(
    ("service", "name", "number"),
    [
        ("openalex", "openalex-json/openalexpro-works-page-1.json", 49),
        ("openalex", "openalex-json/openalexpro-works-page-3.json", 50),
        ("crossref", "crossref-json/rcrossref-cr_works-0.json", 20),
        ("semantic-scholar", "semanticscholar-json/test_search_paper_next_page-0.json", 100),
        ("semantic-scholar", "semanticscholar-json/test_search_paper_publication_date_or_year-0.json", 77),
        ("arxiv", "arxiv-atom/arxivpy-q_testing_s10_m10_34e56e15aaac.xml", 10),
        ("arxiv", "arxiv-atom/findpapers-arxiv-api-search.xml", 20),
    ],
)
def test_a_harvest_reads_them_alike(
    shared_data: Path, tmp_path: Path, service: str, name: str, number: int
) -> None:
    path, lines = shared_data / "raw" / name, tmp_path / "lines.jsonl"
    page = SERVICES[service].page(path.read_text(encoding="utf-8"), None, None, 10**9)
    lines.write_bytes(b"".join(map(line_of, page.records)))
    assert all(SERVICES[service].key(record) for record in page.records)
    expected = _papers(path)
    assert _papers(lines) == expected
    assert len(expected) == number


def _papers(path: Path) -> list[Paper | Rejected]:
    """What is in a file, wherever it stood."""
    if not path.read_bytes():
        return []
    found = iter_papers([str(path)], keep_duplicates=True)
    return [
        replace(each, source="") if isinstance(each, Paper) else replace(each, where="") for each in found
    ]
