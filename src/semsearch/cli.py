"""The command line: parse, one call, print. Heavy libraries are imported by the command that needs them."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from semsearch.errors import SemsearchError, SourceError

if TYPE_CHECKING:
    from semsearch.index.store import Store
    from semsearch.search import Mode, Searcher

Command = TypeVar("Command", bound=Callable[..., Any])

_YEARS = re.compile(r"^(\d{4})?(\.\.)?(\d{4})?$")


def main() -> None:
    """Entry point: a mendable error becomes a message and exit code 1, wrong usage exit code 2."""
    try:
        cli(standalone_mode=False)
    except SemsearchError as error:
        from semsearch.terminal import show_error

        show_error(error)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output has gone: nothing to say, and nobody to say it to
        sys.exit(1)


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
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
keep_option = click.option(
    "--keep", type=click.IntRange(1), default=5, show_default=True, help="How many generations to keep."
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="semsearch")
def cli() -> None:
    r"""Ask a body of scientific papers questions in your own words.

    \b
    semsearch index publications.txt refs.bib     read, embed and publish an index
    semsearch search "how do agents remember?"    the papers that answer best, and why
    semsearch related ID                          papers like one you know
    semsearch serve                               the same over HTTP, with a page

    Every command explains itself with --help.
    """


@cli.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@index_option
@encoder_option
@keep_option
@quiet_option
@json_option
def index(
    sources: tuple[str, ...], root: Path, encoder: str | None, keep: int, quiet: bool, as_json: bool
) -> None:
    r"""Read papers, embed them, and publish an index of them.

    SOURCE is a publications page saved as text or HTML, a BibTeX file, or JSON lines; what a file is, is told
    from its content. Several are read as one collection. The index that was published before serves until the
    new one is complete and checked; texts that have not changed are not embedded again.

    \b
    semsearch index publications.txt
    semsearch index refs.bib more.jsonl --index ~/papers
    """
    _build(sources, root, encoder, keep, quiet, as_json)


@cli.command()
@index_option
@encoder_option
@keep_option
@quiet_option
@json_option
def rebuild(root: Path, encoder: str | None, keep: int, quiet: bool, as_json: bool) -> None:
    """Read the sources of the published index again, and publish what they hold now.

    The encoder stays the one of the published index unless another is named.
    """
    store = _store(root)
    manifest = store.manifest(store.published())
    if not manifest.sources:
        raise SourceError(
            "the published index does not say which files it was built from.",
            where=root,
            hint="Name them once: semsearch index SOURCE...",
        )
    _build(manifest.sources, root, encoder or manifest.encoder.name, keep, quiet, as_json)


def _build(
    sources: tuple[str, ...], root: Path, encoder: str | None, keep: int, quiet: bool, as_json: bool
) -> None:
    from dataclasses import asdict

    from semsearch.index.offline import build_from_sources
    from semsearch.terminal import BuildBar, show_build

    with BuildBar(quiet=quiet or as_json) as bar:
        report = build_from_sources(sources, root, encoder=encoder, keep=keep, progress=bar)
    if as_json:
        _print_json(asdict(report))
    else:
        show_build(report)


@cli.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option(
    "-o", "--output", default="-", metavar="FILE", help="Where to write; - is stdout.  [default: -]"
)
def convert(sources: tuple[str, ...], output: str) -> None:
    """Read papers and write them as JSON lines: the reading part of `index`, alone.

    Shows what semsearch makes of a file before anything is embedded. What it writes, `index` reads.
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


@cli.command()
@click.argument("question")
@click.option("-k", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many papers.")
@click.option(
    "--mode",
    type=click.Choice(["auto", "hybrid", "dense", "lexical"]),
    default="auto",
    show_default=True,
    help="auto: a title, author or identifier first, else hybrid. hybrid: meaning and words. dense: meaning. "
    "lexical: words.",
)
@click.option("--year", callback=_years, metavar="2019..2024", help="Only papers of these years.")
@click.option("--author", help="Only papers by this author (accents do not matter).")
@click.option("--venue", help="Only papers of this journal or conference.")
@index_option
@json_option
def search(
    question: str,
    k: int,
    mode: Mode,
    year: tuple[int | None, int | None],
    author: str | None,
    venue: str | None,
    root: Path,
    as_json: bool,
) -> None:
    r"""Show the papers that answer QUESTION best, and why.

    \b
    semsearch search "how do agents remember?"
    semsearch search "Yoshua Bengio" --year 2010..
    semsearch search BERT -k 3 --json
    """
    from semsearch.index.words import content_words
    from semsearch.search import Filters

    filters = Filters(year_from=year[0], year_to=year[1], author=author, venue=venue)
    results = _searcher(root).search(question, k, mode=mode, filters=filters)
    if as_json:
        _print_json(results.to_dict())
        return
    from semsearch.terminal import show_results

    show_results(results, content_words(question))


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


@cli.command(cls=_ManyAfterNot)
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--not", "unlike", multiple=True, metavar="ID...", help="Keep away from papers like these.")
@click.option("-k", type=click.IntRange(1, 1000), default=10, show_default=True, help="How many papers.")
@click.option(
    "--diversity",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    help="0: the most related. 1: as unlike each other as can be.",
)
@index_option
@json_option
def related(
    ids: tuple[str, ...], unlike: tuple[str, ...], k: int, diversity: float, root: Path, as_json: bool
) -> None:
    r"""Show the papers related to the papers with these IDs.

    \b
    semsearch related vaswani2017attention
    semsearch related A B --not C D --diversity 0.3
    """
    results = _searcher(root).related(ids, k, unlike=unlike, diversity=diversity)
    if as_json:
        _print_json(results.to_dict())
        return
    from semsearch.terminal import show_results

    show_results(results, ())


@cli.command()
@click.argument("identifier", metavar="ID")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "bibtex", "ris", "csl"]),
    default="text",
    show_default=True,
    help="How to print it.",
)
@index_option
def show(identifier: str, form: str, root: Path) -> None:
    """Show one paper: to read, or as a citation.

    ID is the id of the paper, as `search` shows it, or its DOI.
    """
    paper = _searcher(root).paper(identifier)
    if form == "text":
        from semsearch.terminal import show_paper

        show_paper(paper)
    else:
        from semsearch.serve.citation import FORMATS

        click.echo(FORMATS[form](paper).rstrip("\n"))


