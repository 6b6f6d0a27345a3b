"""Answers to those who are not let in: written once, so that saying no costs next to nothing."""

from __future__ import annotations

from functools import cache
from itertools import cycle
from typing import Literal

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from semsearch.serve.pages.language import CODES, Code, chosen
from semsearch.serve.pages.refusing import for_all
from semsearch.serve.problems import problem

Reason = Literal["busy", "slow", "stopping"]

# Seconds until the next try. Those who are refused together do not come back together.
_AFTER = cycle((b"1", b"2", b"3"))
_SAID: dict[Reason, str] = {
    "busy": "More is asked than can be answered at present. Ask again in a few seconds.",
    "slow": "The answer was not there in time, and is not worked on any more. Ask for less, or later.",
    "stopping": "The service is being stopped. Ask again in a few seconds.",
}


async def refuse(reason: Reason, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer 503: with a page to those who ask for a page, with a problem document to all others."""
    headers = dict(scope["headers"])
    page = b"text/html" in headers.get(b"accept", b"") and not scope["path"].startswith("/v1/")
    code: Code | None = None
    if page:
        wanted = next((each for each in CODES if f"lang={each}".encode() in scope["query_string"]), None)
        code = chosen(wanted, headers.get(b"accept-language", b"").decode("latin-1"))
    ready = _ready(reason, code)
    answer = Response(status_code=503)
    answer.body = ready.body
    answer.raw_headers = [*ready.raw_headers, (b"retry-after", next(_AFTER))]
    await answer(scope, receive, send)


@cache
def _ready(reason: Reason, code: Code | None) -> Response:
    if code is None:
        return problem(503, _SAID[reason], headers={"Cache-Control": "no-store"})
    page = for_all(reason, 503, headers=[(b"accept-language", code.encode())])
    page.headers["Cache-Control"] = "no-store"
    page.headers["Vary"] = "Accept, Accept-Language"
    return page
