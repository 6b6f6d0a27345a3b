"""What people see in a terminal: results, tables, progress, errors. Colours follow NO_COLOR."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from semsearch.errors import SemsearchError

if TYPE_CHECKING:
    from semsearch.evaluate import Evaluation
    from semsearch.index.build import BuildReport
    from semsearch.paper import Paper, Rejected
    from semsearch.search import Hit, Results

_INDENT = 4
_MOST_AUTHORS = 4
_SHOWN_REJECTED = 10
_COLOURS = {"strong": "green", "fair": "yellow", "weak": "dim"}

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False)


def plain(text: str) -> str:
    """Text that cannot move the cursor, change colours or reverse the writing direction of a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)


def count(number: int, noun: str) -> str:
    """A number and its noun: ``1 paper``, ``1,024 papers``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def show_error(error: SemsearchError) -> None:
    """What, where, and on a line of its own what to do next."""
    text = Text("error: ", style="bold red")
    if error.where:
        text.append(f"{plain(error.where)}: ", style="bold")
    text.append(plain(error.what), style="default")
    if error.hint:
        text.append(f"\n  {plain(error.hint)}", style="default")
    err.print(text, soft_wrap=True)


def show_results(results: Results, words: Iterable[str]) -> None:
    """The hits of a question, each with title; authors, year, venue and id; and a line of why."""
    for note in results.notes:
        out.print(Text(plain(note), style="yellow"))
        out.print()
    if not results:
        err.print("No paper matches. Try other words, another --mode, or wider filters.")
        return
    if all(hit.confidence == "weak" for hit in results):
        out.print("Nothing here is clearly about that. The nearest papers:\n", style="yellow")
    marked = {word.casefold() for word in words}
    for hit in results:
        _show_hit(hit, marked)


def _show_hit(hit: Hit, marked: set[str]) -> None:
    paper = hit.paper
    out.print(_line(f"{hit.rank:>2}  ", (plain(paper.title), "bold"), wrap=True))
    about = [_authors(paper.authors), str(paper.year or ""), plain(paper.venue or "")]
    line = " · ".join(part for part in about if part)
    identifier = plain(paper.id)
    if line and _INDENT + cell_len(f"{line}  {identifier}") > out.width:
        out.print(_line(" " * _INDENT, (line, "")))  # the id is there to be copied: it is never cut for these
        line = ""
    out.print(_line(" " * _INDENT, (f"{line}  " if line else "", ""), (identifier, "cyan")))
    why = Text(" " * _INDENT)
    if hit.confidence:
        why.append(hit.confidence, style=_COLOURS[hit.confidence])
        why.append(" · ")
    why.append(hit.matched_by)
    if hit.evidence:
        why.append(" · ")
        why.append(_quote(plain(hit.evidence.text), marked))
    why.truncate(out.width, overflow="ellipsis")
    out.print(why)
    out.print()


def _line(indent: str, *parts: tuple[str, str], wrap: bool = False) -> Text:
    """One line of the terminal's width, or several with a hanging indent."""
    text = Text.assemble(*parts)
    if not wrap:
        text = Text.assemble(indent, text)
        text.truncate(out.width, overflow="ellipsis")
        return text
    lines = text.wrap(out, max(20, out.width - len(indent)))
    return Text("\n").join(
        Text.assemble(indent if i == 0 else " " * len(indent), line) for i, line in enumerate(lines)
    )


def _quote(sentence: str, marked: set[str]) -> Text:
    text = Text(sentence, style="italic")
    for word in marked:
        text.highlight_words([word], "bold", case_sensitive=False)
    return text


def _authors(authors: Sequence[str]) -> str:
    names = ", ".join(plain(name) for name in authors[:_MOST_AUTHORS])
    return f"{names} +{len(authors) - _MOST_AUTHORS}" if len(authors) > _MOST_AUTHORS else names


