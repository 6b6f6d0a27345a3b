"""A build whose jobs a cluster does."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from semsearch.cluster.connection import connected
from semsearch.cluster.encoders import shipped
from semsearch.cluster.runner import RayRunner
from semsearch.cluster.storage import Storage
from semsearch.encode import Passport
from semsearch.encode.jobs import Runner
from semsearch.encode.runtime import RuntimeName
from semsearch.index.store import Store

SHARDS = "shards"  # the folder beside an index that is the storage where none is named


@contextlib.contextmanager
def on_cluster(
    root: Path,
    *,
    address: str | None = None,
    storage: str | None = None,
    runtime: RuntimeName = "auto",
    gpus: int = 0,
) -> Iterator[Callable[[Passport], Runner]]:
    """What makes the runner of a build, connected until the block ends.

    Args:
        root: Folder of the index.
        address: Of the cluster's head, see `connected`.
        storage: What every machine reaches; None for a folder beside the index.
        runtime: What runs the encoder. On cores ``auto`` is ONNX Runtime, on GPUs it is torch.
        gpus: Encode on so many GPUs of the cluster; 0 for its cores.

    Raises:
        MissingExtra: Ray is not installed.
        ClusterError: There is no cluster.
    """
    shared = Storage(storage or str(root.resolve() / SHARDS))
    with connected(address) as ray:

        def runner(passport: Passport) -> Runner:
            runs = "torch" if gpus else runtime
            load = shipped(passport, Store(root).encoders, shared, runs)
            needs = {"num_gpus": 1} if gpus else None
            return RayRunner(ray, shared, passport.fingerprint[:32], load, holders=gpus, needs=needs)

        yield runner
