"""Options that several commands share, and the three calls that they make with them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from semsearch.index.store import Store
    from semsearch.search import Searcher

Command = TypeVar("Command", bound=Callable[..., Any])


def index_option(command: Command) -> Command:
    """``--index``, the same for every command."""
    return click.option(
        "--index",
        "root",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("index"),
        envvar="SEMSEARCH_INDEX",
        show_envvar=True,
        show_default=True,
        help="Folder of the index.",
    )(command)


json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout.")
encoder_option = click.option(
    "--encoder",
    metavar="NAME|PATH",
    help="A sentence-transformers model.  [default: the built-in all-MiniLM-L6-v2]",
)
rerank_option = click.option(
    "--rerank",
    metavar="NAME|PATH",
    help="Let a sentence-transformers CrossEncoder put the best 50 papers in order. Slower.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
exact_option = click.option(
    "--exact", is_flag=True, help="Search vectors exactly even in 100,000 papers and more. Slower."
)
timings_option = click.option("--timings", is_flag=True, help="Say on stderr how long each step took.")
keep_option = click.option(
    "--keep", type=click.IntRange(1), default=5, show_default=True, help="How many generations to keep."
)


def store_of(root: Path) -> Store:
    """The index at ``--index``, to be looked after."""
    from semsearch.index.store import Store

    return Store(root)


def searcher_of(root: Path, rerank: str | None = None) -> Searcher:
    """The index at ``--index``, to be asked."""
    from semsearch.search import open_searcher

    return open_searcher(root, rerank=rerank)


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
