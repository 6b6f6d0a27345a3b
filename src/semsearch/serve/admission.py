"""Who is let in: what computes has a place, a time to be done by, and somebody who waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from semsearch.serve import freshness
from semsearch.serve.live import Live
from semsearch.serve.metrics import Metrics
from semsearch.serve.places import Places, outliving
from semsearch.serve.refusals import Reason, refuse
from semsearch.serve.settings import Limits

# Those who watch, files, and what is written once: they cost less than to say no.
_ALWAYS = ("/health/", "/metrics", "/static/", "/docs", "/openapi.json", "/favicon.ico")
# Programs ask for these, and can wait; while the queue stands, people and single questions go first.
_BULK = ("/v1/export", "/v1/facets", "/v1/feed")


class Admission:
    """Lets a request in when there is a place for it, and lets go of it in time.

    Whoever has to wait for too long is told so with 503, and to come back; so is whoever's answer takes too
    long. What a client asked that has gone since is not worked on any more. An answer that is sent needs no
    place: it is complete before its first byte goes.

    Args:
        app: Answers.
        live: Knows who has an answer already.
        limits: How long.
        places: None where nobody is kept waiting.
        metrics: Counts.
        stopping: Whether the service has been told to stop.
    """

    def __init__(
        self,
        app: ASGIApp,
        live: Live,
        limits: Limits,
        places: Places | None,
        metrics: Metrics,
        stopping: Callable[[], bool],
    ) -> None:
        self._app, self._live, self._limits = app, live, limits
        self._places, self._metrics, self._stopping = places, metrics, stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"].startswith(_ALWAYS) or self._unchanged(scope):
            await self._app(scope, receive, send)
            return
        body: Message = await receive()  # in one piece, see `Bodies`
        bulk = _bulk(scope, body.get("body", b""))
        loop, held = asyncio.get_running_loop(), list[Future[Any]]()
        began = gone = False
        place: float | None = None  # since when

        def leave() -> None:
            nonlocal place
            if place is None:
                return
            took, place = loop.time() - place, None
            # A place is free when its thread is, whoever still waits for what that does.
            working = [work for work in held if not work.done()]
            if working:
                working[-1].add_done_callback(lambda _: _call(loop, self._left))
            else:
                self._left(None if bulk else took)

        async def read() -> Message:
            nonlocal body
            message, body = body, {"type": "http.disconnect"}
            return message

        async def sent(message: Message) -> None:
            nonlocal began
            if not began:
                began = True
                leave()
                limit.reschedule(None)
                watching.cancel()
            await send(message)

        async def watch() -> None:
            nonlocal gone
            while (await receive())["type"] != "http.disconnect":
                pass
            gone = True
            limit.reschedule(loop.time())

        watching = loop.create_task(watch())
        reason: Reason | None = None
        outliving.set(held)
        try:
            async with asyncio.timeout(self._limits.max_seconds) as limit:
                if await self._taken(patient=not bulk):
                    place = loop.time()
                    await self._app(scope, read, sent)
                else:
                    reason = "busy"
        except TimeoutError:
            if began or not limit.expired():
                raise
            reason = "slow"
        except asyncio.CancelledError:
            if began or not self._stopping():
                raise
            reason = "stopping"
        finally:
            watching.cancel()
            leave()
        if gone and not began:
            self._metrics.refused("gone")
        elif reason is not None:
            self._metrics.refused(reason)
            await refuse(reason, scope, receive, send)

    async def _taken(self, *, patient: bool) -> bool:
        if self._places is None:
            self._metrics.working.inc()
            return True
        now = asyncio.get_running_loop().time
        since = now()
        self._metrics.queued.inc()
        try:
            found = await self._places.take(patient=patient)
        finally:
            self._metrics.queued.dec()
            self._metrics.waited(now() - since)
        if found:
            self._metrics.working.inc()
        return found

    def _left(self, seconds: float | None = None) -> None:
        self._metrics.working.dec()
        if self._places is not None:
            self._places.leave(seconds)

    def _unchanged(self, scope: Scope) -> bool:
        """Whether the answer is 304 for certain."""
        path = scope["path"]
        if scope["method"] not in {"GET", "HEAD"} or not path.startswith(("/v1/", "/map/")):
            return False
        known = next((value for name, value in scope["headers"] if name == b"if-none-match"), None)
        if known is None or b"generation=" in scope["query_string"]:
            return False
        return freshness.matches(known.decode("latin-1"), freshness.tag(self._live.searcher))


def _bulk(scope: Scope, body: bytes) -> bool:
    return scope["path"].startswith(_BULK) or (scope["path"] == "/v1/search" and b'"queries"' in body)


def _call(loop: asyncio.AbstractEventLoop, done: Callable[[], None]) -> None:
    """Have the loop call, unless it has ended."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(done)
