"""Every request has an id, is counted and timed, and is written to the log where that is wanted."""

from __future__ import annotations

import logging
import re
import time
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from semsearch.harmless import dump, plain
from semsearch.serve.metrics import Metrics

HEADER = "x-request-id"
access = logging.getLogger("semsearch.access")

_GIVEN = re.compile(r"[\w.:-]{1,100}", re.ASCII)
_id: ContextVar[str] = ContextVar("request_id", default="")


class Requests:
    """Tells what becomes of each request.

    An id that a proxy gives in ``X-Request-Id`` is kept, so that one request has one id in all logs. What was
    asked is not written down: the log has the path of a request, and not its query.

    Args:
        app: Answers.
        metrics: Counts.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500
        given = next((value for name, value in scope["headers"] if name == HEADER.encode()), b"")
        name = given.decode("latin-1")
        name = name if _GIVEN.fullmatch(name) else uuid.uuid4().hex
        _id.set(name)

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = name
            await send(message)

        self._metrics.waiting.inc()
        try:
            await self._app(scope, receive, told)
        finally:
            self._metrics.waiting.dec()
            seconds = time.perf_counter() - began
            self._metrics.requested(_route(scope), status, seconds)
            said: dict[str, object] = {
                "method": scope["method"],
                "path": plain(scope["path"]),  # a line of the log is one line
                "status": status,
            }
            access.info(
                "%(method)s %(path)s %(status)d", said, extra={**said, "ms": round(seconds * 1000, 1)}
            )


class JsonLines(logging.Formatter):
    """A log record as a JSON object of one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := _id.get():
            line["request_id"] = request
        for name in ("method", "path", "status", "ms"):
            if hasattr(record, name):
                line[name] = getattr(record, name)
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return dump(line)


def _route(scope: Scope) -> str:
    """The address as it stands in the documentation: a paper's id would make a series of its own."""
    found = getattr(scope.get("route"), "path", None)
    return found if isinstance(found, str) else "none"
