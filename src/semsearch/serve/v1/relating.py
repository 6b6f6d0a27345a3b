"""`/v1/related`: papers like one or several, and unlike others."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import Response

from semsearch.serve import freshness
from semsearch.serve.answering import Answering
from semsearch.serve.live import Live
from semsearch.serve.problems import problems
from semsearch.serve.v1 import described
from semsearch.serve.v1.documents import Relatives
from semsearch.serve.v1.examples import SEEDS, Identifier
from semsearch.serve.v1.parameters import LikeOne, LikeSeveral
from semsearch.serve.v1.replies import document, timing

_PROBLEMS = problems(404, 410, 422, 503)


def add(routes: APIRouter, live: Live, answering: Answering) -> None:
    """Add the routes, answering from ``live``."""

    @routes.get(
        "/related/{identifier:path}",
        summary="Papers related to one",
        responses=_PROBLEMS | described.kept(described.answer(Relatives)),
    )
    async def related(
        request: Request, identifier: Identifier, asked: Annotated[LikeOne, Query()]
    ) -> Response:
        searcher = await answering.searcher(live, asked.generation)
        tag = freshness.tag(searcher)
        if (known := freshness.unchanged(request, tag)) is not None:
            return known

        def reply() -> Response:
            found = searcher.related(identifier, asked.k, unlike=asked.unlike, diversity=asked.diversity)
            return document(found.to_dict(), tag, timing(found))

        return await answering.work(reply)

    @routes.post(
        "/related",
        summary="Papers related to several, and unlike others",
        responses=_PROBLEMS | problems(400, 413) | described.answer(Relatives),
    )
    async def related_to_several(
        asked: Annotated[LikeSeveral, Body(openapi_examples=SEEDS)],
    ) -> Response:
        searcher = await answering.searcher(live, asked.generation)

        def reply() -> Response:
            found = searcher.related(
                asked.positive, asked.k, unlike=asked.negative, diversity=asked.diversity
            )
            return document(found.to_dict(), timing=timing(found))

        return await answering.work(reply)
