"""Commands that read papers and build an index: index, rebuild, convert."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import asdict
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
    from semsearch.paper import Paper

# What `convert` writes beside JSON lines: the forms of citation, by what the names of such files end in.
_FORMS = {"bibtex": ".bib", "ris": ".ris", "csl": ".csl.json", "csv": ".csv"}
# A path for the sake of completion; whether there is such a file, the reader says best.
_sources = click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=click.Path())


@click.command()
@_sources
@build_options
def index(options: BuildOptions, sources: tuple[str, ...]) -> None:
    """Read papers, embed them, and publish an index of them.

    SOURCE is a publications page saved as text or HTML, a BibTeX file, or JSON lines; a folder or an archive
    of such files; or - for standard input. What a file is, is told from its content. Several are read as one
    collection. The index that was published before serves until the
    new one is complete and checked; texts that have not changed are not embedded again.

    \b
    semsearch index publications.txt
    semsearch index refs.bib more.jsonl --index ~/papers
    """
    _build(sources, options.encoder, options.golden, options)


@click.command()
@build_options
def rebuild(options: BuildOptions) -> None:
    """Build again from the same sources.

    Reads the files that the published index was built from, and publishes what they hold now.

    The encoder and the golden questions stay those of the published index unless others are named.
    """
    from semsearch.index.offline import recorded

    before = recorded(options.root)
    _build(
        before.sources,
        options.encoder or before.encoder.name,
        options.golden or before.golden,
        options,
    )


def _build(
    sources: tuple[str, ...], encoder: str | None, golden: Path | str | None, options: BuildOptions
) -> None:
    from semsearch.index.offline import build_from_sources
    from semsearch.search.golden import gate
    from semsearch.terminal import BuildBar, show_build, show_stages

    judged_by = gate(golden, force=options.force)
    with BuildBar(quiet=options.quiet or options.as_json) as bar:
        report = build_from_sources(
            sources,
            options.root,
            keep_duplicates=options.keep_duplicates,
            max_rejected=options.max_rejected,
            encoder=encoder,
            runtime=options.runtime,
            keep=options.keep,
            exact=options.exact,
            gate=judged_by,
            progress=bar,
        )
    if options.as_json:
        print_json(asdict(report))
    else:
        show_build(report)
    if options.timings:
        show_stages(report.stages)


@click.command()
@_sources
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    default="-",
    metavar="FILE",
    help="Where to write; - is stdout.  [default: -]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", *_FORMS]),
    help="What to write.  [default: what the name of FILE ends in; else jsonl]",
)
@keep_duplicates_option
@max_rejected_option
@quiet_option
@json_option
def convert(
    sources: tuple[str, ...],
    output: str,
    form: str | None,
    keep_duplicates: bool,
    max_rejected: int | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Read papers and write them as JSON lines, BibTeX, RIS or CSL-JSON.

    This is the reading part of `index`, alone: it shows what semsearch makes of a file before anything is
    embedded. What it writes, `index` reads. Records of one paper are merged: the "versions" of a paper say
    which they were, and what showed it; JSON lines alone hold them.

    \b
    semsearch convert publications.txt | less
    semsearch convert export.xml -o refs.bib
    semsearch convert refs.bib -o papers.jsonl --json   counts, rejected records, and where it wrote
    """
    if as_json and output == "-":
        raise click.UsageError("--json prints one document to stdout: name a file for the papers with -o.")
    from semsearch.ingest.reader import iter_papers
    from semsearch.paper import Rejected
    from semsearch.terminal import BuildBar, count, err, show_rejected

    papers, merged, rejected = 0, 0, list[Rejected]()
    with BuildBar(quiet=quiet or as_json) as bar, _written(output, form or _form_of(output)) as write:
        bar.step("read")
        for item in iter_papers(
            sources, keep_duplicates=keep_duplicates, max_rejected=max_rejected, advance=bar.advance
        ):
            if isinstance(item, Rejected):
                rejected.append(item)
                continue
            papers += 1
            merged += max(0, len(item.versions) - 1)
            write(item)
    if not as_json or not papers:
        also = f", {merged:,} more merged into them" if merged else ""
        err.print(f"{count(papers, 'paper')}{also}, {len(rejected):,} rejected")
        show_rejected(rejected)
    if not papers:
        raise SourceError("no paper could be read.", where=", ".join(sources), hint="See the reasons above.")
    if as_json:
        found = {"papers": papers, "merged": merged, "rejected": [asdict(item) for item in rejected]}
        print_json(found | {"output": str(Path(output).resolve())})


def _form_of(output: str) -> str:
    """The form that the name of a file asks for."""
    return next((form for form, suffix in _FORMS.items() if output.lower().endswith(suffix)), "jsonl")


@contextlib.contextmanager
def _written(output: str, form: str) -> Iterator[Callable[[Paper], object]]:
    """Where to write papers to: stdout, or a file that is there when all of it is.

    JSON lines are written as they come; of the other forms one paper may depend on those before it.
    """
    from semsearch.ingest.formats.jsonl import to_json
    from semsearch.serve.citation import FORMATS

    papers: list[Paper] = []
    with _opened(output) as write:
        if form == "jsonl":
            yield lambda paper: write(dump(to_json(paper)) + "\n")
        else:
            yield papers.append
            write(FORMATS[form].write(papers))


@contextlib.contextmanager
def _opened(output: str) -> Iterator[Callable[[str], object]]:
    if output == "-":
        yield lambda text: click.echo(text, nl=False)
        return
    from semsearch.index.files import replacing, storage

    with storage(Path(output)), replacing(Path(output)) as stream:
        yield stream.write
