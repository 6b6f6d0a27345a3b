"""What people see in a terminal: results, tables, progress, errors. Colours follow NO_COLOR."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from semsearch.errors import SemsearchError
from semsearch.harmless import END, ISOLATE, isolated, line, plain, runs_right_to_left

if TYPE_CHECKING:
    from semsearch.config import Settings
    from semsearch.index.build import BuildReport
    from semsearch.index.harvesting import Harvested
    from semsearch.paper import Paper, Rejected, Version
    from semsearch.search import Evidence, Hit, Reasons, Results

_INDENT = 4
_MOST_AUTHORS = 4
_MOST_SHARED = 2  # authors named among the reasons
_SHOWN_WEAK = 3  # hits of an answer that is none
_SHOWN_REJECTED = 10
_LONG = 10_000  # units of work: a step of fewer, but for embedding, is over before its line is read
_REDRAWN = 0.1  # seconds between two states of a progress bar
_COLOURS = {"strong": "green", "fair": "yellow", "weak": "dim"}

_NO_MATCH = "No paper matches. Try other words, another --mode, or wider filters."
_NONE_LEFT = "No other paper is in this index: there is nothing to be related."

# What looks like markup, or like the name of an emoji, is a title's own.
out = Console(highlight=False, soft_wrap=False, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, markup=False, emoji=False)


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


def show_results(results: Results) -> None:
    """The hits of a question, or related papers: title, authors, year, venue and id, and why each is here.

    When all are weak, the first line says so, and only the nearest few follow, dimmed.
    """
    for note in results.notes:
        out.print(Text(plain(note), style="yellow"))
        out.print()
    related = results.mode == "related"
    if not results:
        err.print(_NONE_LEFT if related else _NO_MATCH)
        return
    hits = list(results)
    if results.confidence == "weak":
        about = "related to this" if related else "about this"
        out.print(f"Nothing in this index seems to be {about}. The nearest:\n", style="yellow")
        hits = hits[:_SHOWN_WEAK]
    for hit in hits:
        _show_hit(hit, dim=results.confidence == "weak")
    if len(hits) < len(results):
        out.print(f"({len(results) - len(hits)} more that are no nearer; --json shows all)", style="dim")


def _show_hit(hit: Hit, *, dim: bool) -> None:
    paper = hit.paper
    base = "dim" if dim else ""
    title = _marked(paper.title, hit.title_words, "underline")
    title.style = base or "bold"
    out.print(hanging(Text(f"{hit.rank:>2}  "), title))
    about = [_authors(paper.authors), str(paper.year or ""), plain(paper.venue or "")]
    known = " · ".join(part for part in about if part)
    identifier = plain(paper.id)
    if known and _INDENT + cell_len(f"{known}  {identifier}") > out.width:
        _print_line(Text(known, style=base))  # the id is there to be copied: it is never cut for these
        known = ""
    _print_line(Text.assemble((f"{known}  " if known else "", base), (identifier, base or "cyan")))
    why = Text(style=base)
    if hit.confidence:
        why.append(hit.confidence, style=_COLOURS[hit.confidence]).append(" · ")
    reasons = _reasons(hit.reasons) if hit.reasons else ""
    why.append(reasons or hit.matched_by)
    if hit.evidence and not reasons:
        why.append(" · ")
        why.append_text(_quote(hit.evidence, out.width - _INDENT - why.cell_len))
    _print_line(why)
    if hit.evidence and reasons:
        _print_line(Text(style=base).append_text(_quote(hit.evidence, out.width - _INDENT)))
    out.print()


def _reasons(reasons: Reasons) -> str:
    """What a related paper shares, as one line; empty when it is nothing that can be named."""
    parts = []
    if reasons.words:
        parts.append("shares: " + ", ".join(plain(word) for word in reasons.words))
    if reasons.authors:
        parts.append(f"also by {_authors(reasons.authors, most=_MOST_SHARED)}")
    if reasons.venue:
        parts.append(f"also in {plain(reasons.venue)}")
    return " · ".join(parts)


def _print_line(text: Text) -> None:
    """One indented line, cut at the terminal's width."""
    indented = Text(" " * _INDENT).append_text(text)
    indented.truncate(out.width, overflow="ellipsis")
    out.print(indented)


def hanging(indent: Text, text: Text) -> Text:
    """Text wrapped to the terminal's width, its first line behind ``indent`` and the others below it.

    To a terminal each line has a direction of its own, so each is isolated, and not their whole.
    """
    lines = text.wrap(out, max(20, out.width - indent.cell_len))
    for part in lines:
        part.rstrip()
    below = Text(" " * indent.cell_len)
    return Text("\n").join(
        Text.assemble(indent if i == 0 else below, _isolated(part)) for i, part in enumerate(lines)
    )


def _values(text: str, style: str = "", indent: str = "") -> Text:
    """Values, each isolated, wrapped to the terminal; one that goes on below is isolated there anew."""
    lines, before = list[Text](), ""
    for part in Text(text, style=style).wrap(out, max(20, out.width - len(indent))):
        part.rstrip()
        goes_on = (before + part.plain).count(ISOLATE) > part.plain.count(END)
        lines.append(Text.assemble(indent, before, part, END if goes_on else ""))
        before = ISOLATE if goes_on else ""
    return Text("\n").join(lines)


