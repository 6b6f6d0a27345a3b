"""`/v1/papers` and `/v1/export`: papers themselves, as documents, citations and files."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from semsearch.search.hits import public
from semsearch.serve import freshness
from semsearch.serve.answering import Answering
from semsearch.serve.live import Live
from semsearch.serve.problems import problem, problems
from semsearch.serve.v1 import described
from semsearch.serve.v1.documents import Paper
from semsearch.serve.v1.examples import Identifier
from semsearch.serve.v1.parameters import MOST_EXPORTED, Export, Formatted
from semsearch.serve.v1.replies import as_file, document, papers_of


def add(routes: APIRouter, live: Live, answering: Answering) -> None:
    """Add the routes, answering from ``live``."""

    @routes.get(
        "/papers/{identifier:path}",
        summary="One paper, by id or DOI",
        responses=problems(404, 410, 422, 503) | described.kept(described.answer(Paper, files=True)),
    )
    async def paper(
        request: Request, identifier: Identifier, asked: Annotated[Formatted, Query()]
    ) -> Response:
        searcher = await answering.searcher(live, asked.generation)
        tag = freshness.tag(searcher)
        if (known := freshness.unchanged(request, tag)) is not None:
            return known

        def reply() -> Response:
            found = searcher.paper(identifier)
            if asked.format == "json":
                return document(public(found), tag)
            return as_file([found], asked.format, found.id, tag)

        return await answering.work(reply)

    @routes.post(
        "/export",
        summary="Several papers as one file",
        description="Also as a form of a page: `ids` as often as there are papers, and `format`.",
        responses=problems(404, 410, 413, 415, 422, 503) | described.file(),
        openapi_extra={"requestBody": described.export()},
    )
    async def export(request: Request) -> Response:
        asked = _validated(await _body(request))
        searcher = await answering.searcher(live, asked.generation)

        def reply() -> Response:
            papers, missing = papers_of(searcher, asked.ids)
            if missing:
                faults = [{"field": f"body.ids.{i}", "detail": what} for i, what in missing.items()]
                count = f"{len(missing)} of {len(asked.ids)}" if len(asked.ids) > 1 else "It"
                return problem(
                    404, f"{count} cannot be exported: {'; '.join(missing.values())}", errors=faults
                )
            return as_file(papers, asked.format, "papers")

        return await answering.work(reply)


async def _body(request: Request) -> Any:
    """JSON, or the fields of a form."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in {"application/json", described.FORM}:
        raise HTTPException(415, f"Send application/json or {described.FORM}, not {media_type or 'nothing'}.")
    try:
        if media_type == "application/json":
            return await request.json()
        text = (await request.body()).decode()
        form: dict[str, Any] = dict(parse_qs(text, keep_blank_values=True, max_num_fields=MOST_EXPORTED + 10))
    except (ValueError, RecursionError) as error:  # also what cannot be decoded, or is nested too deeply
        fault = {"loc": ("body",), "msg": f"is not {media_type}: {error}"}
        raise RequestValidationError([fault]) from error
    return {name: values if name == "ids" else values[-1] for name, values in form.items()}


def _validated(body: Any) -> Export:
    try:
        return Export.model_validate(body)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from error