@cli.command()
@click.option("--queries", type=click.Path(path_type=Path), required=True, help="Questions, JSON lines.")
@click.option("--qrels", type=click.Path(path_type=Path), required=True, help="Judgments, tab-separated.")
@click.option(
    "--mode", type=click.Choice(["auto", "hybrid", "dense", "lexical"]), default="auto", show_default=True
)
@click.option("--related", is_flag=True, help="Measure related papers of each question's doc_id instead.")
@click.option(
    "--run-out", type=click.Path(path_type=Path), metavar="FILE", help="Also write a TREC run file."
)
@index_option
@quiet_option
@json_option
def evaluate(
    queries: Path,
    qrels: Path,
    mode: Mode,
    related: bool,
    run_out: Path | None,
    root: Path,
    quiet: bool,
    as_json: bool,
) -> None:
    r"""Measure how well the index answers judged questions.

    \b
    --queries  one object a line: {"id": "1", "text": "how do agents plan?"}
    --qrels    question id, paper id and grade, separated by tabs, below a line of headings
    """
    from semsearch import evaluate as evaluation
    from semsearch.terminal import BuildBar, show_evaluation

    questions, judgments = evaluation.read_questions(queries), evaluation.read_qrels(qrels)
    searcher = _searcher(root)
    with BuildBar(quiet=quiet or as_json) as bar:
        bar.step("evaluate", sum(question.id in judgments for question in questions))
        figures = evaluation.evaluate(
            searcher, questions, judgments, mode=mode, related=related, advance=bar.advance
        )
    if run_out is not None:
        from semsearch.index.files import storage

        with storage(run_out):
            evaluation.write_run(run_out, figures.run)
    if as_json:
        _print_json(figures.to_dict())
    else:
        show_evaluation(figures)


@cli.command()
@index_option
@json_option
def generations(root: Path, as_json: bool) -> None:
    """List the builds that are kept; the published one is marked."""
    from semsearch.terminal import show_generations

    store = _store(root)
    current = store.published()
    rows = []
    for name in store.ids():
        manifest = store.manifest(name)
        rows.append(
            {
                "id": name,
                "published": name == current,
                "created": manifest.created,
                "papers": manifest.counts.papers,
                "encoder": manifest.encoder.name,
                "parent": manifest.parent,
                "bytes": sum(record.size for record in manifest.files.values()),
            }
        )
    if as_json:
        _print_json({"generations": rows})
    else:
        show_generations(rows)


@cli.command()
@click.argument("generation", required=False, metavar="[ID]")
@index_option
@json_option
def verify(generation: str | None, root: Path, as_json: bool) -> None:
    """Check every file of a generation, and that its encoder still gives the same vectors.

    Without ID, the published generation.
    """
    from semsearch.index.generation import open_generation
    from semsearch.search.loading import load_encoder

    opened = open_generation(_store(root), generation)
    load_encoder(opened)
    files = len(opened.manifest.files)
    if as_json:
        _print_json({"generation": opened.id, "papers": len(opened.papers), "files": files, "ok": True})
    else:
        click.echo(f"{opened.id}: {files} files and the encoder are as they were built.")


@cli.command()
@click.argument("generation", required=False, metavar="[ID]")
@index_option
def rollback(generation: str | None, root: Path) -> None:
    """Publish an older generation again. Without ID, the one before the published one.

    It is checked first; nothing is deleted, so rolling forward is the same command with the newer ID.
    """
    from semsearch.errors import IndexMissing
    from semsearch.index.generation import open_generation

    store = _store(root)
    current = store.published()
    with store.lock():
        older = [name for name in store.ids() if name < current]
        if generation is None and not older:
            raise IndexMissing("there is no generation before this one.", where=current)
        target = generation or older[-1]
        open_generation(store, target)
        store.publish(target)
    click.echo(f"Published {target} (was {current}).")


@cli.command()
@keep_option
@index_option
def prune(keep: int, root: Path) -> None:
    """Delete old generations: all but the last few, and never the published one."""
    store = _store(root)
    store.published()
    with store.lock():
        removed = store.prune(keep)
    click.echo(f"Removed {len(removed)}: {', '.join(removed)}" if removed else "Nothing to remove.")


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 picks a free one."
)
@index_option
def serve(host: str, port: int, root: Path) -> None:
    """Answer over HTTP from the published generation, and from each new one as it is published.

    A page at /, the API under /v1, its documentation at /docs, /health/live and /health/ready for those who
    watch. Listens on this machine only, unless --host says otherwise.
    """
    from semsearch.serve.run import serve as run

    run(root, host, port)


def _store(root: Path) -> Store:
    from semsearch.index.store import Store

    return Store(root)


def _searcher(root: Path) -> Searcher:
    from semsearch.search import open_searcher

    return open_searcher(root)


def _print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
