"""Which page each address shows."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from semsearch.errors import GenerationGone, PaperNotFound, QuestionError, SemsearchError
from semsearch.paper import Paper
from semsearch.search import Results
from semsearch.serve.answering import Answering
from semsearch.serve.live import Live
from semsearch.serve.pages import address, assets, embedding, scholar
from semsearch.serve.pages import map as landscape
from semsearch.serve.pages.collection import Collections
from semsearch.serve.pages.records import records
from semsearch.serve.pages.rendering import render
from semsearch.serve.pages.searching import search_page
from semsearch.serve.pages.showing import shown
from semsearch.serve.problems import status_of
from semsearch.serve.v1.parameters import MOST_SEEDS

_RELATED = 20  # papers related to those that were ticked
_BESIDE = 6  # papers related to the one of a page
_KIND: dict[type[SemsearchError], str] = {
    PaperNotFound: "missing",
    GenerationGone: "gone",
    QuestionError: "both",
}


class _Page(APIRoute):
    """A route whose errors are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handler(request)
            except SemsearchError as error:
                status = status_of(error)
                asked, kind = address.read(request.query_params), _KIND.get(type(error), "service")
                identifier = request.path_params.get("identifier") or ", ".join(
                    request.query_params.getlist("like") + request.query_params.getlist("not")
                )
                return render(request, "error.html", status, kind=kind, asked=asked, id=identifier)

        return answered


def router(live: Live, answering: Answering) -> APIRouter:
    """The pages of an application, and all they load."""
    routes = APIRouter(route_class=_Page, include_in_schema=False)
    collections = Collections()
    routes.include_router(landscape.router(live, answering))

    @routes.get("/", response_class=HTMLResponse)
    async def search(request: Request) -> Response:
        return await search_page(request, live, answering, collections)

    @routes.get("/papers/{identifier:path}", response_class=HTMLResponse)
    async def paper(request: Request, identifier: str) -> Response:
        searcher = live.searcher

        def looked_up() -> tuple[Paper, list[Paper], Results]:
            found = searcher.paper(identifier)
            return found, searcher.versions(found.id), searcher.related(found.id, _BESIDE)

        found, versions, related = await answering.work(looked_up)
        here = str(request.base_url).rstrip("/") + address.of_paper(found.id)
        return await run_in_threadpool(
            render,
            request,
            "paper.html",
            paper=found,
            url=_readable(found),
            since=searcher.added(found.id),
            versions=versions,
            records=records(found),
            related=[shown(hit) for hit in related],
            canonical=here,
            tags=scholar.tags(found, here),
        )

    @routes.get("/related", response_class=HTMLResponse)
    async def related(
        request: Request,
        like: Annotated[list[str], Query(max_length=MOST_SEEDS)] = [],  # noqa: B006 -- FastAPI copies it
        unlike: Annotated[list[str], Query(alias="not", max_length=MOST_SEEDS)] = [],  # noqa: B006
    ) -> Response:
        searcher = live.searcher
        seeds = [searcher.paper(seed) for seed in dict.fromkeys(like)]
        away = [searcher.paper(seed) for seed in dict.fromkeys(unlike)]
        values: dict[str, Any] = {"seeds": seeds, "away": away, "hits": [], "weak": False}
        if seeds:
            found = await answering.work(lambda: searcher.related(like, _RELATED, unlike=unlike))
            values |= {"hits": [shown(hit) for hit in found], "weak": found.confidence == "weak"}
        return await run_in_threadpool(render, request, "related.html", **values)

    @routes.post("/related")
    async def ticked(request: Request) -> Response:
        """Put the papers that are ticked to those in the address, as papers to be like or unlike."""
        body = parse_qsl((await request.body()).decode(errors="replace"))
        ids = list(dict.fromkeys(value for name, value in body if name == "ids"))
        like, unlike = (request.query_params.getlist(name) for name in ("like", "not"))
        if ("as", "not") in body:
            unlike += [seed for seed in ids if seed not in like + unlike]
        else:
            like += [seed for seed in ids if seed not in like + unlike]
        if max(len(like), len(unlike)) > MOST_SEEDS:
            raise HTTPException(
                HTTPStatus.UNPROCESSABLE_ENTITY, f"At most {MOST_SEEDS} papers of either kind."
            )
        seeds = [*(("like", seed) for seed in like), *(("not", seed) for seed in unlike)]
        kept = [("lang", request.query_params["lang"])] if "lang" in request.query_params else []
        return RedirectResponse(address.with_query("/related", seeds + kept), HTTPStatus.SEE_OTHER)

    @routes.get("/embed.js")
    async def embed(
        request: Request, paper: str, k: Annotated[int, Query(ge=1, le=20)] = 5, lang: str | None = None
    ) -> Response:
        searcher = live.searcher
        try:
            hits = await answering.work(lambda: searcher.related(paper, k))
        except PaperNotFound:
            return embedding.nothing(paper)
        return embedding.script(request, hits, lang)

    @routes.get("/static/{name}")
    def static(name: str) -> Response:
        asset = assets.assets().get(name)
        if asset is None:
            return PlainTextResponse("No such file.", HTTPStatus.NOT_FOUND)
        headers = {"Cache-Control": assets.FOREVER, "X-Content-Type-Options": "nosniff"}
        return Response(asset.content, media_type=asset.media_type, headers=headers)

    return routes


def _readable(paper: Paper) -> str | None:
    """Where the paper can be read, if that is an address of the web and not its DOI again."""
    url = paper.url or ""
    known = paper.doi is not None and url.lower().endswith(paper.doi.lower())
    return url if url.startswith(("https://", "http://")) and not known else None
