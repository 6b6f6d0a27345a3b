"""The command that measures: evaluate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from semsearch.cli.completing import sides
from semsearch.cli.options import (
    index_option,
    json_option,
    mode_option,
    print_json,
    quiet_option,
    rerank_option,
    searcher_of,
    store_of,
)

if TYPE_CHECKING:
    from semsearch.evaluate import Side
    from semsearch.search import Mode


def _both(
    context: click.Context, option: click.Parameter, value: tuple[str, str] | None
) -> tuple[str, str] | None:
    """Where the second is forgotten, the next option stands in its place."""
    if value is not None and any(side.startswith("-") for side in value):
        raise click.BadParameter("name two, such as: --compare dense hybrid", context, option)
    return value


@click.command()
@click.option("--queries", type=click.Path(path_type=Path), required=True, help="Questions, JSON lines.")
@click.option("--qrels", type=click.Path(path_type=Path), required=True, help="Judgments, tab-separated.")
@mode_option
@click.option("--related", is_flag=True, help="Measure related papers of each question's doc_id instead.")
@click.option(
    "--compare",
    nargs=2,
    metavar="A B",
    callback=_both,
    shell_complete=sides,
    help="Two modes, generations or run files (see above).",
)
@click.option(
    "--changed",
    type=click.IntRange(0),
    default=10,
    show_default=True,
    metavar="N",
    help="With --compare: list the N questions that changed most.",
)
@click.option(
    "--run-out", type=click.Path(path_type=Path), metavar="FILE", help="Also write a TREC run file."
)
@rerank_option
@index_option
@quiet_option
@json_option
def evaluate(
    queries: Path,
    qrels: Path,
    mode: Mode,
    related: bool,
    compare: tuple[str, str] | None,
    changed: int,
    run_out: Path | None,
    rerank: str | None,
    root: Path,
    quiet: bool,
    as_json: bool,
) -> None:
    """Measure answers to judged questions.

    With --compare, also tells which of two ways of answering is better, and on which questions.

    \b
    --queries  one object a line: {"id": "1", "text": "how do agents plan?"}
    --qrels    question id, paper id and grade, separated by tabs, below a line of headings

    \b
    --compare takes two of these, in any mixture:
      a mode        auto, hybrid, dense or lexical
      a generation  its id, as `semsearch generations` prints it, or the beginning of one
      a run file    what --run-out wrote earlier, or any other TREC run file

    \b
    semsearch evaluate --queries q.jsonl --qrels r.tsv --run-out before.run
    semsearch evaluate --queries q.jsonl --qrels r.tsv --compare dense hybrid
    semsearch evaluate --queries q.jsonl --qrels r.tsv --compare 000001 000002
    semsearch evaluate --queries q.jsonl --qrels r.tsv --compare before.run auto
    semsearch evaluate --queries q.jsonl --qrels r.tsv --compare before.run auto --rerank MODEL
    """
    compared = _sides(compare, root, related=related, rerank=rerank, run_out=run_out)
    from semsearch import evaluate as evaluation
    from semsearch.terminal import BuildBar

    questions, judgments = evaluation.read_questions(queries), evaluation.read_qrels(qrels)
    with BuildBar(quiet=quiet or as_json) as bar:
        if compared is not None:
            comparison = evaluation.compare_sides(
                compared,
                questions,
                judgments,
                root=root,
                progress=bar,
                mode=mode,
                related=related,
                rerank=rerank,
                changed=changed,
            )
        else:
            searcher = searcher_of(root, rerank)
            asked = len(evaluation.judged(questions, judgments))
            bar.step(f"evaluating {'related papers' if related else mode}", asked)
            figures = evaluation.evaluate(
                searcher, questions, judgments, mode=mode, related=related, advance=bar.advance
            )
    if compared is not None:
        if as_json:
            print_json(comparison.to_dict())
        else:
            from semsearch.cli.figures import show_comparison

            show_comparison(comparison)
        return
    if run_out is not None:
        from semsearch.index.files import storage

        with storage(run_out):
            evaluation.write_run(run_out, figures.run)
    if as_json:
        print_json(figures.to_dict())
    else:
        from semsearch.cli.figures import show_evaluation

        show_evaluation(figures)


def _sides(
    compare: tuple[str, str] | None, root: Path, *, related: bool, rerank: str | None, run_out: Path | None
) -> tuple[Side, Side] | None:
    """What is to be compared, if anything; an option that would have no effect is a mistake worth naming."""
    context = click.get_current_context()
    given = {
        name
        for name in ("mode", "changed")
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE
    }

    def wrong(why: str) -> click.UsageError:
        return click.UsageError(why, context)

    if related and ("mode" in given or rerank):
        raise wrong("--related knows neither --mode nor --rerank: both are about questions.")
    if compare is None:
        if "changed" in given:
            raise wrong("--changed needs --compare A B: without it there is nothing to change from.")
        return None

    from semsearch.evaluate import parse_side

    if run_out is not None:
        raise wrong("--run-out writes one run, and --compare makes two: run evaluate once for each.")
    try:
        a, b = (parse_side(text, store_of(root).ids()) for text in compare)
    except ValueError as error:
        raise click.BadParameter(str(error), context, param_hint="'--compare'") from error
    if related and (a.mode or b.mode):
        raise wrong("--related has no modes: --compare two generations or run files.")
    if "mode" in given and not (a.generation or b.generation):
        raise wrong("--mode is for the generations that --compare names, and it names none.")
    if rerank and a.run and b.run:
        raise wrong("--rerank reorders what an index answers, and --compare names two run files.")
    return a, b
