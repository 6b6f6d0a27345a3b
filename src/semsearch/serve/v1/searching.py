"""`/v1/search` and `/v1/facets`: questions, one or several, and how many papers there are of what."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import Response

from semsearch.errors import QuestionError
from semsearch.search import Results, Searcher
from semsearch.search.searcher import Asking
from semsearch.serve import freshness
from semsearch.serve.answering import Answering
from semsearch.serve.guard.door import counts_as
from semsearch.serve.live import Live
from semsearch.serve.problems import problems
from semsearch.serve.v1 import described, examples, query
from semsearch.serve.v1.documents import Answer, Answers, Facets
from semsearch.serve.v1.parameters import Batch, Counted, OneOrSeveral, Page, Search
from semsearch.serve.v1.replies import as_file, document, paged, timing

_PROBLEMS = problems(410, 422, 503)


def add(routes: APIRouter, live: Live, answering: Answering) -> None:
    """Add the routes, answering from ``live``."""

    @routes.get(
        "/search",
        summary="The papers that answer a question best",
        responses=_PROBLEMS | described.kept(described.answer(Answer, files=True)),
        openapi_extra=query.parameters(Search),
    )
    async def search(request: Request) -> Response:
        asked = query.read(Search, request)
        searcher = await answering.searcher(live, asked.generation)
        tag = freshness.tag(searcher)
        if (known := freshness.unchanged(request, tag)) is not None:
            return known

        def reply(results: Results) -> Response:
            if asked.format != "json":
                return as_file([hit.paper for hit in results], asked.format, "search", tag)
            return document(paged(results, asked, request), tag, timing(results))

        return await answering.answer(searcher, _asking(searcher, asked), reply)

    @routes.post(
        "/search",
        summary="One question, or several that are answered together",
        responses=_PROBLEMS | problems(400, 413) | described.answer(Answer, Answers),
    )
    async def search_together(
        request: Request, asked: Annotated[OneOrSeveral, Body(openapi_examples=examples.QUESTIONS)]
    ) -> Response:
        searcher = await answering.searcher(live, asked.generation)
        if isinstance(asked, Batch):
            counts_as(request.scope, len(asked.queries))
            askings = [_numbered(_asking(searcher, one), n) for n, one in enumerate(asked.queries)]
            found = await answering.together(searcher, askings, lambda results: results)
            written = partial(_written, searcher, asked, found, request)
            return await answering.work(written)

        def reply(results: Results) -> Response:
            return document(paged(results, asked, request), timing=timing(results))

        return await answering.answer(searcher, _asking(searcher, asked), reply)

    @routes.get(
        "/facets",
        summary="How many papers there are of each year, author and venue",
        responses=_PROBLEMS | described.kept(described.answer(Facets)),
    )
    async def facets(request: Request, asked: Annotated[Counted, Query()]) -> Response:
        searcher = await answering.searcher(live, asked.generation)
        tag = freshness.tag(searcher)
        if (known := freshness.unchanged(request, tag)) is not None:
            return known
        counting = searcher.counting(asked.question(), mode=asked.mode, filters=asked.filters())
        return await answering.answer(searcher, counting, lambda found: document(found.to_dict(), tag))


def _asking(searcher: Searcher, asked: Page) -> Asking:
    return searcher.asking(asked.q, asked.k, mode=asked.mode, filters=asked.filters(), offset=asked.offset)


def _numbered(asking: Asking, number: int) -> Asking:
    """The same question, which says which one of a batch it is when it cannot be asked."""
    try:
        return (yield from asking)
    except QuestionError as error:
        raise QuestionError(f"body.queries.{number}: {error.what}", hint=error.hint) from error


def _written(searcher: Searcher, asked: Batch, found: list[Results], request: Request) -> Response:
    results = [paged(results, one, request) for results, one in zip(found, asked.queries, strict=True)]
    return document({"generation": searcher.generation.id, "results": results})
