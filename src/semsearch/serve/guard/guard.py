"""Everything that stands before an application, in order."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass, field

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from semsearch.serve.guard.access import Access
from semsearch.serve.guard.door import Door
from semsearch.serve.guard.hosts import LOOPBACK, Hosts, Sites
from semsearch.serve.guard.keys import Keys
from semsearch.serve.guard.rates import Buckets
from semsearch.serve.guard.refusing import Refuse, as_problem
from semsearch.serve.headers import Headers

_METHODS = ("GET", "HEAD", "POST")
_ASKED_WITH = ("Authorization", "Content-Type", "If-None-Match", "X-API-Key", "X-Request-Id")
_TOLD = ("Content-Disposition", "ETag", "RateLimit", "RateLimit-Policy", "Retry-After", "Server-Timing")


@dataclass(frozen=True, slots=True)
class Guard:
    """The same, ready to be put before an application; as it is made without arguments, it lets everybody in.

    Attributes:
        keys: Those that let in.
        buckets: What counts; processes that are forked later share it.
        origins: As `Access` has them.
        names: The names by which the service is asked; empty for any.
    """

    keys: Keys | None = None
    buckets: Buckets | None = None
    origins: tuple[str, ...] = ()
    names: Collection[str] = field(default=())

    @classmethod
    def of(cls, access: Access, host: str, *, named: bool = False) -> Guard:
        """The guard of a service.

        Args:
            access: Who may ask.
            host: The address listened on. On loopback the service answers to the names of this machine and
                those that ``access`` allows; elsewhere to any, unless some are allowed.
            named: Answer to such names alone wherever it listens.

        Raises:
            KeysError: The keys cannot be read.
        """
        names: tuple[str, ...] = ()
        if "*" not in access.hosts and (named or access.hosts or loopback(host)):
            names = (*LOOPBACK, f"[{host}]" if ":" in host else host, *access.hosts)
        return cls(
            Keys(access.keys) if access.keys else None,
            Buckets(access.rate) if access.rate else None,
            access.origins,
            names,
        )

    def before(self, app: ASGIApp, refuse: Refuse = as_problem) -> ASGIApp:
        """The application, behind all of it."""
        guarded: ASGIApp = Door(app, refuse, self.keys, self.buckets)
        guarded = Sites(guarded, refuse, self.origins)
        if self.origins:
            # A browser asks beforehand, without a key, and must be told of refusals too.
            guarded = CORSMiddleware(
                guarded,
                allow_origins=self.origins,
                allow_methods=_METHODS,
                allow_headers=_ASKED_WITH,
                expose_headers=(*_TOLD, "X-Request-Id"),
            )
        return Headers(Hosts(guarded, refuse, self.names))


def loopback(host: str) -> bool:
    """Whether an address to listen on is of this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
