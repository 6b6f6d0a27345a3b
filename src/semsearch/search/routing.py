"""Questions that name their paper: by identifier, title, author, or a word that only it holds.

Such a paper comes first whatever looks similar; everything else is left to meaning and words.
"""

from __future__ import annotations

from dataclasses import dataclass

from semsearch.index.generation import Generation
from semsearch.index.vectors import Rows
from semsearch.search import authors, coined, titles
from semsearch.search.cited import cited
from semsearch.search.hits import MatchedBy


@dataclass(frozen=True, slots=True)
class Route:
    """Papers that a question names, and how."""

    rows: Rows
    matched_by: MatchedBy


def route(question: str, generation: Generation) -> Route | None:
    """The papers that a question names, or None when it describes what it looks for."""
    if len(rows := generation.papers.identified(question)):
        return Route(rows, "identifier")
    if len(rows := titles.named(question, generation)):
        return Route(rows, "title")
    if len(rows := authors.named(question, generation)):
        return Route(rows, "author")
    if len(rows := cited(question, generation)):
        return Route(rows, "title")
    rows, matched_by = coined.named(question, generation)
    return Route(rows, matched_by) if len(rows) else None