def _isolated(text: Text) -> Text:
    """`isolated` for text with styles."""
    if not runs_right_to_left(text.plain):
        return text
    before, after = isolated(text.plain).split(text.plain)
    return Text.assemble(before, text, after)


def _quote(evidence: Evidence, room: int) -> Text:
    """The sentence, its words marked; from just before the first of them, if they would all be cut off."""
    words = [(start - evidence.start, end - evidence.start) for start, end in evidence.words]
    cut = 0
    if words and words[0][1] >= room:
        begin = min(words[0][0] - room // 2, len(evidence.text) - room + len("… "))
        cut = evidence.text.find(" ", max(0, begin), words[0][0]) + 1 or words[0][0]
    text = _marked(evidence.text[cut:], [(start - cut, end - cut) for start, end in words], "bold")
    text.style = "italic"
    return Text("… " if cut else "", style="italic").append_text(_isolated(text))


def _marked(text: str, spans: Iterable[tuple[int, int]], style: str) -> Text:
    """Text made harmless, with some of its words, given in their order, in a style."""
    marked, at = Text(), 0
    for start, end in spans:
        marked.append(line(text[at:start])).append(line(text[start:end]), style)
        at = end
    return marked.append(line(text[at:]))


def _authors(authors: Sequence[str], most: int = _MOST_AUTHORS) -> str:
    names = ", ".join(plain(name) for name in authors[:most])
    return f"{names} +{len(authors) - most}" if len(authors) > most else names


def show_paper(paper: Paper) -> None:
    """Everything there is about one paper."""
    out.print(hanging(Text(), Text(line(paper.title), style="bold")))
    out.print(_values(", ".join(plain(name) for name in paper.authors) or "(no authors)"))
    about = [
        str(paper.year or ""),
        paper.venue or "",
        f"doi:{paper.doi}" if paper.doi else "",
        paper.url or "",
    ]
    if known := " · ".join(plain(part) for part in about if part):
        out.print(_values(known))
    out.print()
    out.print(hanging(Text(), Text(line(paper.abstract) or "(no abstract)")))
    out.print()
    for other in paper.translations:
        out.print(
            hanging(Text(f"[{plain(other.language)}] ", style="dim"), Text(line(other.title), style="bold"))
        )
        if other.abstract:
            out.print(hanging(Text(), Text(line(other.abstract))))
        out.print()
    out.print(_values(f"id {plain(paper.id)} · from {plain(paper.source)}", style="dim"))
    if paper.versions:
        out.print(_values(f"one paper of {len(paper.versions)} records:", style="dim"))
    for version in paper.versions:
        show_version(version)


def show_version(version: Version, style: str = "dim") -> None:
    """One of the records of a paper: id, year, venue, where it was read, and what showed that it is of it."""
    about = (version.id, version.venue, str(version.year or ""), version.source, version.why)
    known = " · ".join(plain(part) for part in about if part)
    out.print(Text("  - ", style=style).append_text(_values(known, style, " " * _INDENT)[_INDENT:]))


def show_rejected(rejected: Sequence[Rejected]) -> None:
    """The records that could not be used, the first few in full."""
    for item in rejected[:_SHOWN_REJECTED]:
        err.print(Text(f"  rejected {plain(item.where)}: {plain(item.why)}", style="yellow"), soft_wrap=True)
    if len(rejected) > _SHOWN_REJECTED:
        err.print(Text(f"  … and {len(rejected) - _SHOWN_REJECTED:,} more", style="yellow"))


def show_settings(settings: Settings, *, named: int = 0) -> None:
    """What a build follows: said before it, so that nobody wonders where its sources come from.

    Args:
        settings: From a file, or as an index remembers them.
        named: How many sources the command line names, which come before those of the settings.
    """
    if settings.path is None:
        if settings.sources:
            err.print(f"As the published index remembers: {count(len(settings.sources), 'source')}")
        return
    said = count(len(settings.sources), "source") + (
        f", {settings.schedule.text}" if settings.schedule else ""
    )
    if named:
        said = "its options; sources as named here, not its own, which the next rebuild reads again"
    err.print(Text(f"Following {plain(settings.path)}: {plain(said)}"), soft_wrap=True)


def show_build(report: BuildReport) -> None:
    """The summary at the end of a build."""
    from semsearch.index.placement import PCA

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
        "merged into others, being of the same paper": counts.merged,
    }
    for label, number in details.items():
        err.print(Text(f"  {number:>7,}  {label}"))
    if counts.merged or counts.rejected:
        err.print(Text("           which and why: semsearch report", style="dim"))
    if report.placed_by == PCA:
        hint = "placed on the map by principal components; better with: pip install 'semsearch[map]'"
        err.print(Text(f"           {hint}", style="dim"), soft_wrap=True)
    for harvest in report.harvests:
        show_harvest(harvest)
    show_rejected(report.rejected)
    for check in report.verdict.failed:
        err.print(
            Text(f"  published by force: {check.name}: {plain(check.found)}", style="yellow"), soft_wrap=True
        )
    for change in report.verdict.changes:
        now = ", ".join(change.now)
        err.print(Text(f"  best papers changed: {plain(change.question)}: now {plain(now)}"), soft_wrap=True)
    if report.pruned:
        removed = f"  removed {count(len(report.pruned), 'old generation')}: {', '.join(report.pruned)}"
        err.print(Text(removed, style="dim"))


