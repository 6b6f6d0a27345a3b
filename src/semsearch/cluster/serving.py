"""A service on a cluster: started, moved from one generation to the next, and taken down."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import signal
import sys
import time
from typing import Any

from semsearch.cluster.connection import connected
from semsearch.cluster.gateway import Gateway, Service
from semsearch.cluster.part import Cut
from semsearch.cluster.replicas import OPTIONS, PREFIX, application, name_of
from semsearch.errors import ClusterError, MissingExtra, SemsearchError
from semsearch.index.store import Store

log = logging.getLogger(__name__)

GATEWAY = f"{PREFIX}gateway"
_INTERVAL = 1.0  # seconds between two looks at CURRENT
_AGAIN = 60.0  # seconds until a generation that could not be rolled out is tried again


class Rollout:
    """The applications of a service, as Ray Serve runs them.

    Args:
        service: What is served.
        replicas: Of the gateway, and of each part.
        linger: Seconds that a generation may still be asked by id when a newer one answers.
    """

    def __init__(self, service: Service, replicas: int, linger: float) -> None:
        self._service, self._replicas, self._linger = service, replicas, linger
        self._store = Store(service.root)
        self._leaving: dict[str, float] = {}  # generations that answered before, and when they go
        self._refused: tuple[str, float] | None = None
        self._parts: dict[str, list[str]] = {}  # the names of the applications of each generation
        self._serving: str | None = None
        self._wanted: str | None = None  # what the gateway was last told, whether or not it could

    def begin(self) -> int:
        """Serve the published generation; returns how many papers it has.

        Raises:
            IndexMissing, IndexDamaged, IndexForeign: There is no index to answer from.
            ClusterError: Ray Serve cannot start it.
        """
        published = self._store.published()
        papers = self._store.verify(published).counts.papers
        self._switch(published)
        self._forget_others()
        return papers

    def step(self) -> None:
        """Roll out what was published since, and take down what nobody asks any more."""
        now = time.monotonic()
        try:
            published = self._store.published()
            tried = self._refused is not None and self._refused[0] == published and now < self._refused[1]
            if not published == self._serving == self._wanted and not tried:
                self._refused = published, now + _AGAIN
                self._switch(published)
                self._refused = None
                log.info("now serving generation %s", published)
        except SemsearchError as error:
            log.error("the generation before goes on answering: %s", error)
        gone = [generation for generation, end in self._leaving.items() if end <= time.monotonic()]
        if gone:
            for generation in gone:
                del self._leaving[generation]
            self._forget_others()

    def end(self) -> None:
        """Take everything down."""
        self._serving = None
        self._leaving.clear()
        self._forget_others()

    def _switch(self, generation: str) -> None:
        """Bring the parts of a generation up beside what runs, and only then have it answer."""
        from ray import serve

        cut = Cut.evenly(self._store.verify(generation).counts.papers, self._service.parts)
        names = [name_of(generation, number, len(cut)) for number in range(len(cut))]
        self._parts[generation] = names
        self._run(
            *(
                serve.RunTarget(
                    application(self._service.root, generation, first, end, self._replicas), name, None
                )
                for name, (first, end) in zip(names, cut.ranges(), strict=True)
            )
        )
        gateway = serve.deployment(
            serve.ingress()(Gateway),
            name="gateway",
            num_replicas=self._replicas,
            max_replicas_per_node=1,
            logging_config={"enable_access_log": False},
            **OPTIONS,
        )
        self._wanted = generation
        self._run(serve.RunTarget(gateway.bind(self._service, generation), GATEWAY, "/"))
        if self._serving is not None:
            self._leaving[self._serving] = time.monotonic() + self._linger
        self._leaving.pop(generation, None)
        self._serving = generation

    def _run(self, *targets: Any) -> None:
        from ray import serve

        try:
            serve.run_many(targets)
        except (RuntimeError, TimeoutError) as error:
            raise ClusterError(
                f"Ray Serve cannot start what answers ({str(error).strip().splitlines()[0].rstrip('.')}).",
                where=", ".join(target.name for target in targets),
                hint="Its logs, under logs/serve of the Ray session, say why.",
            ) from error

    def _forget_others(self) -> None:
        """Take down all applications but those of generations that may be asked, whoever started them."""
        from ray import serve

        kept: set[str] = set()
        if self._serving is not None:
            kept = {GATEWAY}.union(*(self._parts[each] for each in (self._serving, *self._leaving)))
        # The gateway first, which asks the others.
        for name in sorted(serve.status().applications, key=lambda name: name != GATEWAY):
            if name.startswith(PREFIX) and name not in kept:
                serve.delete(name)


def serve_on_cluster(
    service: Service, port: int, *, address: str | None, replicas: int, linger: float
) -> None:
    """Answer over HTTP, on every node of a cluster, until SIGINT or SIGTERM.

    Args:
        service: What is served. Every node must reach its folder by the same path.
        port: Of every node.
        address: Of the cluster's head, see `connected`.
        replicas: Of the gateway and of each part, each on another node.
        linger: Seconds that a generation may still be asked by id when a newer one answers.

    Raises:
        MissingExtra: Ray Serve is not installed.
        IndexMissing, IndexDamaged, IndexForeign: There is no index to answer from.
        ClusterError: The cluster cannot be reached, or cannot start the service.
    """
    if not all(importlib.util.find_spec(name) for name in ("ray", "fastapi", "jinja2", "uvicorn")):
        raise MissingExtra("Ray Serve", "cluster")
    Store(service.root).published()
    with connected(address), contextlib.suppress(KeyboardInterrupt):
        from ray import serve

        from semsearch.serve import logs

        logs.begin(as_json=False)
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        serve.start(proxy_location="EveryNode", http_options={"host": service.host, "port": port})
        logging.getLogger("ray.serve").setLevel(logging.WARNING)  # which that has set to tell of every step
        rollout = Rollout(service, replicas, linger)
        try:
            papers = rollout.begin()
            where = f"http://{service.host}:{port}/"
            print(f"Answering from {papers:,} papers at {where} (Ctrl-C stops)", file=sys.stderr)  # noqa: T201
            while True:
                time.sleep(_INTERVAL)
                rollout.step()
        finally:
            rollout.end()
