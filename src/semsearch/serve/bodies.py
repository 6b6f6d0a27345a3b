"""Bodies of requests: each is read to its end before any work is done, and none beyond what anybody needs."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from semsearch.serve.metrics import Metrics
from semsearch.serve.problems import problem
from semsearch.serve.refusals import refuse
from semsearch.serve.settings import Limits


class Bodies:
    """Hands on requests whose bodies are here in full.

    So a client that sends slowly, or stops, keeps nobody from working. A body that is too large is refused as
    soon as it is, with 413, and one that comes too slowly with 408.

    Args:
        app: Is given each body in one piece.
        most: Bytes that a body may have.
        limits: How long it may take, and how much is held of all bodies together.
        metrics: Counts those that are refused.
    """

    def __init__(self, app: ASGIApp, most: int, limits: Limits, metrics: Metrics) -> None:
        self._app, self._most, self._limits, self._metrics = app, most, limits, metrics
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        parts = list[bytes]()
        try:
            await self._read(parts, scope, receive, send)
        finally:
            self._held -= sum(map(len, parts))

    async def _read(self, parts: list[bytes], scope: Scope, receive: Receive, send: Send) -> None:
        size, more = 0, True
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        return
                    parts.append(message.get("body", b""))
                    size, more = size + len(parts[-1]), message.get("more_body", False)
                    self._held += len(parts[-1])
                    if size > self._most:
                        self._metrics.refused("large_body")
                        detail = f"The body is larger than the {self._most:,} bytes that are read."
                        await _closing(413, detail)(scope, receive, send)
                        return
                    if self._held > self._limits.bodies_bytes:
                        self._metrics.refused("busy")
                        await refuse("busy", scope, receive, send)
                        return
        except TimeoutError:
            self._metrics.refused("slow_body")
            detail = f"The body did not come within {self._limits.body_seconds:g} seconds."
            await _closing(408, detail)(scope, receive, send)
            return
        whole: Message | None = {"type": "http.request", "body": b"".join(parts), "more_body": False}

        async def read() -> Message:
            nonlocal whole
            message, whole = whole, None
            return await receive() if message is None else message

        await self._app(scope, read, send)


def _closing(status: int, detail: str) -> ASGIApp:
    """A problem after which nothing more is read from the connection."""
    return problem(status, detail, headers={"Connection": "close"})
