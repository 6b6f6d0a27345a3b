"""Every request has an id, is counted and timed, and is written to the log where that is wanted."""

from __future__ import annotations

import logging
import re
import time
import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from semsearch.serve.headers import HEADERS
from semsearch.serve.logs import current as _id
from semsearch.serve.metrics import Metrics
from semsearch.serve.problems import problem

HEADER = "x-request-id"
access = logging.getLogger("semsearch.access")
log = logging.getLogger(__name__)

_GIVEN = re.compile(r"[\w.:-]{1,100}", re.ASCII)
_NO_ANSWER = 499  # as nginx has it: the client went away before there was one


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
        began, status = time.perf_counter(), _NO_ANSWER
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
        except Exception:
            log.exception("%s %s failed", scope["method"], scope["path"])
            if status != _NO_ANSWER:
                raise  # too late to say anything but that it ended
            detail = f"This should not have happened; the log of the service says more, under {name}."
            await problem(500, detail, headers=HEADERS)(scope, receive, told)
        finally:
            self._metrics.waiting.dec()
            seconds = time.perf_counter() - began
            self._metrics.requested(_route(scope), status, seconds)
            key = scope.get("state", {}).get("key")
            if key:
                self._metrics.asked_with(key)
            said: dict[str, object] = {
                "method": scope["method"],
                "path": scope["path"],
                "status": status,
            }
            access.info(
                "%(method)s %(path)s %(status)d",
                said,
                extra={**said, "ms": round(seconds * 1000, 1), **({"key": key} if key else {})},
            )


def _route(scope: Scope) -> str:
    """The address as it stands in the documentation: a paper's id would make a series of its own."""
    found = getattr(scope.get("route"), "path", None)
    return found if isinstance(found, str) else "none"
