"""What a Ray cluster does: options of index and rebuild, and of serve."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from semsearch.cli.grouping import Under

if TYPE_CHECKING:
    from semsearch.config import Settings
    from semsearch.serve.guard.access import Access
    from semsearch.serve.settings import Limits

_HEADING = "On a Ray cluster (docs/cluster.md)"
_address = click.option(
    "--address",
    cls=Under,
    heading=_HEADING,
    metavar="HOST:PORT",
    help="The head of the cluster.  [default: $RAY_ADDRESS, or that of this machine]",
)
BUILD = (
    click.option(
        "--runner",
        cls=Under,
        heading=_HEADING,
        type=click.Choice(["local", "ray"]),
        help="Where texts are encoded: on this machine, or all over a Ray cluster.  [default: local]",
    ),
    _address,
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
        metavar="N",
        help="Encode on N GPUs of the cluster and not on its cores.  [default: 0]",
    ),
)


_SERVE = (
    click.option(
        "--runner",
        cls=Under,
        heading=_HEADING,
        type=click.Choice(["local", "ray"]),
        default="local",
        show_default=True,
        help="What answers: this machine, or a Ray cluster.",
    ),
    _address,
    click.option(
        "--shards",
        cls=Under,
        heading=_HEADING,
        type=click.IntRange(1),
        default=1,
        show_default=True,
        metavar="N",
        help="Cut the papers into N parts, each answered for by processes of its own.",
    ),
    click.option(
        "--replicas",
        cls=Under,
        heading=_HEADING,
        type=click.IntRange(1),
        default=2,
        show_default=True,
        metavar="N",
        help="Processes for each part, on N nodes.",
    ),
    click.option(
        "--linger",
        cls=Under,
        heading=_HEADING,
        type=click.FloatRange(0),
        default=60,
        show_default=True,
        metavar="SECONDS",
        help="How long a generation can still be asked for when a newer one answers.",
    ),
)
_OF_ONE_MACHINE = ("workers", "resident", "drain", "connections", "metrics_port", "access_log", "json_log")


def check_build(settings: Settings) -> None:
    """Refuse what the command line says of a cluster where none is asked for.

    Raises:
        UsageError: It says something.
    """
    if settings.runner == "local" and (given := _said("address", "storage", "shards", "gpus")):
        raise click.UsageError(f"{given} is for --runner ray.")


def _said(*names: str) -> str | None:
    """The first of some options that the command line has."""
    context = click.get_current_context()
    said = (name for name in names if context.get_parameter_source(name) is ParameterSource.COMMANDLINE)
    return next((f"--{name.replace('_', '-')}" for name in said), None)


@dataclass(frozen=True, slots=True)
class ServingOptions:
    """What ``serve`` is told of a cluster; each field is the option of its name."""

    runner: str
    address: str | None
    shards: int
    replicas: int
    linger: float

    def serve(
        self, root: Path, host: str, port: int, access: Access, limits: Limits, rerank: str | None
    ) -> None:
        """Serve on the cluster, until told to stop."""
        from semsearch.cluster.gateway import Service
        from semsearch.cluster.serving import serve_on_cluster

        service = Service(root.resolve(), host, self.shards, access, limits, rerank)
        serve_on_cluster(service, port, address=self.address, replicas=self.replicas, linger=self.linger)


def check(options: ServingOptions) -> None:
    """Refuse options that mean nothing to what is to answer.

    Raises:
        UsageError: There is one.
    """
    theirs = _OF_ONE_MACHINE if options.runner == "ray" else ("address", "shards", "replicas", "linger")
    if given := _said(*theirs):
        raise click.UsageError(f"{given} is for --runner {'local' if options.runner == 'ray' else 'ray'}.")


def serving_options(command: Callable[..., None]) -> Callable[..., None]:
    """Those of a service, which the command gets as one `ServingOptions`, named ``cluster``."""
    names = [field.name for field in fields(ServingOptions)]

    @functools.wraps(command)
    def call(*before: Any, **given: Any) -> None:
        command(*before, cluster=ServingOptions(**{name: given.pop(name) for name in names}), **given)

    return functools.reduce(lambda decorated, option: option(decorated), reversed(_SERVE), call)
