"""Options that several commands share, and the calls that they make with them."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from semsearch import sizes
from semsearch.cli.clustering import BUILD
from semsearch.config import LEAST_RECALL, RECALL
from semsearch.harmless import dump

if TYPE_CHECKING:
    from semsearch.config import RunnerName, RuntimeName, Settings
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
mode_option = click.option(
    "--mode",
    type=click.Choice(["auto", "hybrid", "dense", "lexical"]),
    default="auto",
    show_default=True,
    help="auto: papers the question names first, else hybrid. hybrid: meaning and words. dense: meaning. "
    "lexical: words.",
)
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "bibtex", "ris", "csl", "csv"]),
    default="text",
    show_default=True,
    help="How to print the papers; json is the same as --json.",
)
encoder_option = click.option(
    "--encoder",
    type=click.Path(),  # for the sake of completion: a name is as good
    metavar="NAME|PATH",
    help="A sentence-transformers model.  [default: the built-in all-MiniLM-L6-v2]",
)
runtime_option = click.option(
    "--runtime",
    type=click.Choice(["auto", "torch", "onnx", "openvino"]),
    help="What runs the encoder. auto: what encodes most papers a second here, by a short measurement.  "
    "[default: auto]",
)
rerank_option = click.option(
    "--rerank",
    type=click.Path(),
    metavar="NAME|PATH",
    help="Let a sentence-transformers CrossEncoder put the best 50 papers in order. Slower.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
exact_option = click.option(
    "--exact", is_flag=True, help="Search vectors exactly even in 100,000 papers and more. Slower."
)


def size_of(_: click.Context, __: click.Parameter, text: str | None) -> int | None:
    """Bytes, of an option that says a size."""
    try:
        return None if text is None else sizes.parse(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error


memory_option = click.option(
    "--memory",
    callback=size_of,
    metavar="SIZE",
    help="What the index of vectors may take, such as 500MB, from 100,000 papers on; it decides the kind.  "
    "[default: no limit]",
)
recall_option = click.option(
    "--recall",
    type=click.FloatRange(LEAST_RECALL, 1),
    help="The share of what is nearest that search must find from 100,000 papers on; measured at build.  "
    f"[default: {RECALL}]",
)
golden_option = click.option(
    "--golden",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Questions that must be answered before the index is published: JSON lines with question and papers "
    "(ids). A rebuild asks them again.",
)
force_option = click.option("--force", is_flag=True, help="Publish even what the checks would hold back.")
keep_duplicates_option = click.option(
    "--keep-duplicates", is_flag=True, help="Leave records of one paper apart; otherwise they are merged."
)
max_rejected_option = click.option(
    "--max-rejected",
    type=click.IntRange(0),
    metavar="N",
    help="Give up when more than N records cannot be used.  [default: read on]",
)
timings_option = click.option("--timings", is_flag=True, help="Say on stderr how long each step took.")
config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    envvar="SEMSEARCH_CONFIG",
    show_envvar=True,
    metavar="FILE",
    help="Settings: sources, schedule, options of a build.  [default: semsearch.toml beside the index]",
)
keep_built_option = click.option(
    "--keep", type=click.IntRange(1), metavar="N", help="How many generations to keep.  [default: 5]"
)
keep_option = click.option(
    "--keep", type=click.IntRange(1), default=5, show_default=True, help="How many generations to keep."
)


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What ``index`` and ``rebuild`` are told alike; each field is the option of its name."""

    root: Path
    config: Path | None
    encoder: str | None
    runtime: RuntimeName | None
    keep: int | None
    exact: bool
    memory: int | None
    recall: float | None
    golden: Path | None
    force: bool
    keep_duplicates: bool
    max_rejected: int | None
    runner: RunnerName | None
    address: str | None
    storage: str | None
    shards: int | None
    gpus: int | None
    timings: bool
    quiet: bool
    as_json: bool

    @property
    def silent(self) -> bool:
        """Whether nothing is said but what came of it."""
        return self.quiet or self.as_json

    def over(self, settings: Settings) -> Settings:
        """Settings, and before them what the command line says."""
        given = {
            "encoder": self.encoder,
            "runtime": self.runtime,
            "keep": self.keep,
            "exact": self.exact or None,
            "memory": self.memory,
            "recall": self.recall,
            "golden": str(self.golden) if self.golden else None,
            "keep_duplicates": self.keep_duplicates or None,
            "max_rejected": self.max_rejected,
            "runner": self.runner,
            "address": self.address,
            "storage": self.storage,
            "shards": self.shards,
            "gpus": self.gpus,
        }
        said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        return replace(settings, **said)


def build_options(command: Callable[..., None]) -> Callable[..., None]:
    """All options of a build, which the command gets as one `BuildOptions` before its own arguments."""
    names = [field.name for field in fields(BuildOptions)]

    @functools.wraps(command)
    def call(**given: Any) -> None:
        command(BuildOptions(**{name: given.pop(name) for name in names}), **given)

    options = (
        index_option,
        config_option,
        encoder_option,
        runtime_option,
        keep_built_option,
        exact_option,
        memory_option,
        recall_option,
        golden_option,
        force_option,
        keep_duplicates_option,
        max_rejected_option,
        timings_option,
        quiet_option,
        json_option,
        *BUILD,
    )
    return functools.reduce(lambda decorated, option: option(decorated), reversed(options), call)


def store_of(root: Path) -> Store:
    """The index at ``--index``, to be looked after."""
    from semsearch.index.store import Store

    return Store(root)


def one_thread_each() -> None:
    """Let products of matrices be computed by the thread that wants them, as long as numpy is not loaded.

    Those of one question are so small that a second thread gains nothing, and it waits by spinning: it takes
    the core from the next question.
    """
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def searcher_of(root: Path, rerank: str | None = None) -> Searcher:
    """The index at ``--index``, to be asked."""
    one_thread_each()
    from semsearch.search import open_searcher

    return open_searcher(root, rerank=rerank)


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    click.echo(dump(document, indent=2))


def print_json_error(what: str, *, where: str = "", hint: str = "") -> None:
    """The one JSON document of a command that cannot do what it was asked."""
    print_json({"error": {"what": what, "where": where, "hint": hint}})
