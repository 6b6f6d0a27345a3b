"""Many questions at once: who computes what, on which thread."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from starlette.responses import Response

from semsearch.encode import Vectors
from semsearch.encode.questions import MOST_TOGETHER
from semsearch.search import Results, Searcher
from semsearch.search.searcher import Asking

P = ParamSpec("P")
T = TypeVar("T")


class Answering:
    """The threads of a server.

    Ranking is done by as many threads as there are cores: more would take turns, and each keeps memory of its
    own. Those who wait for the encoder are on other threads, so that all who wait are encoded together.
    """

    def __init__(self) -> None:
        self._ranking = ThreadPoolExecutor(os.cpu_count() or 1, "semsearch-rank")
        self._encoding = ThreadPoolExecutor(MOST_TOGETHER, "semsearch-encode")

    async def search(self, searcher: Searcher, asking: Asking) -> Response:
        """The answer to a question of `Searcher.asking`."""
        step = await _on(self._ranking, _advance, asking)
        while isinstance(step, list):
            vectors = await _on(self._encoding, searcher.encoder.encode_queries, step)
            step = await _on(self._ranking, _advance, asking, vectors)
        return step

    async def results(self, searcher: Searcher, asking: Asking) -> Results:
        """The same, not yet rendered."""
        return await _on(self._ranking, lambda: _answered(searcher, asking))

    async def related(self, find: Callable[[], Results]) -> Response:
        """What ``find`` finds."""
        return await _on(self._ranking, lambda: answer(find()))

    def stop(self) -> None:
        """Let the threads end."""
        for pool in (self._ranking, self._encoding):
            pool.shutdown(wait=False, cancel_futures=True)


async def _on(pool: ThreadPoolExecutor, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What ``work`` returns, done by a thread of the pool."""
    return await asyncio.get_running_loop().run_in_executor(pool, partial(work, *args, **kwargs))


def _advance(asking: Asking, vectors: Vectors | None = None) -> list[str] | Response:
    """The texts to encode next, or the answer."""
    try:
        return next(asking) if vectors is None else asking.send(vectors)
    except StopIteration as end:
        return answer(end.value)


def _answered(searcher: Searcher, asking: Asking) -> Results:
    try:
        asking.send(searcher.encoder.encode_queries(next(asking)))
    except StopIteration as end:
        results: Results = end.value
        return results
    raise AssertionError("a question is encoded once")


def answer(results: Results) -> Response:
    """Results as JSON, with the time of each stage in ``Server-Timing`` (W3C, Server Timing)."""
    stages = [*results.stages.items(), ("total", results.took_ms)]
    return Response(
        json.dumps(results.to_dict(), ensure_ascii=False),
        media_type="application/json",
        headers={"Server-Timing": ", ".join(f"{name};dur={ms:.1f}" for name, ms in stages)},
    )
