"""Commands that build an index: index and rebuild."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semsearch.cli.clustering import check_build
from semsearch.cli.grouping import Grouped
from semsearch.cli.options import BuildOptions, build_options, print_json

if TYPE_CHECKING:
    from semsearch.config import Settings


@click.command(cls=Grouped)
@click.argument("sources", nargs=-1, metavar="[SOURCE...]", type=click.Path())
@build_options
def index(options: BuildOptions, sources: tuple[str, ...]) -> None:
    """Read papers, embed them, and publish an index of them.

    SOURCE is a publications page saved as text or HTML, a BibTeX file, or JSON lines; a folder or an archive
    of such files; or - for standard input. What a file is, is told from its content. Several are read as one
    collection. Without SOURCE, a semsearch.toml names them. The index that was published before serves until
    the new one is complete and checked; texts that have not changed are not embedded again.

    \b
    semsearch index publications.txt
    semsearch index refs.bib more.jsonl --index ~/papers
    semsearch index                              what the semsearch.toml here names
    """
    from semsearch.config import Settings
    from semsearch.index.offline import settings_of
    from semsearch.terminal import show_settings

    written = settings_of(options.root, options.config)
    if written is None and not sources:
        raise click.UsageError(_unnamed(options.root))
    settings = written or Settings()
    if not options.silent:
        show_settings(settings, named=len(sources))
    if sources:
        settings = replace(settings, sources=sources, path=None)
    _build(settings, options)


def _unnamed(root: Path) -> str:
    """What to say where nothing says what to read."""
    from semsearch.config import FILE, beside

    here = Path(FILE)
    hint = (
        f" The {FILE} here is not beside the index: name it with --config {FILE}." if here.is_file() else ""
    )
    return f"Name a SOURCE, or write the sources into {beside(root)}.{hint}"


@click.command(cls=Grouped)
@click.option(
    "--if-due",
    is_flag=True,
    help="Only when the schedule of semsearch.toml says that it is time, or was since the last build: for "
    "cron, every hour.",
)
@build_options
def rebuild(options: BuildOptions, if_due: bool) -> None:
    """Build again from the same sources.

    Follows the semsearch.toml of the index: asks the services it names for what is new, reads its files, and
    publishes what they hold now. Without one, reads the files that the published index was built from, with
    the encoder, the golden questions and the options that it was built with.
    """
    from semsearch.index.offline import remembered
    from semsearch.terminal import show_settings

    settings = remembered(options.root, options.config)
    if if_due and not _due(settings, options):
        return
    if not options.silent:
        show_settings(settings)
    _build(settings, options)


def _due(settings: Settings, options: BuildOptions) -> bool:
    """Whether it is time; says so where it is not."""
    from semsearch.index.offline import times
    from semsearch.terminal import err

    when = times(settings, options.root)
    if when.due:
        return True
    if options.as_json:
        print_json({"due": False, "built": f"{when.built}", "next": f"{when.next}"})
    elif not options.quiet:
        err.print(f"Not due: built {when.built:%Y-%m-%d %H:%M}, next {when.next:%Y-%m-%d %H:%M}.")
    return False


def _build(settings: Settings, options: BuildOptions) -> None:
    from semsearch.cluster.building import running_on
    from semsearch.index.offline import build_from_settings
    from semsearch.search.golden import gate
    from semsearch.terminal import BuildBar, show_build, show_stages

    settings = options.over(settings)
    check_build(settings)
    judged_by = gate(settings.golden, force=options.force)
    with running_on(settings, options.root) as runner, BuildBar(quiet=options.silent) as bar:
        report = build_from_settings(settings, options.root, gate=judged_by, progress=bar, runner=runner)
    if options.as_json:
        print_json(asdict(report))
    else:
        show_build(report)
    if options.timings:
        show_stages(report.stages)
