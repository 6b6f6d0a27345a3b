"""The HTTP service, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from semsearch.serve import health, openapi, pages, problems, v1, viewer
from semsearch.serve import metrics as metrics_of
from semsearch.serve.admission import Admission
from semsearch.serve.answering import Answering
from semsearch.serve.bodies import Bodies
from semsearch.serve.guard.guard import Guard
from semsearch.serve.heads import Heads
from semsearch.serve.health import Readiness
from semsearch.serve.live import Live
from semsearch.serve.metrics import Metrics
from semsearch.serve.places import Places
from semsearch.serve.requests import Requests
from semsearch.serve.settings import DEFAULT, Limits
from semsearch.serve.v1.parameters import LARGEST_BODY

_WORTH_COMPRESSING = 1_000  # bytes; less fits into one packet as it is


def create_app(
    live: Live, *, limits: Limits = DEFAULT, metrics_port: int | None = None, guard: Guard | None = None
) -> FastAPI:
    """The application.

    Args:
        live: Whom it answers from.
        limits: What it grants to whoever asks.
        metrics_port: The port on which alone there are metrics; None for any.
        guard: Whom it lets in; None for everybody.
    """
    guard = guard or Guard()
    metrics = Metrics(live)
    answering = Answering(metrics)

    def stopping() -> bool:
        return bool(app.state.stopping)

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
    # Whoever runs it tells it that it stops, counts what never gets here, and waits for its threads.
    app.state.stopping, app.state.metrics, app.state.answering = False, metrics, answering
    app.state.metrics_port = metrics_port
    # Level 1: a tenth more bytes than the default of 9 sends, in a fraction of its time.
    app.add_middleware(GZipMiddleware, minimum_size=_WORTH_COMPRESSING, compresslevel=1)
    app.add_middleware(Heads)
    app.add_middleware(
        Admission,
        live=live,
        limits=limits,
        places=Places(limits.places, limits.max_wait) if limits.max_wait is not None else None,
        metrics=metrics,
        stopping=stopping,
    )
    app.add_middleware(Bodies, most=LARGEST_BODY, limits=limits, metrics=metrics)
    app.add_middleware(guard.before, refuse=pages.refusal)
    app.add_middleware(Requests, metrics=metrics)
    problems.install(app)
    openapi.install(app, guard)
    app.include_router(v1.router(live, answering))
    app.include_router(health.router(live, Readiness(live, answering, stopping)))
    app.include_router(metrics_of.router(metrics, metrics_port))
    app.include_router(viewer.router())
    app.include_router(pages.router(live, answering))
    return app
