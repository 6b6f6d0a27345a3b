"""Where a build is computed: the options of index and rebuild that have a Ray cluster do it."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from semsearch.cli.grouping import Under

if TYPE_CHECKING:
    from semsearch.encode import Passport
    from semsearch.encode.bulk import Runner
    from semsearch.encode.runtime import RuntimeName

_HEADING = "On a Ray cluster (docs/cluster.md)"
_BUILD = (
    click.option(
        "--runner",
        cls=Under,
        heading=_HEADING,
        type=click.Choice(["local", "ray"]),
        default="local",
        show_default=True,
        help="Where texts are encoded: on this machine, or all over a Ray cluster.",
    ),
    click.option(
        "--address",
        cls=Under,
        heading=_HEADING,
        metavar="HOST:PORT",
        help="The head of the cluster.  [default: that of this machine; one is started if there is none]",
    ),
    click.option(
        "--storage",
        cls=Under,
        heading=_HEADING,
        metavar="URL",
        help="What all its machines reach: a folder, s3://… or gs://….  [default: shards, beside the index]",
    ),
    click.option(
        "--shards",
        cls=Under,
        heading=_HEADING,
        type=click.IntRange(1),
        metavar="N",
        help="Cut the papers into N parts.  [default: parts of 250 papers]",
    ),
    click.option(
        "--gpus",
        cls=Under,
        heading=_HEADING,
        type=click.IntRange(0),
        default=0,
        show_default=True,
        metavar="N",
        help="Encode on N GPUs of the cluster and not on its cores.",
    ),
)


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """What ``index`` and ``rebuild`` are told of a cluster; each field is the option of its name."""

    runner: str
    address: str | None
    storage: str | None
    shards: int | None
    gpus: int

    def connected(
        self, root: Path, runtime: RuntimeName
    ) -> AbstractContextManager[Callable[[Passport], Runner] | None]:
        """What makes the runner of a build; None for this machine.

        Raises:
            UsageError: An option of a cluster is given, and none is asked for.
        """
        if self.runner == "local":
            if self.address or self.storage or self.shards or self.gpus:
                raise click.UsageError("--address, --storage, --shards and --gpus are for --runner ray.")
            return contextlib.nullcontext()
        from semsearch.cluster.building import on_cluster

        return on_cluster(root, address=self.address, storage=self.storage, runtime=runtime, gpus=self.gpus)


def cluster_options(command: Callable[..., None]) -> Callable[..., None]:
    """All of them, which the command gets as one `ClusterOptions`, named ``cluster``."""
    names = [field.name for field in fields(ClusterOptions)]

    @functools.wraps(command)
    def call(*before: Any, **given: Any) -> None:
        command(*before, cluster=ClusterOptions(**{name: given.pop(name) for name in names}), **given)

    return functools.reduce(lambda decorated, option: option(decorated), reversed(_BUILD), call)
