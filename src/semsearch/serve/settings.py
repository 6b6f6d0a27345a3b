"""What a service grants to whoever asks: how long, how much, how many."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process of a service grants.

    Attributes:
        max_wait: Seconds that a request may wait before its work begins; None for as long as it takes.
        places: Requests that are worked on at once.
        max_seconds: Seconds that an answer may take, from its request on; None for as long as it takes.
        drain: Seconds that requests in flight are given to be answered when the service is told to stop.
        connections: Open at once.
        head_seconds: From the first byte of a request (or from the connection) to the end of its headers.
        body_seconds: From the end of the headers to that of the body.
        idle_seconds: A connection is kept without a request.
        reading_seconds: A client is given to take what waits to be sent to it, or 1,000 bytes for each.
        head_bytes: Of the request line and the headers together.
        url_bytes: Of the address of a request.
        headers: How many.
        bodies_bytes: Of all bodies together that are held while they are read.
    """

    max_wait: float | None = 0.5
    places: int = field(default_factory=lambda: os.cpu_count() or 1)
    max_seconds: float | None = 30.0
    drain: float = 20.0
    connections: int = 1_000
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    idle_seconds: int = 15
    reading_seconds: float = 30.0
    head_bytes: int = 96 << 10
    url_bytes: int = 65_535
    headers: int = 100
    bodies_bytes: int = 64 << 20


DEFAULT = Limits()
