"""Commands that read papers and build an index: index, rebuild, convert."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semsearch.cli.options import (
    BuildOptions,
    build_options,
    json_option,
    keep_duplicates_option,
    max_rejected_option,
    print_json,
    quiet_option,
)
from semsearch.errors import SourceError
from semsearch.harmless import dump

if TYPE_CHECKING:
    from semsearch.config import Settings

# A path for the sake of completion; whether there is such a file, the reader says best.
_source = click.Path()


@click.command()
@click.argument("sources", nargs=-1, metavar="[SOURCE...]", type=_source)
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


@click.command()
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
    from semsearch.index.offline import build_from_settings
    from semsearch.search.golden import gate
    from semsearch.terminal import BuildBar, show_build, show_stages

    settings = options.over(settings)
    judged_by = gate(settings.golden, force=options.force)
    with BuildBar(quiet=options.quiet or options.as_json) as bar:
        report = build_from_settings(settings, options.root, gate=judged_by, progress=bar)
    if options.as_json:
        print_json(asdict(report))
    else:
        show_build(report)
    if options.timings:
        show_stages(report.stages)


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=_source)
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    default="-",
    metavar="FILE",
    help="Where to write; - is stdout.  [default: -]",
)
@click.option(
    "--merged",
    "merged_to",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write there which records were merged, and why: JSON lines, one for each paper of several.",
)
@keep_duplicates_option
@max_rejected_option
@quiet_option
@json_option
def convert(
    sources: tuple[str, ...],
    output: str,
    merged_to: Path | None,
    keep_duplicates: bool,
    max_rejected: int | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Read papers and write them as JSON lines.

    This is the reading part of `index`, alone: it shows what semsearch makes of a file before anything is
    embedded. What it writes, `index` reads. Records of one paper are merged: the "versions" of a paper say
    which they were, and what showed it.

    \b
    semsearch convert publications.txt | less
    semsearch convert refs.bib -o papers.jsonl --json   counts, rejected records, and where it wrote
    semsearch convert a.bib b.ris -o c.jsonl --merged merged.jsonl
    """
    if as_json and output == "-":
        raise click.UsageError("--json prints one document to stdout: name a file for the papers with -o.")
    from semsearch.ingest.duplicates.merging import merger
    from semsearch.ingest.formats.jsonl import to_line
    from semsearch.ingest.reader import iter_papers
    from semsearch.paper import Rejected
    from semsearch.terminal import BuildBar, count, err, show_rejected

    papers, merged, rejected = 0, 0, list[Rejected]()
    with BuildBar(quiet=quiet or as_json) as bar, _written(output) as write, _mergers(merged_to) as tell:
        bar.step("read")
        for item in iter_papers(
            sources, keep_duplicates=keep_duplicates, max_rejected=max_rejected, advance=bar.advance
        ):
            if isinstance(item, Rejected):
                rejected.append(item)
                continue
            papers += 1
            if item.versions:
                merged += len(item.versions) - 1
                tell(dump(merger(item)) + "\n")
            write(dump(to_line(item)) + "\n")
    if not as_json or not papers:
        also = f", {merged:,} more merged into them" if merged else ""
        err.print(f"{count(papers, 'paper')}{also}, {len(rejected):,} rejected")
        show_rejected(rejected)
    if not papers:
        raise SourceError("no paper could be read.", where=", ".join(sources), hint="See the reasons above.")
    if as_json:
        found = {"papers": papers, "merged": merged, "rejected": [asdict(item) for item in rejected]}
        print_json(found | {"output": str(Path(output).resolve())})


def _mergers(path: Path | None) -> AbstractContextManager[Callable[[str], object]]:
    """Where to tell of merged records; nowhere unless a file is named."""
    return _written(str(path)) if path else contextlib.nullcontext(lambda _: None)


@contextlib.contextmanager
def _written(output: str) -> Iterator[Callable[[str], object]]:
    """Where to write text to: stdout, or a file that is there when all of it is."""
    if output == "-":
        yield lambda text: click.echo(text, nl=False)
        return
    from semsearch.index.files import replacing, storage

    with storage(Path(output)), replacing(Path(output)) as stream:
        yield stream.write
