"""The command that reads papers and writes them in another form: convert."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semsearch.cli.options import (
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

# What is written beside JSON lines: the forms of citation, by what the names of such files end in.
_FORMS = {"bibtex": ".bib", "ris": ".ris", "csl": ".csl.json", "csv": ".csv"}


@click.command()
# A path for the sake of completion; whether there is such a file, the reader says best.
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...", type=click.Path())
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
    form: str | None,
    merged_to: Path | None,
    keep_duplicates: bool,
    max_rejected: int | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Read papers and write them in another form.

    As JSON lines, BibTeX, RIS, CSL-JSON or CSV. This is the reading part of `index`, alone: it shows what
    semsearch makes of a file before anything is embedded. What it writes, `index` reads. Records of one
    paper are merged: the "versions" of a paper say which they were, and what showed it; JSON lines alone
    hold them.

    \b
    semsearch convert publications.txt | less
    semsearch convert export.xml -o refs.bib
    semsearch convert refs.bib -o papers.jsonl --json   counts, rejected records, and where it wrote
    semsearch convert a.bib b.ris -o c.jsonl --merged merged.jsonl
    """
    if as_json and output == "-":
        raise click.UsageError("--json prints one document to stdout: name a file for the papers with -o.")
    from semsearch.ingest.duplicates.merging import merger
    from semsearch.ingest.reader import iter_papers
    from semsearch.paper import Rejected
    from semsearch.terminal import BuildBar, count, err, show_rejected

    papers, merged, rejected = 0, 0, list[Rejected]()
    with (
        BuildBar(quiet=quiet or as_json) as bar,
        _written(output, form or _form_of(output)) as write,
        _mergers(merged_to) as tell,
    ):
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


def _mergers(path: Path | None) -> AbstractContextManager[Callable[[str], object]]:
    """Where to tell of merged records; nowhere unless a file is named."""
    return _opened(str(path)) if path else contextlib.nullcontext(lambda _: None)


@contextlib.contextmanager
def _written(output: str, form: str) -> Iterator[Callable[[Paper], object]]:
    """Where to write papers to: stdout, or a file that is there when all of it is.

    JSON lines are written as they come; of the other forms one paper may depend on those before it.
    """
    from semsearch.ingest.formats.jsonl import to_line
    from semsearch.serve.citation import FORMATS

    papers: list[Paper] = []
    with _opened(output) as write:
        if form == "jsonl":
            yield lambda paper: write(dump(to_line(paper)) + "\n")
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
