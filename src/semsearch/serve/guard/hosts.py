"""What name a request asks for, and whose page had a browser make it.

A page of another site can have a browser ask a service on the reader's own machine or network. It may not
read the answer, unless a name of its own resolves to that machine (DNS rebinding); so a service that
listens on loopback answers to the names it knows. What it may not read still costs the answer; so what
browsers say to come from another site is refused, but for a link that somebody follows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from starlette.types import ASGIApp, Receive, Scope, Send

from semsearch.serve.guard.refusing import Refuse

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"(?P<name>[\w.-]{1,253}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?", re.ASCII | re.IGNORECASE)
_FOR_OTHERS = ("/embed.js",)  # which pages of other sites are meant to load


class Hosts:
    """Refuses requests for a host that is none, or not one of ours.

    Args:
        app: Answers the others.
        refuse: Says no.
        names: Ours, without ports; empty for any.
    """

    def __init__(self, app: ASGIApp, refuse: Refuse, names: Collection[str] = ()) -> None:
        self._app, self._refuse = app, refuse
        self._names = {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = list(_values(scope, b"host"))
        found = _HOST.fullmatch(given[0]) if len(given) == 1 else None
        if found is None and (given or self._names or scope.get("http_version") != "1.0"):
            reply = self._refuse(scope, 400, "A request names one host, and this one does not.", {})
        elif found and self._names and found["name"].lower() not in self._names:
            detail = (
                f"This service does not go by the name {found['name']}. "
                f"Whoever runs it can allow that: --allow-host {found['name']}"
            )
            reply = self._refuse(scope, 421, detail, {})
        else:
            await self._app(scope, receive, send)
            return
        await reply(scope, receive, send)


class Sites:
    """Refuses what a page of another site has a browser ask for, unless somebody followed a link there.

    Browsers tell in ``Sec-Fetch-Site`` (W3C, Fetch Metadata Request Headers), where they trust the
    connection, and otherwise in ``Origin``. Programs say neither, and are let through.

    Args:
        app: Answers the others.
        refuse: Says no.
        origins: Of the sites whose pages may ask; ``*`` for all.
    """

    def __init__(self, app: ASGIApp, refuse: Refuse, origins: Collection[str] = ()) -> None:
        self._app, self._refuse, self._origins = app, refuse, frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not self._foreign(scope):
            await self._app(scope, receive, send)
            return
        detail = (
            "Pages of other sites may not ask here. Whoever runs this service can allow one: --allow-origin"
        )
        await self._refuse(scope, 403, detail, {})(scope, receive, send)

    def _foreign(self, scope: Scope) -> bool:
        if "*" in self._origins or scope["path"] in _FOR_OTHERS:
            return False
        origin, site = (next(_values(scope, name), None) for name in (b"origin", b"sec-fetch-site"))
        if origin in self._origins:
            return False
        if site is None:  # an old browser, a connection it does not trust, or no browser at all
            host = next(_values(scope, b"host"), "")
            return origin is not None and origin.lower().partition("://")[2] != host.lower()
        if site != "cross-site":
            return False
        mode, dest = (next(_values(scope, name), "") for name in (b"sec-fetch-mode", b"sec-fetch-dest"))
        return not (scope["method"] in {"GET", "HEAD"} and mode == "navigate" and dest in {"document", ""})


def _values(scope: Scope, name: bytes) -> Iterator[str]:
    return (value.decode("latin-1") for known, value in scope["headers"] if known == name)
