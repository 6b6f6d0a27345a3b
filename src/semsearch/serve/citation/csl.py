"""Papers as CSL-JSON, the items that citation processors read (CSL 1.0.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from semsearch.harmless import dump
from semsearch.paper import Paper
from semsearch.serve.citation.fields import joined
from semsearch.serve.citation.kinds import Kind, kind_of
from semsearch.serve.citation.names import Name, names_of

# CSL's "article" is a preprint or working paper; "document" is what nothing more is known of.
_TYPES: dict[Kind, str] = {
    "article": "article-journal",
    "conference": "paper-conference",
    "preprint": "article",
    "other": "document",
}


def write_csl(papers: Sequence[Paper]) -> str:
    """One item a paper."""
    return dump([_item(paper) for paper in papers], indent=2) + "\n"


def _item(paper: Paper) -> dict[str, Any]:
    item: dict[str, Any] = {
        "id": paper.id,
        "type": _TYPES[kind_of(paper)],
        "title": paper.title,
        "author": [_name(name) for name in names_of(paper)],
        "issued": {"date-parts": [[paper.year]]} if paper.year else None,
        "container-title": paper.venue,
        "DOI": paper.doi,
        "URL": paper.url,
        "language": paper.language,
        "keyword": joined(paper.keywords),
        "abstract": paper.abstract,
        "custom": _custom(paper),
    }
    return {name: value for name, value in item.items() if value}


def _custom(paper: Paper) -> dict[str, Any]:
    """What CSL has no variables for; others pass it over."""
    custom = {
        "identifiers": list(paper.identifiers),
        "translations": [asdict(each) for each in paper.translations],
    }
    return {name: value for name, value in custom.items() if value}


def _name(name: Name) -> dict[str, str]:
    if name.whole:
        return {"literal": name.family}
    parts = {
        "family": name.family,
        "given": name.given,
        "non-dropping-particle": name.particle,
        "suffix": name.suffix,
    }
    return {part: value for part, value in parts.items() if value}
