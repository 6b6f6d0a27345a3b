"""Answers as HTTP gives them: JSON straight from `to_dict`, and files of papers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import Request
from starlette.responses import Response

from semsearch.errors import PaperNotFound
from semsearch.harmless import dump
from semsearch.paper import Paper
from semsearch.search import Results, Searcher
from semsearch.search.searcher import MOST_HITS
from semsearch.serve import freshness
from semsearch.serve.citation import FORMATS
from semsearch.serve.v1.parameters import MOST_AT_ONCE, Format, Page


def document(found: dict[str, Any], tag: str | None = None, timing: str | None = None) -> Response:
    """A JSON document.

    Args:
        found: What to write.
        tag: Its entity tag, see `freshness`; none for the answer to a POST.
        timing: The value of ``Server-Timing``.
    """
    headers = freshness.headers(tag) if tag else {}
    if timing:
        headers["Server-Timing"] = timing
    return Response(dump(found), headers=headers, media_type="application/json")


def timing(results: Results) -> str:
    """The time of each stage, as ``Server-Timing`` has it (W3C, Server Timing)."""
    stages = [*results.stages.items(), ("total", results.took_ms)]
    return ", ".join(f"{name};dur={ms:.1f}" for name, ms in stages)


def paged(results: Results, asked: Page, request: Request) -> dict[str, Any]:
    """The answer to a question, with where it begins and how to go on."""
    return results.to_dict() | {"offset": asked.offset, "next": _next(results, asked, request)}


def as_file(papers: Sequence[Paper], form: Format, name: str, tag: str | None = None) -> Response:
    """Papers in a form of `citation`, to be saved under a name."""
    chosen = FORMATS[form]
    return Response(
        chosen.write(papers),
        headers=(freshness.headers(tag) if tag else {}) | attached(f"{name}{chosen.suffix}"),
        media_type=chosen.media_type,
    )


def attached(name: str) -> dict[str, str]:
    """The header that has a browser save an answer under a name (RFC 6266)."""
    plain = re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII).strip("-.") or "papers"
    extended = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='', errors='replace')}"
    return {"Content-Disposition": f'attachment; filename="{plain}"{extended}'}


def papers_of(searcher: Searcher, ids: Sequence[str]) -> tuple[list[Paper], dict[int, str]]:
    """The papers with some ids, in that order, each once; and by place, why there is none with that id."""
    found: dict[str, Paper] = {}
    missing: dict[int, str] = {}
    for i, identifier in enumerate(ids):
        try:
            paper = searcher.paper(identifier)
        except PaperNotFound as error:
            missing[i] = error.what
        else:
            found[paper.id] = paper
    return list(found.values()), missing


def _next(results: Results, asked: Page, request: Request) -> str | None:
    offset = asked.offset + asked.k
    if not results.more or offset > MOST_HITS - MOST_AT_ONCE:
        return None
    given = asked.model_dump(exclude_defaults=True, exclude={"format"})
    query = urlencode(given | {"offset": offset, "generation": results.generation}, errors="replace")
    return f"{request.scope.get('root_path', '')}/v1/search?{query}"
