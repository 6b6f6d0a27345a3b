"""Whether the service lives, and whether it can answer: for whoever watches over it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from semsearch.serve.live import Live
from semsearch.serve.v1.documents import Alive, Ready
from semsearch.serve.v1.replies import document


def router(live: Live) -> APIRouter:
    """The routes, telling of ``live``."""
    routes = APIRouter(prefix="/health", tags=["health"])

    @routes.get("/live", summary="Is the process alive?", responses={200: {"model": Alive}})
    async def alive() -> Response:
        return document({"status": "alive"})

    @routes.get("/ready", summary="Can a question be answered?", responses={200: {"model": Ready}})
    async def ready() -> Response:
        searcher, problem = live.searcher, live.problem
        found = {"status": "ready", "generation": searcher.generation.id, "papers": len(searcher)}
        return document(found | ({"problem": problem} if problem else {}))

    return routes
