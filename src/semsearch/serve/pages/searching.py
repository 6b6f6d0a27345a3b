"""The page of a question: the start page, an answer, or all papers that pass some filters."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from semsearch.errors import QuestionError
from semsearch.search import Searcher
from semsearch.search.facets import Facets
from semsearch.search.fusion import POOL
from semsearch.search.searcher import LONGEST_QUESTION, MOST_HITS
from semsearch.serve.answering import Answering
from semsearch.serve.live import Live
from semsearch.serve.pages import address
from semsearch.serve.pages.address import PAGE, Address
from semsearch.serve.pages.collection import Collections
from semsearch.serve.pages.histogram import histogram
from semsearch.serve.pages.rendering import render
from semsearch.serve.pages.showing import Shown, listed, shown

_NEAREST = 3  # hits shown of an answer that is none


async def search_page(
    request: Request, live: Live, answering: Answering, collections: Collections
) -> Response:
    """What the address of a request asks for, in full.

    Raises:
        GenerationGone: It is of a generation that can no longer be asked.
    """
    asked = address.read(request.query_params)
    searcher = await answering.searcher(live, asked.generation)
    collection = await answering.work(lambda: collections.of(searcher))
    status, values = 200, dict[str, Any]()
    if not asked.blank:
        try:
            values = await _answer(searcher, answering, asked)
        except QuestionError:
            status, values = 422, {"trouble": _trouble(asked.q)}
    elif asked.filters:
        values = await answering.work(lambda: _passing(searcher, asked))
    elif "q" in request.query_params:
        values = {"trouble": "blank"}
    page = {"asked": asked, "collection": collection, "generation": searcher.generation.id}
    nothing = {"hits": None, "trouble": None, "bars": histogram(collection.years)}
    return await run_in_threadpool(render, request, "search.html", status, **{**nothing, **page, **values})


async def _answer(searcher: Searcher, answering: Answering, asked: Address) -> dict[str, Any]:
    """The hits of a question, and one more to know whether there is a next page."""
    q, mode, filters = asked.q, asked.mode, asked.filters or None
    wanted = min(PAGE + 1, MOST_HITS - asked.offset)
    asking = searcher.asking(q, wanted, mode=mode, filters=filters, offset=asked.offset)
    results = await answering.results(searcher, asking)
    facets = await answering.facets(searcher, searcher.counting(q, mode=mode, filters=filters))
    hits = [shown(hit) for hit in results]
    weak = results.confidence == "weak" and asked.page == 1
    return _list(asked, hits, facets) | {
        "results": results,
        "weak": weak,
        "nearest": _NEAREST if weak else PAGE,
        "many": facets.papers >= POOL,
        "notes": results.notes,
    }


def _passing(searcher: Searcher, asked: Address) -> dict[str, Any]:
    """The papers that pass the filters, newest first."""
    papers = searcher.generation.papers
    rows = papers.newest(asked.filters, PAGE + 1, asked.offset)
    hits = [listed(paper, asked.offset + i) for i, paper in enumerate(papers.get(rows), 1)]
    return _list(asked, hits, searcher.facets(filters=asked.filters))


def _list(asked: Address, hits: list[Shown], facets: Facets) -> dict[str, Any]:
    filters = asked.filters
    return {
        "hits": hits[:PAGE],
        "more": len(hits) > PAGE,
        "facets": facets,
        "bars": histogram(facets.years, filters.year_from, filters.year_to),
        "weak": False,
        "nearest": PAGE,
        "many": False,
        "notes": [],
    }


def _trouble(question: str) -> str:
    """Why a question cannot be asked, as the catalogue names it."""
    if not any(c.isalnum() for c in question):
        return "blank"
    return "long" if len(question) > LONGEST_QUESTION else "unwanted"
