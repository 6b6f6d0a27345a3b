"""Requests that are turned away before a page answers: told people as a page, programs as a problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from semsearch.serve.pages.address import Address
from semsearch.serve.pages.language import Code, chosen
from semsearch.serve.pages.rendering import render
from semsearch.serve.problems import problem

_PAGES = ("/papers/", "/related", "/map")
_KIND = {401: "key", 429: "often", 503: "service"}


def refusal(scope: Scope, status: int, detail: str, headers: Mapping[str, str]) -> Response:
    """The answer to a request that is turned away.

    Args:
        scope: The request.
        status: Why, as HTTP has it.
        detail: Why, and what to do about it, for programs; a page has words of its own.
        headers: To send along.
    """
    path, request = scope["path"], Request(scope)
    page = path == "/" or (path.startswith(_PAGES) and not path.startswith("/map/"))
    if status not in _KIND or not page or "text/html" not in request.headers.get("accept", ""):
        return problem(status, detail, headers=headers)
    code = chosen(request.query_params.get("lang"), request.headers.get("accept-language", ""))
    ready = _ready(status, code)
    return Response(ready.body, status, {**ready.headers, **headers, "Cache-Control": "no-store"})


@cache
def _ready(status: int, code: Code) -> Response:
    return for_all(_KIND[status], status, query=f"lang={code}".encode())


def for_all(
    kind: str, status: int, *, query: bytes = b"", headers: Sequence[tuple[bytes, bytes]] = ()
) -> Response:
    """A page of refusal for nobody in particular, to be kept: to say no must cost less than to answer.

    Args:
        kind: What of the words of the page it says.
        status: Why, as HTTP has it.
        query: With the language, where its links are to keep it.
        headers: With the language otherwise.
    """
    nobody = {"type": "http", "method": "GET", "path": "/", "server": ("localhost", 80), "scheme": "http"}
    request = Request(nobody | {"query_string": query, "headers": list(headers)})
    page = render(request, "error.html", status, kind=kind, asked=Address(), id="")
    del page.headers["ETag"]
    return page
