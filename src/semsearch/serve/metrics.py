"""What a service counts and times, as Prometheus reads it.

The workers of one service count together, in files of a folder that `serve.run` makes before they start.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime

from fastapi import APIRouter, HTTPException, Request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.responses import Response

from semsearch.search import Results
from semsearch.serve.live import Live
from semsearch.serve.processes import Processes

# Seconds. A remembered question takes some 10 ms, one with others before it a few hundred.
_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10)

disable_created_metrics()  # type: ignore[no-untyped-call] # a series more for each, which nobody asks for

# Why a request is not answered as it was asked, or not at all.
REASONS = (
    "busy",  # there was no place for it in time
    "slow",  # its answer took too long
    "stopping",  # the service was told to stop, and could not finish it
    "gone",  # its client went away before the answer began
    "connections",  # too many were open
    "head",  # too many headers, or too long
    "url",  # its address was too long
    "malformed",  # it is no HTTP
    "slow_head",  # its headers did not come
    "slow_body",  # its body did not come
    "large_body",  # its body is too large
    "slow_reader",  # its answer was not taken
)


class Metrics:
    """The counters of one application."""

    def __init__(self, live: Live) -> None:
        of_workers = self._registry = CollectorRegistry()
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            self._registry = CollectorRegistry()
            MultiProcessCollector(self._registry)  # type: ignore[no-untyped-call]
        self._registry.register(_Served(live))
        self._registry.register(Processes())
        self._requests = Counter(
            "semsearch_requests", "Answers by route and status.", ["route", "status"], registry=of_workers
        )
        self._seconds = Histogram(
            "semsearch_request_seconds",
            "From the first byte of a request to the last of its answer.",
            ["route"],
            buckets=_BUCKETS,
            registry=of_workers,
        )
        self._stages = Histogram(
            "semsearch_stage_seconds",
            "Time of each stage of a question; encode includes waiting for others.",
            ["stage"],
            buckets=_BUCKETS,
            registry=of_workers,
        )
        self._answers = Counter(
            "semsearch_answers",
            "Answers to questions by the confidence of their best hit; none without hits, words where "
            "meaning was not looked at.",
            ["confidence"],
            registry=of_workers,
        )
        self._keys = Counter(
            "semsearch_key_requests", "Requests by the name of their API key.", ["key"], registry=of_workers
        )
        self._waits = Histogram(
            "semsearch_wait_seconds",
            "How long requests waited for a place to be worked on, those included that were then refused.",
            buckets=_BUCKETS,
            registry=of_workers,
        )
        self._refused = Counter(
            "semsearch_refused",
            "Requests and connections that were not answered as asked, by reason.",
            ["reason"],
            registry=of_workers,
        )
        for reason in REASONS:  # from the beginning: a series that appears with its first event hides it
            self._refused.labels(reason)
        self._empty = Counter(
            "semsearch_empty_answers", "Answers to questions that had no hit.", registry=of_workers
        )
        self.waiting = self._gauge(
            "semsearch_requests_in_progress", "Requests that wait or are being answered.", of_workers
        )
        self.queued = self._gauge(
            "semsearch_requests_queued", "Requests that wait for a place to be worked on.", of_workers
        )
        self.working = self._gauge("semsearch_requests_working", "Requests that are worked on.", of_workers)
        self.connections = self._gauge("semsearch_connections", "Connections that are open.", of_workers)
        self._reloads = Counter(
            "semsearch_reload_failures",
            "Times that a process found a new generation published and could not open it.",
            registry=of_workers,
        )
        self._live, self._failures = live, 0
        self._since = dict.fromkeys(REASONS, 0)  # refused since it was last told

    @staticmethod
    def _gauge(name: str, about: str, registry: CollectorRegistry) -> Gauge:
        return Gauge(name, about, registry=registry, multiprocess_mode="livesum")

    def requested(self, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def waited(self, seconds: float) -> None:
        """A request waited for its place, or in vain."""
        self._waits.observe(seconds)

    def refused(self, reason: str) -> None:
        """A request or a connection was refused; the reason is one of `REASONS`."""
        self._refused.labels(reason).inc()
        self._since[reason] += 1

    def refused_since(self) -> dict[str, int]:
        """How many were refused by this process since this was last asked, by reason."""
        found = {reason: count for reason, count in self._since.items() if count}
        self._since = dict.fromkeys(REASONS, 0)
        return found

    def asked_with(self, key: str) -> None:
        """A request came with a key, named here."""
        self._keys.labels(key).inc()

    def answered(self, results: Results) -> None:
        """A question was answered, or papers related to others were found."""
        for stage, milliseconds in results.stages.items():
            self._stages.labels(stage).observe(milliseconds / 1000)
        self._answers.labels(results.confidence or ("words" if len(results) else "none")).inc()
        if not len(results):
            self._empty.inc()

    def exposition(self) -> bytes:
        """All of it, in the text format of Prometheus."""
        self._reloads.inc(self._live.failures - self._failures)
        self._failures = self._live.failures
        return generate_latest(self._registry)


class _Served(Collector):
    """The generation that answers."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def collect(self) -> Iterator[Metric]:
        """What is true now."""
        searcher, problem = self._live.searcher, self._live.problem
        info = GaugeMetricFamily(
            "semsearch_generation_info", "The generation that answers.", labels=["generation"]
        )
        info.add_metric([searcher.generation.id], 1)
        yield info
        created = datetime.fromisoformat(searcher.generation.manifest.created).timestamp()
        yield GaugeMetricFamily(
            "semsearch_generation_created_seconds", "When it was built, in seconds since 1970.", created
        )
        yield GaugeMetricFamily("semsearch_papers", "Papers in it.", len(searcher))
        yield GaugeMetricFamily(
            "semsearch_generation_refused",
            "1 while a newer generation is published that cannot be served.",
            int(problem is not None),
        )


def router(metrics: Metrics, port: int | None = None) -> APIRouter:
    """``/metrics``; on one port alone if one is named."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/metrics")
    def exposed(request: Request) -> Response:
        if port is not None and request.scope["server"][1] != port:
            raise HTTPException(404)
        return Response(metrics.exposition(), media_type=CONTENT_TYPE_LATEST)

    return routes
