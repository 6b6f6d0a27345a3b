"""`/v1/feed`: the papers that a question finds, as they come."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from semsearch.search.arrivals import Arrival
from semsearch.serve import feed, freshness
from semsearch.serve.answering import Answering
from semsearch.serve.live import Live
from semsearch.serve.problems import problems
from semsearch.serve.v1 import described
from semsearch.serve.v1.parameters import Listed


def add(routes: APIRouter, live: Live, answering: Answering) -> None:
    """Add the routes, answering from ``live``."""

    @routes.get(
        "/feed",
        summary="New papers that answer a question, as an Atom feed",
        description=(
            "A paper is an entry from when it comes into the index on, and keeps its id and its date "
            "through every rebuild. The latest come first. With a question, only papers that are about it: "
            "those that came together are ranked among themselves, and the weak ones are left out."
        ),
        response_class=Response,
        responses=problems(422, 503) | described.feed(),
    )
    async def new_papers(request: Request, asked: Annotated[Listed, Query()]) -> Response:
        searcher = live.searcher
        tag = freshness.tag(searcher)
        if (known := freshness.unchanged(request, tag)) is not None:
            return known
        since = int(searcher.generation.added.min())

        def reply(arrivals: tuple[Arrival, ...]) -> Response:
            content = feed.write(_about(asked, str(request.base_url), since), arrivals)
            return Response(content, headers=freshness.headers(tag), media_type=feed.MEDIA_TYPE)

        arriving = searcher.arriving(asked.question(), asked.k, mode=asked.mode, filters=asked.filters())
        return await answering.answer(searcher, arriving, reply)


def _about(asked: Listed, home: str, since: int) -> feed.Feed:
    question, years = asked.question(), (asked.year_from, asked.year_to)
    title = [f"New papers: {question}" if question else "New papers"]
    title += [name for name in (asked.author, asked.venue) if name]
    if any(year is not None for year in years):
        title.append("–".join("" if year is None else str(year) for year in years))
    given = asked.model_dump(exclude_defaults=True)
    page = {name: value for name, value in given.items() if name != "k"}
    return feed.Feed(" · ".join(title), home.rstrip("/"), _path("/v1/feed", given), _path("/", page), since)


def _path(path: str, given: dict[str, object]) -> str:
    return f"{path}?{urlencode(given, errors='replace')}" if given else path
