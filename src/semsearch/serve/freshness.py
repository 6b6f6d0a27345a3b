"""Who has an answer already: entity tags by generation, and 304."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version

from fastapi import Request
from starlette.responses import Response

from semsearch.search import Searcher


def tag(searcher: Searcher, *variants: str) -> str:
    """The weak entity tag of whatever one address answers from a generation (RFC 9110, section 8.8.3).

    Weak, because two answers to one question differ in the time they took.

    Args:
        searcher: Who answers.
        variants: What else the answer depends on beside the address, such as the reader's language.
    """
    reranker = searcher.reranker.name if searcher.reranker else ""
    return f'W/"{searcher.generation.id}.{_digest(reranker, *variants)}"'


def unchanged(request: Request, tag: str, vary: str = "Accept-Encoding") -> Response | None:
    """304 if the one who asks has what ``tag`` stands for, before anything is computed; otherwise None."""
    asked = request.headers.get("if-none-match")
    if asked is None or not matches(asked, tag):
        return None
    return Response(status_code=304, headers={**headers(tag), "Vary": vary})


def matches(asked: str, tag: str) -> bool:
    """Whether a tag is among those of an ``If-None-Match`` header."""
    return _opaque(tag) in {_opaque(each) for each in asked.split(",")}


def headers(tag: str) -> dict[str, str]:
    """What to send along with an answer: it may be kept, and asked for again with its tag."""
    return {"ETag": tag, "Cache-Control": "no-cache"}


def _opaque(tag: str) -> str:
    return tag.strip().removeprefix("W/")


@lru_cache(256)
def _digest(*parts: str) -> str:
    return sha256("\n".join((version("semsearch"), *parts)).encode()).hexdigest()[:8]
