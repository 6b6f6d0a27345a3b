"""Papers as CSL-JSON, the items that citation processors read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from semsearch.paper import Paper
from semsearch.serve.citation.names import split


def write_csl(papers: Sequence[Paper]) -> str:
    """One item a paper."""
    return json.dumps([_item(paper) for paper in papers], ensure_ascii=False, indent=2) + "\n"


def _item(paper: Paper) -> dict[str, Any]:
    record: dict[str, Any] = {
        "id": paper.id,
        "type": "article-journal" if paper.venue else "article",
        "title": paper.title,
        "author": [_name(name) for name in paper.authors],
        "issued": {"date-parts": [[paper.year]]} if paper.year else None,
        "container-title": paper.venue,
        "DOI": paper.doi,
        "URL": paper.url,
        "language": paper.language,
        "keyword": ", ".join(paper.keywords),
        "abstract": paper.abstract,
    }
    return {name: value for name, value in record.items() if value}


def _name(name: str) -> dict[str, str]:
    given, family = split(name)
    return {"family": family, "given": given} if given else {"literal": family}
