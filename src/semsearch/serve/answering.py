"""Many questions at once: who computes what, on which thread."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar

from semsearch.encode import Vectors
from semsearch.encode.questions import MOST_TOGETHER
from semsearch.search import Facets, Results, Searcher
from semsearch.search.searcher import Asking, Counting
from semsearch.serve.live import Live
from semsearch.serve.metrics import Metrics
from semsearch.serve.places import outliving

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Done(Generic[R]):
    """What came of a question."""

    value: R


class Answering:
    """The threads of a server.

    Ranking is done by as many threads as there are cores: more would take turns, and each keeps memory of its
    own. Those who wait for the encoder are on other threads, so that all who wait are encoded together.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._doing = set[Future[Any]]()
        self.answered_at: float | None = None  # time.monotonic() of the last question that was answered
        self._ranking = ThreadPoolExecutor(os.cpu_count() or 1, "semsearch-rank")
        self._encoding = ThreadPoolExecutor(MOST_TOGETHER, "semsearch-encode")

    async def searcher(self, live: Live, generation: str | None) -> Searcher:
        """`Live.at`, with nobody else waiting for a generation to be opened.

        Raises:
            GenerationGone: As there.
        """
        found = live.at_hand(generation)
        return await self._on(self._encoding, live.at, generation) if found is None else found

    async def results(self, searcher: Searcher, asking: Asking) -> Results:
        """The answer to a question of `Searcher.asking`."""
        return await self.answer(searcher, asking, _as_it_is)

    async def facets(self, searcher: Searcher, counting: Counting) -> Facets:
        """The facets of a question of `Searcher.counting`."""
        return await self.answer(searcher, counting, _as_it_is)

    async def answer(
        self, searcher: Searcher, asking: Generator[list[str], Vectors, T], then: Callable[[T], R]
    ) -> R:
        """What ``then`` makes of the answer to a question, on the thread that ranked it."""
        step = await self._on(self._ranking, self._advance, asking, then)
        while not isinstance(step, _Done):
            vectors = await self._on(self._encoding, searcher.encoder.encode_queries, step)
            step = await self._on(self._ranking, self._advance, asking, then, vectors)
        return step.value

    async def together(
        self,
        searcher: Searcher,
        askings: Sequence[Generator[list[str], Vectors, T]],
        then: Callable[[T], R],
    ) -> list[R]:
        """The same for several questions, which are encoded together.

        They are ranked one after the other, so that whoever else asks meanwhile has his turn between them.
        """
        steps = [await self._on(self._ranking, self._advance, asking, then) for asking in askings]
        texts = [text for step in steps if not isinstance(step, _Done) for text in step]
        vectors = await self._on(self._encoding, searcher.encoder.encode_queries, texts) if texts else None
        found, taken = list[R](), 0
        for asking, step in zip(askings, steps, strict=True):
            if not isinstance(step, _Done) and vectors is not None:
                taken, start = taken + len(step), taken
                step = await self._on(self._ranking, self._advance, asking, then, vectors[start:taken])
            assert isinstance(step, _Done)  # noqa: S101 -- a question is encoded once
            found.append(step.value)
        return found

    async def work(self, compute: Callable[[], T]) -> T:
        """What ``compute`` returns, for what takes long and has nothing to encode."""
        return await self._on(self._ranking, compute)

    def _advance(
        self,
        asking: Generator[list[str], Vectors, T],
        then: Callable[[T], R],
        vectors: Vectors | None = None,
    ) -> list[str] | _Done[R]:
        """The texts to encode next, or what came of the question."""
        try:
            return next(asking) if vectors is None else asking.send(vectors)
        except StopIteration as end:
            self.answered_at = time.monotonic()
            if isinstance(end.value, Results):
                self._metrics.answered(end.value)
            return _Done(then(end.value))

    async def _on(
        self, pool: ThreadPoolExecutor, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What ``work`` returns, done by a thread of the pool; not at all if nobody waits any more."""
        doing = pool.submit(work, *args, **kwargs)
        self._doing.add(doing)
        doing.add_done_callback(self._doing.discard)
        try:
            return await asyncio.wrap_future(doing)
        except asyncio.CancelledError:
            held = outliving.get()
            if not doing.cancel() and held is not None:
                held.append(doing)
            raise

    @property
    def idle(self) -> bool:
        """Whether no thread does anything."""
        return not self._doing

    def stop(self) -> None:
        """Let the threads end."""
        for pool in (self._ranking, self._encoding):
            pool.shutdown(wait=False, cancel_futures=True)


def _as_it_is(answer: T) -> T:
    return answer
