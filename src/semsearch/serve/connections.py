"""Connections: what a client may send before a request is one, and how long it may take over it.

uvicorn reads HTTP; it waits for the rest of a request, and for a client to take its answer, as long as the
connection stays open, and bounds neither the headers nor their number.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from enum import Enum
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from semsearch.serve.settings import Limits

_SLOWEST = 1_000  # bytes a second that are taken of an answer
_LINGER = 1.0  # seconds in which a client that still sends can read why nobody listens
_GRACE = 0.3  # seconds in which a request may come that was on its way when the service was told to stop


class _Phase(Enum):
    IDLE = "between two requests"
    HEAD = "until the end of the headers"
    BODY = "until the end of the body"
    WHOLE = "the request is here"
    REFUSED = "nothing more is read"


class _Refused(Exception):
    """Leaves the parser."""


class Connection(HttpToolsProtocol):
    """One connection. `bound` makes the class that a server is given."""

    limits: Limits
    told: Callable[[str], None]
    spared_port: int | None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        self._phase, self._since, self._head = _Phase.HEAD, self.loop.time(), 0
        self._refusal: tuple[int, str, str] | None = None
        self._unsent: tuple[float, int] | None = None
        self._last = False
        watching = self.server is not None and self.server[1] == self.spared_port
        if len(self.connections) > self.limits.connections and not watching:
            self._refuse(503, "connections", "Too many connections are open. Ask again in a few seconds.")
            transport.close()

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self._phase is _Phase.REFUSED:
            return
        if self._phase is _Phase.IDLE:
            self._begin()
        of_head = self._phase is _Phase.HEAD
        super().data_received(data)
        if of_head and self._phase is _Phase.HEAD:  # all of it, and the end has not come
            self._head += len(data)
            if self._head > self.limits.head_bytes:
                self._refuse(431, "head", f"The headers have more than {self.limits.head_bytes:,} bytes.")

    def on_message_begin(self) -> None:
        """See httptools."""
        super().on_message_begin()
        if self._phase is not _Phase.HEAD:  # one request right behind another
            self._begin()

    def on_url(self, url: bytes) -> None:
        """See httptools."""
        super().on_url(url)
        if len(self.url) > self.limits.url_bytes:
            self._leave(414, "url", f"The address has more than {self.limits.url_bytes:,} bytes.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """See httptools."""
        super().on_header(name, value)
        if len(self.headers) > self.limits.headers:
            self._leave(431, "head", f"There are more than {self.limits.headers} headers.")

    def on_headers_complete(self) -> None:
        """See httptools."""
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.limits.head_bytes:
            self._leave(431, "head", f"The headers have more than {self.limits.head_bytes:,} bytes.")
        self._phase, self._since = _Phase.BODY, self.loop.time()
        super().on_headers_complete()
        if self._last:
            self.cycle.keep_alive = False

    def on_message_complete(self) -> None:
        """See httptools."""
        super().on_message_complete()
        self._phase = _Phase.WHOLE

    def on_response_complete(self) -> None:
        """The answer is written, if not sent."""
        super().on_response_complete()
        if self._phase is _Phase.WHOLE and self.timeout_keep_alive_task is not None:
            self._phase = _Phase.IDLE

    def send_400_response(self, msg: str) -> None:
        """Refuse what the parser does not take."""
        self._refuse(*(self._refusal or (400, "malformed", "This is no HTTP request.")))

    def eof_received(self) -> None:
        """See `asyncio.Protocol`."""
        if self._phase is _Phase.REFUSED:
            self.transport.close()

    def shutdown(self) -> None:
        """Close when what was asked is answered, and when nothing more is on its way."""
        self._last = True
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False
        else:
            self.loop.call_later(_GRACE, self._close_if_idle)

    def sweep(self, now: float) -> None:
        """Close the connection if its client takes too long; to be called every second."""
        late = now - self._since
        if self._phase is _Phase.HEAD and late > self.limits.head_seconds:
            if self._head or self.url_begun:
                detail = f"The headers did not come within {self.limits.head_seconds:g} seconds."
                self._refuse(408, "slow_head", detail)
            else:
                self.told("slow_head")
                self.transport.close()
        elif self._phase is _Phase.BODY and self.cycle.response_complete and late > self.limits.body_seconds:
            self.told("slow_body")  # the rest of a body that nobody wanted
            self.transport.abort()
        unsent = self.transport.get_write_buffer_size()
        if not unsent:
            self._unsent = None
        elif self._unsent is None:
            self._unsent = now, unsent
        elif now - self._unsent[0] >= self.limits.reading_seconds:
            if self._unsent[1] - unsent < _SLOWEST * (now - self._unsent[0]):
                self.told("slow_reader")
                self.transport.abort()
            self._unsent = now, unsent

    @property
    def url_begun(self) -> bool:
        """Whether any of a request has come."""
        return bool(getattr(self, "url", b""))

    def _begin(self) -> None:
        self._phase, self._since, self._head = _Phase.HEAD, self.loop.time(), 0

    def _close_if_idle(self) -> None:
        if self._phase in {_Phase.IDLE, _Phase.HEAD} and not self.transport.is_closing():
            self.transport.close()

    def _leave(self, status: int, reason: str, detail: str) -> None:
        self._refusal = status, reason, detail
        raise _Refused(detail)

    def _refuse(self, status: int, reason: str, detail: str) -> None:
        """Write a problem document (RFC 9457), then close; by hand, because there is no request to answer."""
        self.told(reason)
        self._phase = _Phase.REFUSED
        self._unset_keepalive_if_required()
        title = HTTPStatus(status).phrase
        body = json.dumps({"title": title, "status": status, "detail": detail}).encode()
        head = [
            f"HTTP/1.1 {status} {title}",
            "content-type: application/problem+json",
            f"content-length: {len(body)}",
            f"x-request-id: {uuid4().hex}",
            "connection: close",
            *(["retry-after: 2"] if status == HTTPStatus.SERVICE_UNAVAILABLE else []),
        ]
        self.transport.write("\r\n".join((*head, "", "")).encode() + body)
        # To close while the client still sends would have its system throw away what it has not yet read.
        self.loop.call_later(_LINGER, self.transport.close)


def bound(limits: Limits, told: Callable[[str], None], spared_port: int | None = None) -> type[Connection]:
    """The class of a server's connections.

    Args:
        limits: What is granted to each.
        told: Hears why one was refused.
        spared_port: Of ours, where there is no bound on how many are open.
    """
    of_server: dict[str, Any] = {"limits": limits, "told": staticmethod(told), "spared_port": spared_port}
    return type("BoundConnection", (Connection,), of_server)
