"""Papers as RIS."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from semsearch.paper import Paper
from semsearch.serve.citation.names import split


def write_ris(papers: Sequence[Paper]) -> str:
    """One record a paper."""
    import rispy

    return str(rispy.dumps([_record(paper) for paper in papers]))


def _record(paper: Paper) -> dict[str, Any]:
    record: dict[str, Any] = {
        "type_of_reference": "JOUR" if paper.venue else "GEN",
        "id": paper.id,
        "title": paper.title,
        "authors": [_family_first(name) for name in paper.authors],
        "year": None if paper.year is None else str(paper.year),
        "journal_name": paper.venue,
        "doi": paper.doi,
        "urls": [paper.url] if paper.url else None,
        "language": paper.language,
        "keywords": list(paper.keywords),
        "abstract": paper.abstract,
    }
    return {name: value for name, value in record.items() if value}


def _family_first(name: str) -> str:
    given, family = split(name)
    return f"{family}, {given}" if given else family
