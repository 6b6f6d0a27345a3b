"""The HTTP service, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from semsearch.serve import health, openapi, pages, problems, v1, viewer
from semsearch.serve import metrics as metrics_of
from semsearch.serve.answering import Answering
from semsearch.serve.bodies import Bodies
from semsearch.serve.guard.guard import Guard
from semsearch.serve.heads import Heads
from semsearch.serve.live import Live
from semsearch.serve.metrics import Metrics
from semsearch.serve.requests import Requests
from semsearch.serve.v1.parameters import LARGEST_BODY

_WORTH_COMPRESSING = 1_000  # bytes; less fits into one packet as it is


def create_app(live: Live, *, guard: Guard | None = None) -> FastAPI:
    """The application, answering from ``live`` whom ``guard`` lets in; without one, everybody."""
    guard = guard or Guard()
    metrics = Metrics(live)
    answering = Answering(metrics)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        live.start()
        yield
        live.stop()
        answering.stop()

    app = FastAPI(
        title="semsearch",
        version=version("semsearch"),
        description="Ask a body of scientific papers questions in your own words.",
        lifespan=lifespan,
        docs_url=None,  # ours asks no other host
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    # Level 1: a tenth more bytes than the default of 9 sends, in a fraction of its time.
    app.add_middleware(GZipMiddleware, minimum_size=_WORTH_COMPRESSING, compresslevel=1)
    app.add_middleware(Bodies, most=LARGEST_BODY)
    app.add_middleware(Heads)
    app.add_middleware(guard.before, refuse=pages.refusal)
    app.add_middleware(Requests, metrics=metrics)
    problems.install(app)
    openapi.install(app, guard)
    app.include_router(v1.router(live, answering))
    app.include_router(health.router(live))
    app.include_router(metrics_of.router(metrics))
    app.include_router(viewer.router())
    app.include_router(pages.router(live, answering))
    return app
