"""A connection to a Ray cluster, or to a small one that is started on this machine."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from typing import Any

from semsearch.errors import ClusterError, MissingExtra


@contextlib.contextmanager
def connected(address: str | None) -> Iterator[Any]:
    """Ray, connected to a cluster until the block ends.

    Args:
        address: ``host:port`` of the cluster's head; None for the one of ``RAY_ADDRESS`` or of this machine,
            or, where there is none, for one that is started here and ends with the block.

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
    options = {"logging_level": logging.ERROR, "log_to_driver": False, "namespace": "semsearch"}
    try:
        if address is None:
            ray.init(include_dashboard=False, **options)
        else:
            ray.init(address=address, **options)
    except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".")
        raise ClusterError(
            f"no Ray cluster can be reached ({reason}).",
            where=address or os.environ.get("RAY_ADDRESS", ""),
            hint="Start one with: ray start --head (docs/cluster.md says how), or name its --address.",
        ) from error
    try:
        # Ray says on stdout which nodes died; but that is where the data goes.
        with contextlib.redirect_stdout(sys.stderr):
            yield ray
    finally:
        ray.shutdown()
