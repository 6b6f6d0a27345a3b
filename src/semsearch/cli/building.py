"""Commands that read papers and build an index: index, rebuild, convert."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semsearch.cli.options import (
    encoder_option,
    exact_option,
    index_option,
    json_option,
    keep_option,
    print_json,
    quiet_option,
    runtime_option,
    timings_option,
)
from semsearch.errors import SourceError

if TYPE_CHECKING:
    from semsearch.encode.runtime import RuntimeName


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@index_option
@encoder_option
@runtime_option
@keep_option
@exact_option
@timings_option
@quiet_option
@json_option
def index(
    sources: tuple[str, ...],
    root: Path,
    encoder: str | None,
    runtime: RuntimeName,
    keep: int,
    exact: bool,
    timings: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Read papers, embed them, and publish an index of them.

    SOURCE is a publications page saved as text or HTML, a BibTeX file, or JSON lines; what a file is, is told
    from its content. Several are read as one collection. The index that was published before serves until the
    new one is complete and checked; texts that have not changed are not embedded again.

    \b
    semsearch index publications.txt
    semsearch index refs.bib more.jsonl --index ~/papers
    """
    _build(sources, root, encoder, runtime, keep, exact, timings, quiet, as_json)


@click.command()
@index_option
@encoder_option
@runtime_option
@keep_option
@exact_option
@timings_option
@quiet_option
@json_option
def rebuild(
    root: Path,
    encoder: str | None,
    runtime: RuntimeName,
    keep: int,
    exact: bool,
    timings: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Build again from the same sources.

    Reads the files that the published index was built from, and publishes what they hold now.

    The encoder stays the one of the published index unless another is named.
    """
    from semsearch.index.offline import recorded

    sources, name = recorded(root)
    _build(sources, root, encoder or name, runtime, keep, exact, timings, quiet, as_json)


def _build(
    sources: tuple[str, ...],
    root: Path,
    encoder: str | None,
    runtime: RuntimeName,
    keep: int,
    exact: bool,
    timings: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    from dataclasses import asdict

    from semsearch.index.offline import build_from_sources
    from semsearch.terminal import BuildBar, show_build, show_stages

    with BuildBar(quiet=quiet or as_json) as bar:
        report = build_from_sources(
            sources, root, encoder=encoder, runtime=runtime, keep=keep, exact=exact, progress=bar
        )
    if as_json:
        print_json(asdict(report))
    else:
        show_build(report)
    if timings:
        show_stages(report.stages)


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "-o", "--output", default="-", metavar="FILE", help="Where to write; - is stdout.  [default: -]"
)
def convert(sources: tuple[str, ...], output: str) -> None:
    """Read papers and write them as JSON lines.

    This is the reading part of `index`, alone: it shows what semsearch makes of a file before anything is
    embedded. What it writes, `index` reads.
    """
    from semsearch.ingest.jsonl import to_json
    from semsearch.ingest.reader import read
    from semsearch.terminal import count, err, show_rejected

    papers, rejected = read(*sources)
    lines = "".join(json.dumps(to_json(paper), ensure_ascii=False) + "\n" for paper in papers)
    if output == "-":
        click.echo(lines, nl=False)
    else:
        from semsearch.index.files import replace_atomically, storage

        with storage(Path(output)):
            replace_atomically(Path(output), lines)
    err.print(f"{count(len(papers), 'paper')}, {len(rejected):,} rejected")
    show_rejected(rejected)
    if not papers:
        raise SourceError("no paper could be read.", where=", ".join(sources), hint="See the reasons above.")
