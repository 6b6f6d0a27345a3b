"""Many questions at once: who computes what, on which thread."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Generic, ParamSpec, TypeVar

from starlette.responses import Response

from semsearch.encode import Vectors
from semsearch.encode.questions import MOST_TOGETHER
from semsearch.search import Facets, Results, Searcher
from semsearch.search.searcher import Asking, Counting
from semsearch.serve.live import Live

P = ParamSpec("P")
R = TypeVar("R")
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
        return await self._advanced(searcher, asking, answer)

    async def results(self, searcher: Searcher, asking: Asking) -> Results:
        """The results of a question of `Searcher.asking`, for who renders them."""
        return await self._advanced(searcher, asking, _same)

    async def facets(self, searcher: Searcher, counting: Counting) -> Facets:
        """The counts of `Searcher.counting`."""
        return await self._advanced(searcher, counting, _same)

    async def related(self, find: Callable[[], Results]) -> Response:
        """What ``find`` finds."""
        return await self.work(lambda: answer(find()))

    async def searcher(self, live: Live, generation: str | None) -> Searcher:
        """`Live.at`."""
        return live.at(generation)

    async def work(self, compute: Callable[[], T]) -> T:
        """What ``compute`` returns, for what takes long and has nothing to encode."""
        return await _on(self._ranking, compute)

    async def _advanced(
        self, searcher: Searcher, asking: Generator[list[str], Vectors, R], render: Callable[[R], T]
    ) -> T:
        """What a question comes to; what it wants encoded is encoded on the way."""
        step = await _on(self._ranking, _advance, asking, None, render)
        while isinstance(step, list):
            vectors = await _on(self._encoding, searcher.encoder.encode_queries, step)
            step = await _on(self._ranking, _advance, asking, vectors, render)
        return step.value

    def stop(self) -> None:
        """Let the threads end."""
        for pool in (self._ranking, self._encoding):
            pool.shutdown(wait=False, cancel_futures=True)


async def _on(pool: ThreadPoolExecutor, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What ``work`` returns, done by a thread of the pool."""
    return await asyncio.get_running_loop().run_in_executor(pool, partial(work, *args, **kwargs))


@dataclass(frozen=True, slots=True)
class _Done(Generic[T]):
    value: T


def _advance(
    asking: Generator[list[str], Vectors, R], vectors: Vectors | None, render: Callable[[R], T]
) -> list[str] | _Done[T]:
    """The texts to encode next, or the answer."""
    try:
        return next(asking) if vectors is None else asking.send(vectors)
    except StopIteration as end:
        return _Done(render(end.value))


def _same(found: T) -> T:
    return found


def answer(results: Results) -> Response:
    """Results as JSON, with the time of each stage in ``Server-Timing`` (W3C, Server Timing)."""
    stages = [*results.stages.items(), ("total", results.took_ms)]
    return Response(
        json.dumps(results.to_dict(), ensure_ascii=False),
        media_type="application/json",
        headers={"Server-Timing": ", ".join(f"{name};dur={ms:.1f}" for name, ms in stages)},
    )
