"""Who asks, and how often: API keys and rates."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from semsearch.errors import KeysError
from semsearch.serve.guard.keys import Keys
from semsearch.serve.guard.rates import Buckets, Verdict, client_of
from semsearch.serve.guard.refusing import Refuse

# For those who watch over the service, and what every page of it is made of: none of these computes, or says
# what papers there are.
_OPEN = ("/health/", "/metrics", "/static/")
# A program sends its key as a bearer token; a browser asks for a password, and sends that with every request.
_CHALLENGES = ('Bearer realm="semsearch"', 'Basic realm="semsearch", charset="UTF-8"')


class Door:
    """Lets in those who have a key, where keys are asked for, and each as often as the rate allows.

    Who has no key is counted by address, so that trying keys has a rate too. What a request turned out to be,
    such as a batch of questions, the one who answers it says with `counts_as`.

    Args:
        app: Answers.
        refuse: Says no.
        keys: Those that let in; None lets in everybody.
        buckets: What counts; None counts nothing.
    """

    def __init__(self, app: ASGIApp, refuse: Refuse, keys: Keys | None, buckets: Buckets | None) -> None:
        self._app, self._refuse, self._keys, self._buckets = app, refuse, keys, buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"].startswith(_OPEN):
            await self._app(scope, receive, send)
            return
        try:
            name = self._owner(scope)
        except KeysError:  # which the log has explained, and is no business of who asks
            detail = "The keys of this service cannot be read now; its log says why."
            await self._refuse(scope, 503, detail, {"Retry-After": "60"})(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["key"] = name
        client = f"key {name}" if name else client_of((scope.get("client") or ("",))[0])
        taken = self._buckets.take(client) if self._buckets else None

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                self._tell(headers, taken)
                if name and "public" in headers.get("cache-control", ""):
                    # Whatever keeps answers for several people would give this one to those without a key.
                    headers["cache-control"] = headers["cache-control"].replace("public", "private")
            await send(message)

        if taken is not None and not taken.allowed:
            reply = self._too_often(scope, taken)
        elif self._keys is not None and name is None:
            reply = self._without_key(scope)
        else:
            await self._app(scope, receive, told)
            if self._buckets and (more := state.get("requests", 1) - 1) > 0:
                self._buckets.charge(client, more)
            return
        await reply(scope, receive, told)

    def _owner(self, scope: Scope) -> str | None:
        """The name of the key that a request brings; None where it brings none, or none is asked for."""
        if self._keys is None:
            return None
        owners = (self._keys.owner(key) for key in _given(scope))
        return next((name for name in owners if name is not None), None)

    def _too_often(self, scope: Scope, taken: Verdict) -> Response:
        rate = self._buckets.rate if self._buckets else None
        assert rate is not None  # noqa: S101 -- who counts has a rate
        within = f"{rate.count:,} requests in {rate.seconds:,} seconds"
        detail = f"More than {within}. Ask again in {taken.wait:,} seconds."
        return self._refuse(scope, 429, detail, {"Retry-After": str(taken.wait), "Cache-Control": "no-store"})

    def _without_key(self, scope: Scope) -> Response:
        detail = (
            "This service wants an API key, as `Authorization: Bearer KEY`, as `X-API-Key: KEY`, or as the "
            "password that a browser asks for."
        )
        reply = self._refuse(scope, 401, detail, {"Cache-Control": "no-store"})
        for challenge in _CHALLENGES:
            reply.headers.append("WWW-Authenticate", challenge)
        return reply

    def _tell(self, headers: MutableHeaders, taken: Verdict | None) -> None:
        """As draft-ietf-httpapi-ratelimit-headers-10 has it."""
        if taken is not None and self._buckets is not None:
            rate = self._buckets.rate
            headers["RateLimit-Policy"] = f'"client";q={rate.count};w={rate.seconds}'
            headers["RateLimit"] = f'"client";r={taken.left};t={taken.full}'


def counts_as(scope: Scope, requests: int) -> None:
    """Say that a request is as much work as several."""
    scope.setdefault("state", {})["requests"] = requests


def _given(scope: Scope) -> Iterator[str]:
    """The keys that a request brings; never from its address, which is written into logs."""
    for name, raw in scope["headers"]:
        value = raw.decode("latin-1")
        if name == b"x-api-key":
            yield value.strip()
        elif name == b"authorization":
            scheme, _, credentials = value.partition(" ")
            if scheme.lower() == "bearer":
                yield credentials.strip()
            elif scheme.lower() == "basic":
                yield from _basic(credentials)


def _basic(credentials: str) -> Iterator[str]:
    """The password, or, where a program sends the key as a name, that (RFC 7617)."""
    try:
        user, _, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except ValueError:  # no base64, or no text
        return
    yield password or user
