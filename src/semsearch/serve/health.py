"""Whether the service lives, and whether it can answer: for whoever watches over it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from itertools import count
from uuid import uuid4

from fastapi import APIRouter
from starlette.responses import Response

from semsearch.errors import SemsearchError
from semsearch.serve.answering import Answering
from semsearch.serve.live import Live
from semsearch.serve.problems import problem, problems
from semsearch.serve.v1.documents import Alive, Ready
from semsearch.serve.v1.replies import document

_FRESH = 1.0  # seconds for which an answer proves that there are others
_PATIENCE = 5.0  # seconds that a question to oneself may take


class Readiness:
    """Finds out by asking.

    As long as questions are answered, that is proof enough. When none was for a second, one is asked here, in
    words that the encoder has not yet seen.

    Args:
        live: Who is asked.
        answering: On the threads that answer everybody.
        stopping: Whether the service has been told to stop.
        patience: Seconds after which no answer is one.
    """

    def __init__(
        self, live: Live, answering: Answering, stopping: Callable[[], bool], patience: float = _PATIENCE
    ) -> None:
        self._live, self._answering, self._stopping = live, answering, stopping
        self._patience = patience
        self._asking = asyncio.Lock()
        self._number = count()
        self._words = uuid4().hex

    async def trouble(self) -> str | None:
        """What keeps a question from being answered now; None if nothing does."""
        if self._stopping():
            return "the service is being stopped."
        async with self._asking:  # many who watch are told of one question
            if self._proved():
                return None
            return await self._ask()

    def _proved(self) -> bool:
        last = self._answering.answered_at
        return last is not None and time.monotonic() - last < _FRESH

    async def _ask(self) -> str | None:
        searcher = self._live.searcher
        try:
            async with asyncio.timeout(self._patience):
                await self._answering.results(
                    searcher, searcher.asking(f"{self._words} {next(self._number)}", 1, mode="dense")
                )
        except TimeoutError:
            return f"a question was not answered within {self._patience:g} seconds."
        except SemsearchError as error:
            return str(error)
        except Exception as error:  # noqa: BLE001 -- whatever it is, questions are not answered
            return f"a question could not be answered: {type(error).__name__}."
        return None


def router(live: Live, readiness: Readiness) -> APIRouter:
    """The routes, telling of ``live``."""
    routes = APIRouter(prefix="/health", tags=["health"])

    @routes.get("/live", summary="Is the process alive?", responses={200: {"model": Alive}})
    async def alive() -> Response:
        return document({"status": "alive"})

    @routes.get(
        "/ready",
        summary="Can a question be answered?",
        responses=problems(503) | {200: {"model": Ready}},
    )
    async def ready() -> Response:
        if (trouble := await readiness.trouble()) is not None:
            return problem(503, f"Questions are not answered: {trouble}")
        searcher, refused = live.searcher, live.problem
        found = {"status": "ready", "generation": searcher.generation.id, "papers": len(searcher)}
        return document(found | ({"problem": refused} if refused else {}))

    return routes
