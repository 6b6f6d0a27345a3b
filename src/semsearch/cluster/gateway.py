"""What stands before the parts: the whole service, but that it asks parts for what is near."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from semsearch.cluster.part import Cut
from semsearch.cluster.parted import parted
from semsearch.cluster.replicas import ServedParts
from semsearch.index.generation import Generation, open_generation
from semsearch.index.store import Store
from semsearch.serve.guard.access import Access
from semsearch.serve.live import Live
from semsearch.serve.settings import Limits

if TYPE_CHECKING:
    from starlette.types import ASGIApp


@dataclass(frozen=True, slots=True)
class Service:
    """What a service is told when it is started; see `semsearch.serve.run.serve`.

    Attributes:
        parts: Into how many the papers are cut.
    """

    root: Path
    host: str
    parts: int
    access: Access
    limits: Limits
    rerank: str | None = None


class Served:
    """Generations whose parts are running: the one that a gateway is started for, and others by their ids."""

    def __init__(self, service: Service, generation: str) -> None:
        self._store, self._parts, self._generation = Store(service.root), service.parts, generation

    def published(self) -> str:
        """See `semsearch.serve.live.Opening`."""
        return self._generation

    def open(self, generation: str | None = None) -> Generation:
        """See `semsearch.serve.live.Opening`."""
        wanted = generation or self._generation
        cut = Cut.evenly(self._store.manifest(wanted).counts.papers, self._parts)
        parts = ServedParts(wanted, len(cut))
        return parted(open_generation(self._store, wanted), parts, cut)


class Gateway:
    """A replica of the service, as Ray Serve starts it: it answers from one generation as long as it lives.

    When another is published, a gateway of that takes its place.
    """

    def __init__(self, service: Service, generation: str) -> None:
        self._service = service
        opening = Served(service, generation)
        self._live = Live(service.root, rerank=service.rerank, opening=opening)

    def __serve_build_asgi_app__(self) -> ASGIApp:
        """What Ray Serve passes requests to."""
        from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

        from semsearch.serve.app import create_app
        from semsearch.serve.guard.guard import Guard

        service = self._service
        guard = Guard.of(service.access, service.host)
        app: ASGIApp = create_app(self._live, limits=service.limits, guard=guard)
        return ProxyHeadersMiddleware(app, trusted_hosts=[*service.access.proxies])  # type: ignore[arg-type, return-value]
