"""How a request is turned away before anything answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.responses import JSONResponse, Response
from starlette.types import Scope

Refuse = Callable[[Scope, int, str, Mapping[str, str]], Response]
"""Makes the answer: of the request, status, what is wrong and what to do about it, and headers."""


def as_problem(_: Scope, status: int, detail: str, headers: Mapping[str, str]) -> Response:
    """A problem document (RFC 9457), whatever was asked."""
    body = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(body, status, dict(headers), "application/problem+json")