def show_paper(paper: Paper) -> None:
    """Everything there is about one paper."""
    out.print(Text(plain(paper.title), style="bold"))
    out.print(Text(", ".join(plain(name) for name in paper.authors) or "(no authors)"))
    about = [
        str(paper.year or ""),
        paper.venue or "",
        f"doi:{paper.doi}" if paper.doi else "",
        paper.url or "",
    ]
    line = " · ".join(plain(part) for part in about if part)
    if line:
        out.print(Text(line))
    out.print()
    out.print(Text(plain(paper.abstract) or "(no abstract)"))
    out.print()
    out.print(Text(f"id {plain(paper.id)} · from {plain(paper.source)}", style="dim"))


def show_rejected(rejected: Sequence[Rejected]) -> None:
    """The records that could not be used, the first few in full."""
    for item in rejected[:_SHOWN_REJECTED]:
        err.print(Text(f"  rejected {plain(item.where)}: {plain(item.why)}", style="yellow"), soft_wrap=True)
    if len(rejected) > _SHOWN_REJECTED:
        err.print(Text(f"  … and {len(rejected) - _SHOWN_REJECTED:,} more", style="yellow"))


def show_build(report: BuildReport) -> None:
    """The summary at the end of a build."""
    counts = report.counts
    err.print(
        Text.assemble(
            ("Indexed ", ""),
            (count(counts.papers, "paper"), "bold green"),
            f" in {report.seconds:.1f} s as generation {report.generation}",
        )
    )
    details = {
        "without abstract": counts.without_abstract,
        "abstract cut short by the source": counts.truncated,
        "longer than the encoder reads at once, read in windows": counts.windowed,
        "distinct texts encoded; what the cache holds is not encoded again": counts.embedded,
        "rejected": counts.rejected,
    }
    for label, number in details.items():
        err.print(Text(f"  {number:>7,}  {label}"))
    show_rejected(report.rejected)
    if report.pruned:
        removed = f"  removed {count(len(report.pruned), 'old generation')}: {', '.join(report.pruned)}"
        err.print(Text(removed, style="dim"))


_STEPS = {
    "split": "Finding sentences",
    "embed": "Embedding",
    "write": "Writing",
    "describe": "Writing",
    "sync": "Syncing",
    "check": "Checking",
    "publish": "Publishing",
    "tidy": "Tidying",
}


class BuildBar:
    """A progress bar with count, rate and time left on stderr; plain lines where stderr is no terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._bar = Progress(
            TextColumn("{task.description:<18}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            console=err,
            transient=True,
            disable=quiet or not sys.stderr.isatty(),
        )
        self._lines = not quiet and not sys.stderr.isatty()
        self._task: TaskID | None = None
        self._started, self._done = 0.0, 0

    def __enter__(self) -> BuildBar:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def step(self, name: str, total: int = 0) -> None:
        """See `semsearch.index.progress.Progress`."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        label = _STEPS.get(name, name.capitalize())
        self._started, self._done = time.monotonic(), 0
        self._task = self._bar.add_task(label, total=total or None, rate="")
        if self._lines and total:
            err.print(Text(f"{label} ({total:,}) …"))

    def advance(self, units: int) -> None:
        """See `semsearch.index.progress.Progress`."""
        if self._task is None:
            return
        self._done += units
        rate = self._done / max(time.monotonic() - self._started, 1e-3)
        self._bar.update(self._task, advance=units, rate=f"{rate:,.0f}/s")


def show_evaluation(figures: Evaluation) -> None:
    """The measures of a run, a line each."""
    document = figures.to_dict()
    took = document.pop("took_ms")
    for name, value in document.items():
        out.print(f"{name:<12}{value:>10,}" if isinstance(value, int) else f"{name:<12}{value:>10.4f}")
    out.print(f"{'took':<12}{took['p50']:>7.1f} ms (median), {took['p95']:.1f} ms (95th percentile)")


def show_generations(rows: Sequence[Mapping[str, Any]]) -> None:
    """The builds that are kept, oldest first."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "generation", "created", "papers", "size", "encoder"):
        table.add_column(heading, justify="right" if heading in {"papers", "size"} else "left")
    for row in rows:
        table.add_row(
            Text("published" if row["published"] else "", style="green"),
            row["id"],
            row["created"],
            f"{row['papers']:,}",
            f"{row['bytes'] / 1e6:,.1f} MB",
            plain(row["encoder"]),
        )
    out.print(table)
