"""A connection to a Ray cluster."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import sys
from collections.abc import Iterator
from typing import Any

from semsearch.errors import ClusterError, MissingExtra

_PATIENCE = 5.0  # seconds until somebody answers there


@contextlib.contextmanager
def connected(address: str | None) -> Iterator[Any]:
    """Ray, connected to a cluster until the block ends.

    Args:
        address: ``host:port`` of the cluster's head; None for that of ``RAY_ADDRESS``, or else the one that
            runs on this machine. None is started: it would listen on every address.

    Raises:
        MissingExtra: Ray is not installed.
        ClusterError: Nothing answers there.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nobody is told what is computed here
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise MissingExtra("Ray", "cluster") from error
    where = address or os.environ.get("RAY_ADDRESS") or "auto"
    try:
        _knock(where)
        ray.init(address=where, logging_level=logging.ERROR, log_to_driver=False, namespace="semsearch")
    except (OSError, RuntimeError, ValueError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise ClusterError(
            f"no Ray cluster can be reached ({reason}).",
            where="" if where == "auto" else where,
            hint="Start one with: ray start --head (docs/cluster.md says how), or name its --address.",
        ) from error
    try:
        # Ray says on stdout which nodes died; but that is where the data goes.
        with contextlib.redirect_stdout(sys.stderr):
            yield ray
    finally:
        ray.shutdown()


def _knock(address: str) -> None:
    """See that somebody listens there; Ray would try for minutes.

    Raises:
        OSError: Nobody does.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE).close()
