"""The HTTP service: what it answers, and from which generation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from importlib.resources import files
from typing import Annotated, Any

from fastapi import FastAPI, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from semsearch.search import Filters, Mode
from semsearch.search.searcher import LONGEST_QUESTION, MOST_HITS
from semsearch.serve import problems
from semsearch.serve.answering import Answering
from semsearch.serve.citation import FORMATS
from semsearch.serve.live import Live
from semsearch.serve.pages import router as pages

_PAGE = files("semsearch.serve").joinpath("page.html")
_MEDIA_TYPES = {
    "json": "application/json",
    "bibtex": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "csl": "application/vnd.citationstyles.csl+json",
}
_MOST_AT_ONCE = 100
_MOST_SEEDS = 100
_DIVERSITY = "0: the most related. 1: as unlike each other as can be."
_QUESTION = (
    "The question, in your own words; or a title, an author, an identifier. "
    '`"a phrase"` must stand in a paper, `-word` and `-"a phrase"` must not.'
)

Count = Annotated[int, Query(ge=1, le=_MOST_AT_ONCE, description="How many hits at most.")]


class Related(BaseModel):
    """What ``POST /v1/related`` asks for."""

    model_config = ConfigDict(extra="forbid")

    positive: list[str] = Field(
        min_length=1, max_length=_MOST_SEEDS, description="Ids of papers to find the like of."
    )
    negative: list[str] = Field([], max_length=_MOST_SEEDS, description="Ids of papers to keep away from.")
    k: int = Field(10, ge=1, le=_MOST_AT_ONCE, description="How many hits at most.")
    diversity: float = Field(0.0, ge=0, le=1, description=_DIVERSITY)


def create_app(live: Live) -> FastAPI:
    """The application, answering from ``live``."""
    answering = Answering()

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
    )
    problems.install(app)
    app.include_router(pages(live, answering))

    @app.get("/", include_in_schema=False)
    def page() -> HTMLResponse:
        return HTMLResponse(_PAGE.read_text(encoding="utf-8"))

    @app.get("/health/live", tags=["health"], summary="Is the process alive?")
    def health_live() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/health/ready", tags=["health"], summary="Can a question be answered?")
    def health_ready() -> dict[str, Any]:
        searcher = live.searcher
        ready: dict[str, Any] = {
            "status": "ready",
            "generation": searcher.generation.id,
            "papers": len(searcher),
        }
        return ready | ({"problem": live.problem} if live.problem else {})

    @app.get("/v1/search", tags=["papers"], summary="The papers that answer a question best")
    async def search(
        q: Annotated[str, Query(max_length=LONGEST_QUESTION, description=_QUESTION)],
        k: Count = 10,
        mode: Mode = "auto",
        year_from: Annotated[int | None, Query(ge=0, le=9999)] = None,
        year_to: Annotated[int | None, Query(ge=0, le=9999)] = None,
        author: Annotated[str | None, Query(max_length=500)] = None,
        venue: Annotated[str | None, Query(max_length=500)] = None,
        offset: Annotated[int, Query(ge=0, le=MOST_HITS - _MOST_AT_ONCE)] = 0,
    ) -> Response:
        filters, searcher = Filters(year_from, year_to, author, venue), live.searcher
        asking = searcher.asking(q, k, mode=mode, filters=filters, offset=offset)
        return await answering.search(searcher, asking)

    @app.get("/v1/papers/{identifier:path}", tags=["papers"], summary="One paper, by id or DOI")
    def paper(
        identifier: str,
        form: Annotated[str, Query(alias="format", pattern="^(json|bibtex|ris|csl)$")] = "json",
    ) -> Response:
        found = live.searcher.paper(identifier)
        return Response(FORMATS[form](found), media_type=_MEDIA_TYPES[form])

    @app.get("/v1/related/{identifier:path}", tags=["papers"], summary="Papers related to one")
    async def related(
        identifier: str,
        k: Count = 10,
        diversity: Annotated[float, Query(ge=0, le=1, description=_DIVERSITY)] = 0.0,
        unlike: Annotated[
            list[str],
            Query(alias="not", max_length=_MOST_SEEDS, description="Ids of papers to keep away from."),
        ] = [],  # noqa: B006 -- FastAPI copies it
    ) -> Response:
        searcher = live.searcher
        return await answering.related(
            lambda: searcher.related(identifier, k, unlike=unlike, diversity=diversity)
        )

    @app.post("/v1/related", tags=["papers"], summary="Papers related to several, and unlike others")
    async def related_to_several(wanted: Related) -> Response:
        searcher = live.searcher
        return await answering.related(
            lambda: searcher.related(
                wanted.positive, wanted.k, unlike=wanted.negative, diversity=wanted.diversity
            )
        )

    return app
