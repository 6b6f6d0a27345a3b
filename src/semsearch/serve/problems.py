"""Errors as RFC 9457 problem documents, the one error shape of the API."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from semsearch.errors import GenerationGone, PaperNotFound, QuestionError, SemsearchError
from semsearch.harmless import dump

MEDIA_TYPE = "application/problem+json"
_STATUS: dict[type[SemsearchError], int] = {PaperNotFound: 404, GenerationGone: 410, QuestionError: 422}
_MOST_FAULTS = 20  # are told; a body can have a hundred thousand
_LONGEST_FIELD = 200  # characters; names of fields come from whoever asks
_METHODS = ("GET", "HEAD", "POST")
# When each is answered, and an example of its detail.
_WHEN = {
    400: ("The body cannot be read at all.", "There was an error parsing the body"),
    401: (
        "The service wants an API key.",
        "This service wants an API key, as `Authorization: Bearer KEY`, as `X-API-Key: KEY`, or as the "
        "password that a browser asks for.",
    ),
    403: (
        "A page of another site had a browser ask, and may not.",
        "Pages of other sites may not ask here. Whoever runs this service can allow one: --allow-origin",
    ),
    404: (
        "No paper has this id.",
        "no paper has the id '10.1000/none'. semsearch search --json shows the ids.",
    ),
    410: (
        "The generation that was asked for is not kept any more.",
        "the generation '000001-658d51973020' is not kept here any more, or never was. Ask again without a "
        "generation: the answer comes from the one that is published.",
    ),
    413: ("The body is too large.", "The body is larger than the 4,194,304 bytes that are read."),
    414: ("The address is too long.", "The address has more than 65,535 bytes."),
    415: ("The body is of another media type.", "Send application/json or a form, not text/plain."),
    422: (
        "Something of the request is missing or cannot be meant.",
        "the question is blank. Ask in a few words, for example: how do agents plan?",
    ),
    421: (
        "The request is for another host.",
        "This service does not go by the name papers.example.org. Whoever runs it can allow that: "
        "--allow-host papers.example.org",
    ),
    429: (
        "More requests than each client may make; `Retry-After` says when to ask again.",
        "More than 30 requests in 60 seconds. Ask again in 12 seconds.",
    ),
    503: (
        "More is asked than can be answered, and `Retry-After` says when to come back; the answer took too "
        "long; the service is being stopped; or the index or its encoder cannot be used now.",
        "More is asked than can be answered at present. Ask again in a few seconds.",
    ),
}


class Fault(BaseModel):
    """What is wrong with one part of a request."""

    field: str = Field(description="Where it stands: `query`, `path` or `body`, then its name.")
    detail: str = Field(description="What is wrong with it.")


class Problem(BaseModel):
    """What went wrong, as RFC 9457 has it. `type` is left out, which means `about:blank`."""

    title: str = Field(description="The name of the status.")
    status: int = Field(description="The status of the answer.")
    detail: str = Field(description="What is wrong, and what to do about it.")
    errors: list[Fault] = Field(
        [],
        description="With 422, and with papers that cannot be exported: each part that is wrong.",
    )


def problem(
    status: int,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document (RFC 9457, section 3).

    Args:
        status: The HTTP status.
        detail: What is wrong, and what to do about it.
        errors: Each part of the request that is wrong, as `Fault` has it.
        headers: To send along.
    """
    body = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    content = dump(body | ({"errors": errors} if errors else {}))
    return Response(content, status, headers, MEDIA_TYPE)


def status_of(error: SemsearchError) -> int:
    """The HTTP status of an error that somebody can mend."""
    return _STATUS.get(type(error), 503)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Problems for the OpenAPI document: what FastAPI takes as ``responses``."""
    return {status: _described(status, *_WHEN[status]) for status in statuses}


def _described(status: int, when: str, detail: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{Problem.__name__}"}
    example = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return {"description": when, "content": {MEDIA_TYPE: {"schema": schema, "example": example}}}


def install(app: FastAPI) -> None:
    """Make every error of the application such a document."""

    @app.exception_handler(SemsearchError)
    async def mendable(_: Request, error: SemsearchError) -> Response:
        return problem(status_of(error), f"{error.what} {error.hint}".strip())

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        errors = [
            {"field": ".".join(str(part) for part in fault["loc"])[:_LONGEST_FIELD], "detail": fault["msg"]}
            for fault in error.errors()[:_MOST_FAULTS]
        ]
        detail = "; ".join(f"{fault['field']}: {fault['detail']}" for fault in errors)
        return problem(422, detail, errors=errors)

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        headers, detail, path = dict(error.headers or {}), str(error.detail), request.url.path
        if error.status_code == HTTPStatus.NOT_FOUND:
            detail = f"There is nothing at {path}. What there is, /docs says."
        elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            headers["Allow"] = ", ".join(_methods(request))
            detail = f"{path} is asked with {headers['Allow']}."
        return problem(error.status_code, detail, headers=headers)


def _methods(request: Request) -> list[str]:
    """What the address of a request answers to; its routes know one method each."""
    return [
        method
        for method in _METHODS
        if any(
            route.matches({**request.scope, "method": "GET" if method == "HEAD" else method})[0] is Match.FULL
            for route in request.app.routes
        )
    ]
