"""Bodies of requests: none is read beyond what anybody needs."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Bodies:
    """Has a body that is too large refused as soon as it is, with 413.

    Args:
        app: Reads bodies.
        most: Bytes that a body may have.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._most:
                raise HTTPException(413, f"The body is larger than the {self._most:,} bytes that are read.")
            return message

        await self._app(scope, limited if scope["type"] == "http" else receive, send)