def show_harvest(harvest: Harvested) -> None:
    """What a service gave, or that it could not be asked."""
    if harvest.problem is None:
        told = f"{harvest.new:,} new, {harvest.changed:,} changed, {harvest.total:,} in all"
        said = f"  {plain(harvest.source)}: {told}"
        err.print(Text(said), soft_wrap=True)
        return
    said = f"  {plain(harvest.source)} could not be asked; what it said before was read again: "
    err.print(Text(said + plain(harvest.problem), style="yellow"), soft_wrap=True)


def show_stages(stages: Mapping[str, float]) -> None:
    """How long each step of a build took, and its share."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for justify in ("left", "right", "right"):
        table.add_column(justify=justify)
    total = sum(stages.values())
    for name, seconds in stages.items():
        table.add_row(f"  {_label(name)}", f"{seconds:,.1f} s", f"{seconds / max(total, 1e-9):.0%}")
    err.print(table)


_STEPS = {
    "harvest": "Asking services",
    "read": "Reading",
    "load": "Loading the encoder",
    "split": "Finding sentences",
    "shards": "Embedding shards",
    "embed": "Embedding",
    "lexicon": "Counting words",
    "relate": "Relating words",
    "judge": "Trying it",
    "vectors": "Writing vectors",
    "papers": "Writing papers",
    "words": "Indexing words",
    "titles": "Indexing titles",
    "texts": "Indexing phrases",
    "names": "Indexing names",
    "place": "Placing on the map",
    "regions": "Naming regions",
    "describe": "Describing",
    "sync": "Syncing",
    "check": "Checking",
    "publish": "Publishing",
    "tidy": "Tidying",
}


def _label(step: str) -> str:
    return _STEPS.get(step, step[:1].upper() + step[1:])


class _Done(ProgressColumn):
    """``1,200 of 50,000``; the first number alone where the second is not known, and nothing before it."""

    def render(self, task: Task) -> Text:
        """See `ProgressColumn`."""
        if task.total is None:
            return Text(f"{task.completed:,.0f}" if task.completed else "")
        return Text(f"{task.completed:,.0f} of {task.total:,.0f}")


class _TimeLeft(TimeRemainingColumn):
    """``02:15 left``, as soon as that can be told."""

    def render(self, task: Task) -> Text:
        """See `ProgressColumn`."""
        return super().render(task).append(" left") if task.time_remaining else Text("")


class BuildBar:
    """A progress bar with count, rate and time left on stderr; plain lines where stderr is no terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._bar = Progress(
            TextColumn("{task.description:<19}"),
            BarColumn(),
            _Done(),
            TextColumn("{task.fields[rate]}"),
            _TimeLeft(compact=True),
            console=err,
            transient=True,
            disable=quiet or not sys.stderr.isatty(),
        )
        self._lines = not quiet and not sys.stderr.isatty()
        self._task: TaskID | None = None
        self._started, self._done, self._shown = 0.0, 0, 0.0

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
        label = _label(name)
        self._started, self._done, self._shown = time.monotonic(), 0, 0.0
        self._task = self._bar.add_task(label, total=total or None, rate="")
        if self._lines and (name in {"shards", "embed"} or total >= _LONG):
            err.print(Text(f"{label} ({total:,}) …"))

    def advance(self, units: int) -> None:
        """See `semsearch.index.progress.Progress`."""
        self._done += units
        now = time.monotonic()
        if self._task is None or now - self._shown < _REDRAWN:
            return  # a step of many units must not take its time from being watched
        self._shown = now
        rate = self._done / max(now - self._started, 1e-3)
        self._bar.update(self._task, completed=self._done, rate=f"{rate:,.0f}/s")


def show_generations(rows: Sequence[Mapping[str, Any]]) -> None:
    """The builds that are kept, oldest first."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "generation", "created", "papers", "size", "encoder"):
        # An id is there to be copied: only the encoder is cut in a narrow terminal.
        table.add_column(
            heading,
            justify="right" if heading in {"papers", "size"} else "left",
            no_wrap=heading != "encoder",
            overflow="ellipsis",
        )
    for row in rows:
        table.add_row(
            Text(row["state"], style="green" if row["published"] else "yellow"),
            row["id"],
            row["created"][:16].replace("T", " "),
            f"{row['papers']:,}",
            f"{row['bytes'] / 1e6:,.1f} MB",
            plain(row["encoder"]),
        )
    out.print(table)
