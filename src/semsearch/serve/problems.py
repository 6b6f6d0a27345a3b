"""Errors as RFC 9457 problem documents, the one error shape of the API."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from semsearch.errors import GenerationGone, PaperNotFound, QuestionError, SemsearchError

MEDIA_TYPE = "application/problem+json"
_STATUS: dict[type[SemsearchError], int] = {PaperNotFound: 404, GenerationGone: 410, QuestionError: 422}


def problem(status: int, detail: str, *, title: str | None = None) -> JSONResponse:
    """A problem document; ``type`` is left out, which means "about:blank" (RFC 9457, section 4.2.1)."""
    body = {"title": title or HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every error of the application such a document."""

    @app.exception_handler(SemsearchError)
    def mendable(_: Request, error: SemsearchError) -> JSONResponse:
        detail = f"{error.what} {error.hint}".strip()
        return problem(_STATUS.get(type(error), 503), detail)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        reasons = (f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors())
        return problem(422, "; ".join(reasons))

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail))
