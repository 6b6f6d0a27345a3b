"""A build whose jobs a cluster does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from semsearch.cluster.connection import connected
from semsearch.cluster.encoders import shipped
from semsearch.cluster.runner import RayRunner
from semsearch.cluster.storage import Storage
from semsearch.config import Settings
from semsearch.encode import Passport
from semsearch.encode.jobs import Runner
from semsearch.index.store import Store

SHARDS = "shards"  # the folder beside an index that is the storage where none is named


@contextlib.contextmanager
def running_on(settings: Settings, root: Path) -> Iterator[Callable[[Passport], Runner] | None]:
    """What makes the runner that settings name, connected until the block ends; None for this machine.

    Args:
        settings: ``runner`` says which. On a cluster's cores the runtime ``auto`` is ONNX Runtime, on its
            GPUs it is torch.
        root: Folder of the index.

    Raises:
        MissingExtra: Ray is not installed.
        ClusterError: There is no cluster.
    """
    if settings.runner == "local":
        yield None
        return
    shared = Storage(settings.storage or str(root.resolve() / SHARDS))
    with connected(settings.address) as ray:

        def runner(passport: Passport) -> Runner:
            runs = "torch" if settings.gpus else settings.runtime
            load = shipped(passport, Store(root).encoders, shared, runs)
            needs = {"num_gpus": 1} if settings.gpus else None
            return RayRunner(ray, shared, passport.fingerprint[:32], load, holders=settings.gpus, needs=needs)

        yield runner
