"""Figures of an evaluation in a terminal: means, how sure they are, and what changed."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from semsearch.evaluate.comparison import CHANGED_BY, Comparison, Difference
from semsearch.evaluate.evaluation import Evaluation, percentile
from semsearch.evaluate.judged import Question
from semsearch.harmless import plain
from semsearch.terminal import count, out

_NAMES = {"ndcg@10": "nDCG@10", "recall@100": "recall@100", "mrr@10": "MRR@10", "map": "MAP"}
_FEW = 20  # questions, below which a bootstrap interval is narrower than it should be
_SMALLEST_P = 0.0001  # that is told from 0


def show_evaluation(figures: Evaluation) -> None:
    """The measures of a run with their intervals, and what an interval is."""
    out.print(f"{count(len(figures.per_question), 'judged question')}, {_took(figures)}\n")
    table = _table("", "mean", "95% interval")
    intervals = figures.intervals()
    for name, mean in figures.measures.items():
        low, high = intervals[name]
        table.add_row(_NAMES[name], Text(f"{mean:.4f}", style="bold"), f"{low:.4f} to {high:.4f}")
    out.print(table)
    out.print()
    _note(figures, "Interval: where the mean would likely be, had other questions of this kind been asked.")


def show_comparison(comparison: Comparison) -> None:
    """Both sides, their differences, whether these are more than chance, and the questions behind them."""
    for letter, name, side in zip("AB", comparison.names, (comparison.a, comparison.b), strict=True):
        about = f"  {_took(side)}" if side.took_ms else f"  {_answered(side)}"
        out.print(Text.assemble((f"{letter}  ", "bold"), plain(name), (about, "dim")), soft_wrap=True)
    out.print()
    a, b = comparison.a.measures, comparison.b.measures
    table = _table("", "A", "B", "B − A", "95% interval", "p", "")
    for name, difference in comparison.differences.items():
        low, high = difference.interval
        table.add_row(
            _NAMES[name],
            f"{a[name]:.4f}",
            f"{b[name]:.4f}",
            Text(f"{difference.mean:+.4f}", style="bold"),
            f"{low:+.4f} to {high:+.4f}",
            f"<{_SMALLEST_P}" if difference.p < _SMALLEST_P else f"{difference.p:.4f}",
            _verdict(difference),
        )
    out.print(table)
    out.print()
    out.print(_sentence(comparison))
    _note(
        comparison.a,
        "Interval: where the difference would likely be, had other questions of this kind been asked. "
        "p: how often chance alone would bring a difference as large.",
    )
    if comparison.changed:
        _show_changed(comparison)


def _show_changed(comparison: Comparison) -> None:
    out.print(f"\nWhere {_NAMES[CHANGED_BY]} changed most, and what came first there (✓ relevant):\n")
    table = _table("A", "B", "B − A", "")
    for question in comparison.changed:
        before, after = comparison.change(question)
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"{plain(question.id)}  ", style="cyan").append(plain(question.text))
        for line in _firsts(comparison, question):
            text.append(f"\n{line}", style="dim")
        table.add_row(f"{before:.4f}", f"{after:.4f}", f"{after - before:+.4f}", text)
        table.add_row()
    out.print(table)


def _firsts(comparison: Comparison, question: Question) -> list[str]:
    """What came first on either side, on one line when it is the same."""
    shown = []
    for side in (comparison.a, comparison.b):
        paper = side.first(question.id)
        mark = "✓" if side.right(question.id) else " "
        shown.append(f"{mark} {plain(comparison.title(paper) or paper)}" if paper else "  (no answer)")
    if shown[0] == shown[1]:
        return [f"A, B {shown[0]}"]
    return [f"{letter}    {line}" for letter, line in zip("AB", shown, strict=True)]


def _sentence(comparison: Comparison) -> Text:
    """What the table says of the one measure that is looked at first."""
    difference = comparison.differences[CHANGED_BY]
    same = len(comparison.a.per_question) - difference.better - difference.worse
    a, b = (plain(name) for name in comparison.names)
    measure = _NAMES[CHANGED_BY]
    if not difference.better and not difference.worse:
        return Text(f"Every question has the same {measure} in A and B.")
    if not difference.significant:
        verdict = f"By {measure}, the difference between A and B may be no more than chance"
    elif difference.mean > 0:
        verdict = f"By {measure}, B ({b}) is better than A ({a})"
    else:
        verdict = f"By {measure}, A ({a}) is better than B ({b})"
    return Text.assemble(
        (verdict, "bold"),
        f": in B, {count(difference.better, 'question')} of {same + difference.better + difference.worse:,} "
        f"{'is' if difference.better == 1 else 'are'} answered better, {difference.worse:,} worse, "
        f"{same:,} the same.",
    )


def _verdict(difference: Difference) -> Text:
    if not difference.better and not difference.worse:
        return Text("the same", style="dim")
    if not difference.significant:
        return Text("may be chance", style="yellow")
    return Text("B better" if difference.mean > 0 else "A better", style="green")


def _took(figures: Evaluation) -> str:
    p50, p95 = (percentile(figures.took_ms, p) for p in (50, 95))
    return f"{p50:.0f} ms each (median), {p95:.0f} ms (95th percentile)"


def _answered(figures: Evaluation) -> str:
    """How many of the judged questions a run file answers: the others count as 0."""
    asked = figures.per_question
    return (
        f"answers {sum(question in figures.run for question in asked):,} of {count(len(asked), 'question')}"
    )


def _note(figures: Evaluation, text: str) -> None:
    if len(figures.per_question) < _FEW:
        text += f" With fewer than {_FEW} questions it is really wider."
    out.print(Text(text, style="dim"))


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="right" if heading else "left", no_wrap=i < len(headings) - 1)
    return table
