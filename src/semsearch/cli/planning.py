"""The command that says what an index will take: plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from semsearch.cli.options import (
    encoder_option,
    exact_option,
    json_option,
    memory_option,
    print_json,
    quiet_option,
    recall_option,
)

if TYPE_CHECKING:
    from semsearch.index.measuring import Speed
    from semsearch.index.plan import Part, Plan


@click.command()
@click.option("--papers", type=click.IntRange(1), required=True, help="How many; 10_000_000 is read too.")
@click.option(
    "--abstract-words",
    "words",
    type=click.IntRange(1, 5_000),
    default=170,
    show_default=True,
    help="Words of an abstract, in the mean.",
)
@encoder_option
@memory_option
@recall_option
@exact_option
@click.option("--measure", "again", is_flag=True, help="Measure this machine again.")
@quiet_option
@json_option
def plan(
    papers: int,
    words: int,
    encoder: str | None,
    memory: int | None,
    recall: float | None,
    exact: bool,
    again: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Say what an index will take, before anything is spent on it.

    Hours, disk, memory, the type of index and its recall, on this machine. The first time, the machine is
    measured for a minute or two: some papers are encoded, and two small indexes are built of papers made up
    for it. What is measured is remembered. Measure when nothing else runs: a busy machine is a slow one.

    Every figure says where it comes from. What depends on your papers (how long they are, how many words they
    share) is as good as --abstract-words.

    \b
    semsearch plan --papers 1_000_000
    semsearch plan --papers 10_000_000 --memory 1GB --recall 0.95
    """
    from semsearch.config import RECALL
    from semsearch.encode import DEFAULT
    from semsearch.index import measuring
    from semsearch.index.plan import plan as planned
    from semsearch.terminal import BuildBar

    name = encoder or DEFAULT
    speed = None if again else measuring.remembered(words, name)
    if speed is None:
        with BuildBar(quiet=quiet or as_json) as bar:
            speed = measuring.measure(words, name, bar)
        measuring.remember(speed, name)
    found = planned(papers, speed, memory=memory, recall=recall or RECALL, exact=exact)
    if as_json:
        print_json(asdict(found) | {"seconds": found.seconds, "measured": asdict(speed)})
    else:
        _show(found, speed)


def _show(plan: Plan, speed: Speed) -> None:
    """The figures in three tables, each with where it comes from."""
    from rich.table import Table
    from rich.text import Text

    from semsearch.terminal import count, err, out

    out.print(f"{count(plan.papers, 'paper')}, abstracts of {plan.words:,} words\n")
    recall = "exact" if plan.recall == 1 else f"recall {plan.recall:.2f}, measured when it is built"
    out.print(Text.assemble("  vectors  ", (plan.index_type, "bold"), f"  {recall}\n"))
    for title, parts, said, total in (
        ("time", plan.time, _duration, True),
        ("disk", plan.disk, _bytes, True),
        ("memory", plan.memory, _bytes, False),
    ):
        table = Table(box=None, pad_edge=False, show_header=False)
        for justify in ("left", "right", "left"):
            table.add_column(justify=justify)
        for part in parts:
            table.add_row(
                f"    {part.name}", Text(said(part.amount), style="bold"), Text(part.why, style="dim")
            )
        if total:
            table.add_row("    together", Text(said(_total(parts)), style="bold"), "")
        out.print(f"  {title}")
        out.print(table)
        out.print()
    if plan.papers >= speed.papers_per_second * _DAY:
        err.print("Encoding is what takes longest: a GPU, or several machines, shorten it.")


_DAY = 86_400


def _total(parts: Iterable[Part]) -> float:
    return sum(part.amount for part in parts)


def _duration(seconds: float) -> str:
    for length, unit in ((_DAY, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * length:
            return f"{seconds / length:,.1f} {unit}"
    return f"{seconds:,.0f} s"


def _bytes(size: float) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.0f} MB"
