"""Commands that ask an index: search, related, show."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from semsearch.cli.completing import paper_ids
from semsearch.cli.options import (
    format_option,
    index_option,
    json_option,
    mode_option,
    print_json,
    rerank_option,
    searcher_of,
)

if TYPE_CHECKING:
    from semsearch.search import Mode, Results

_YEARS = re.compile(r"^(\d{4})?(\.\.)?(\d{4})?$")


def _years(
    context: click.Context, option: click.Parameter, value: str | None
) -> tuple[int | None, int | None]:
    """``2019``, ``2019..2024``, ``2019..`` or ``..2024``."""
    if value is None:
        return None, None
    match = _YEARS.match(value)
    if match is None or not any(match.group(1, 3)) or (match[3] and not match[2]):
        raise click.BadParameter("use 2019, 2019..2024, 2019.. or ..2024", context, option)
    first, dots, last = match.groups()
    start = int(first) if first else None
    return start, int(last) if last else (None if dots else start)


@click.command()
@click.argument("question")
@click.option("-k", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many papers.")
@mode_option
@click.option("--year", callback=_years, metavar="2019..2024", help="Only papers of these years.")
@click.option("--author", help="Only papers by this author (accents do not matter).")
@click.option("--venue", help="Only papers of this journal or conference.")
@rerank_option
@click.option("--timings", is_flag=True, help="Say on stderr how long each stage took, in milliseconds.")
@format_option
@index_option
@json_option
def search(
    question: str,
    k: int,
    mode: Mode,
    year: tuple[int | None, int | None],
    author: str | None,
    venue: str | None,
    rerank: str | None,
    timings: bool,
    form: str,
    root: Path,
    as_json: bool,
) -> None:
    """Show the papers that answer QUESTION best, and why.

    A question that names papers (by title, author, DOI, arXiv id or a word that one paper alone holds) puts
    these first; typing errors in titles and names are forgiven.

    \b
    semsearch search "how do agents remember?"
    semsearch search "Yoshua Bengio" --year 2010..
    semsearch search BERT -k 3 --json
    semsearch search "curriculum learning" --format bibtex > refs.bib
    semsearch search '"neural networks" chemistry'   with this phrase, word for word
    semsearch search 'agents -robots -"self play"'   without a word, without a phrase
    semsearch search -- '-robots agents'             where the dash comes first
    """
    searcher = searcher_of(root, rerank)
    if mode != "lexical":
        searcher.warm()
    # Imported while the encoder is loaded.
    from semsearch.search import Filters

    filters = Filters(year_from=year[0], year_to=year[1], author=author, venue=venue)
    results = searcher.search(question, k, mode=mode, filters=filters)
    _print(results, "json" if as_json else form)
    if timings:
        stages = ", ".join(f"{stage} {took:.1f}" for stage, took in results.stages.items())
        click.echo(f"{stages}, total {results.took_ms:.1f} ms", err=True)


def _print(results: Results, form: str) -> None:
    """The hits in a form; what a citation cannot say of the answer goes to stderr."""
    if form == "json":
        print_json(results.to_dict())
        return
    if form == "text":
        from semsearch.terminal import show_results

        show_results(results)
        return
    from semsearch.harmless import plain
    from semsearch.serve.citation import FORMATS

    for note in results.notes:
        click.echo(plain(note), err=True)
    if not results:
        click.echo("No paper matches.", err=True)
    elif results.confidence == "weak":
        click.echo("Nothing in this index seems to be about this: these are the nearest.", err=True)
    click.echo(FORMATS[form].write([hit.paper for hit in results]), nl=False)


class _ManyAfterNot(click.Command):
    """Lets ``--not`` take several ids: ``related A B --not C D``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Repeat the option before each id that follows it."""
        spread: list[str] = []
        repelled = False
        for arg in args:
            if arg.startswith("-"):
                repelled = arg == "--not"
                if not repelled:
                    spread.append(arg)
            else:
                spread.extend(["--not", arg] if repelled else [arg])
        return super().parse_args(ctx, spread)


@click.command(cls=_ManyAfterNot)
@click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=paper_ids)
@click.option(
    "--not",
    "unlike",
    multiple=True,
    metavar="ID...",
    shell_complete=paper_ids,
    help="Keep away from papers like these.",
)
@click.option("-k", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many papers.")
@click.option(
    "--diversity",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="0: the most related. 1: as unlike each other as can be.",
)
@format_option
@index_option
@json_option
def related(
    ids: tuple[str, ...],
    unlike: tuple[str, ...],
    k: int,
    diversity: float,
    form: str,
    root: Path,
    as_json: bool,
) -> None:
    """Show the papers related to the papers with these IDs.

    \b
    semsearch related vaswani2017attention
    semsearch related A B --not C D --diversity 0.3
    """
    results = searcher_of(root).related(ids, k, unlike=unlike, diversity=diversity)
    _print(results, "json" if as_json else form)


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=paper_ids)
@format_option
@index_option
@json_option
def show(ids: tuple[str, ...], form: str, root: Path, as_json: bool) -> None:
    """Show papers: to read, or as citations.

    An ID is the id of a paper, as `search` shows it, or its DOI. As JSON, one paper is an object and several
    are an array; the other forms hold one entry a paper, and can be sent to a file for a reference manager.

    \b
    semsearch show vaswani2017attention
    semsearch show A B C --format bibtex > refs.bib
    """
    searcher = searcher_of(root)
    papers = [searcher.paper(identifier) for identifier in dict.fromkeys(ids)]
    form = "json" if as_json else form
    if form == "text":
        from semsearch.terminal import show_paper

        for i, paper in enumerate(papers):
            if i:
                click.echo()
            show_paper(paper)
    elif form == "json":
        from semsearch.ingest.formats.jsonl import to_json

        print_json(to_json(papers[0]) if len(ids) == 1 else [to_json(paper) for paper in papers])
    else:
        from semsearch.serve.citation import FORMATS

        click.echo(FORMATS[form].write(papers), nl=False)
