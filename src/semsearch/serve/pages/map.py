"""The map of the collection: its page, and what the picture is drawn from.

What is drawn belongs to one generation, whose id stands in the address: a browser asks for it once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.concurrency import run_in_threadpool

from semsearch.errors import QuestionError
from semsearch.index.generation import Generation
from semsearch.index.landscape import Levels, Region
from semsearch.search import Results, Searcher
from semsearch.search.hits import Hit
from semsearch.serve import freshness
from semsearch.serve.answering import Answering
from semsearch.serve.live import Live
from semsearch.serve.pages import address, assets
from semsearch.serve.pages.rendering import render

_LIT = 50  # papers that a question lights up at most
_NEAREST = 3  # of an answer that is none
_TOGETHER = 100  # papers whose titles are asked for at once
_AUTHORS = 3
_FEW = 4  # regions; fewer are no table of contents

Generations = Annotated[str | None, Query(description="Id of a generation; by default the published one.")]


def router(live: Live, answering: Answering) -> APIRouter:
    """The map of an application."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/map", response_class=HTMLResponse)
    async def page(request: Request, q: str = "", generation: Generations = None) -> Response:
        searcher = await answering.searcher(live, generation)
        status, results = HTTPStatus.OK, None
        if q.strip():
            try:
                results = await answering.results(searcher, searcher.asking(q.strip(), _LIT))
            except QuestionError:
                status = HTTPStatus.UNPROCESSABLE_ENTITY
        return await run_in_threadpool(_page, request, searcher, q.strip(), status, results)

    @routes.get("/map/points")
    def points(request: Request, generation: Generations = None) -> Response:
        searcher = live.at(generation)
        tag = freshness.tag(searcher)
        return freshness.unchanged(request, tag) or Response(
            searcher.generation.landscape.points.tobytes(),
            headers=_kept(tag, generation),
            media_type="application/octet-stream",
        )

    @routes.get("/map/regions")
    def regions(request: Request, generation: Generations = None) -> Response:
        searcher = live.at(generation)
        tag = freshness.tag(searcher)
        levels = searcher.generation.landscape.levels
        return freshness.unchanged(request, tag) or JSONResponse(
            {"levels": [[asdict(region) for region in level] for level in levels]},
            headers=_kept(tag, generation),
        )

    @routes.get("/map/papers")
    def papers(
        request: Request,
        rows: Annotated[str, Query(pattern=r"^\d{1,9}(,\d{1,9})*$", max_length=10 * _TOGETHER)],
        generation: Generations = None,
    ) -> Response:
        searcher = live.at(generation)
        wanted = [int(row) for row in rows.split(",")]
        if len(wanted) > _TOGETHER or max(wanted) >= len(searcher):
            detail = f"rows: at most {_TOGETHER} numbers, each below {len(searcher)}"
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
        tag = freshness.tag(searcher)
        return freshness.unchanged(request, tag) or JSONResponse(
            {"papers": _labels(searcher.generation, wanted)}, headers=_kept(tag, generation)
        )

    return routes


def _labels(generation: Generation, rows: Sequence[int]) -> list[dict[str, Any]]:
    """What is shown of a paper when it is pointed at."""
    return [
        {
            "row": row,
            "title": paper.title,
            "authors": paper.authors[:_AUTHORS],
            "others": max(0, len(paper.authors) - _AUTHORS),
            "year": paper.year,
            "path": address.of_paper(paper.id),
        }
        for row, paper in zip(rows, generation.papers.get(rows), strict=True)
    ]


def _page(
    request: Request, searcher: Searcher, question: str, status: int, results: Results | None
) -> Response:
    generation = searcher.generation
    hits = lit(results) if results else []
    return render(
        request,
        "map.html",
        status,
        q=question,
        unread=status != HTTPStatus.OK,
        weak=results is not None and results.confidence == "weak",
        hits=[(generation.papers.row_of(hit.paper.id), hit) for hit in hits],
        answered=results is not None,
        generation=generation.id,
        papers=len(searcher),
        regions=listed(generation.landscape.levels),
        view={name: request.query_params[name] for name in "xyz" if name in request.query_params},
    )


def lit(results: Results) -> list[Hit]:
    """The hits that are lit: those that are about the question, or the nearest few where none is."""
    about = [hit for hit in results if hit.confidence != "weak"]
    return about or list(results[:_NEAREST])


def listed(levels: Levels) -> Sequence[Region]:
    """The regions that the page lists: the coarse ones, or the next finer where these are few."""
    return next((level for level in levels if len(level) >= _FEW), levels[-1] if levels else ())


def _kept(tag: str, generation: str | None) -> dict[str, str]:
    """A browser keeps what a generation's address answers, and asks again for what the published one does."""
    return {**freshness.headers(tag), **({"Cache-Control": assets.FOREVER} if generation else {})}
