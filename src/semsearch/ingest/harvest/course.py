"""The course of a harvest: page after page, to be gone on with after a kill, and then only what is new."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from semsearch.errors import HarvestError
from semsearch.ingest.harvest import state as states
from semsearch.ingest.harvest.client import Client, Refused
from semsearch.ingest.harvest.clock import Clock
from semsearch.ingest.harvest.lines import Arrivals, Merged, line_of, mark
from semsearch.ingest.harvest.service import NoNewsError, Page, Service, decoded
from semsearch.ingest.harvest.state import Run, State
from semsearch.request import Request

# Clocks differ, and what came yesterday may be listed today: a day is asked for again.
_OVERLAP = timedelta(days=1)
_MOST = 200_000  # records; more are rather a mistake in the request, and a snapshot serves better
_EMPTY = 4  # times that a page without records, before the last, is asked for again
_NEARLY = 0.99  # of what the first page announced: some may have gone since


class Course:
    """One harvest and what is remembered of it.

    Args:
        service: Which is asked.
        request: For what.
        output: The file that records become part of.
        arrivals: Those that came.
        clock: Says what day it is.
        say: Is told what went another way than one would expect.
    """

    def __init__(
        self,
        service: Service,
        request: Request,
        output: Path,
        arrivals: Arrivals,
        clock: Clock,
        say: Callable[[str], object],
    ) -> None:
        self._service, self._request, self._output = service, request, output
        self._arrivals, self._clock, self.say = arrivals, clock, say
        self._state = State({"service": request.service, **request.given()})

    @property
    def run(self) -> Run:
        """The harvest under way."""
        assert self._state.run is not None  # noqa: S101 -- begin() makes it
        return self._state.run

    def begin(self, *, afresh: bool) -> None:
        """Go on with what was begun, or begin with what is new since the last time, or with everything."""
        before = states.load(self._output)
        if before is None and self._output.exists():
            raise HarvestError(
                "is there already, and no harvest wrote it.",
                where=self._output,
                hint="Name another file with -o, or move that one away.",
            )
        if before is not None and before.request != self._state.request:
            if self._output.exists() or (before.run is not None and before.run.kept):
                raise HarvestError(
                    f"is the harvest of another request: {_described(before.request)}.",
                    where=self._output,
                    hint=f"Name another file with -o for: {self._request}. To give that one up, delete "
                    f"{states.path_of(self._output)}, and the file.",
                )
            before = None  # nothing came of it
        self._state = before or self._state
        run = self._state.run
        if run is not None and run.merging and (self._output.exists() or self._state.size is None):
            return
        if not self._is_as_written():
            # Somebody took it away, or changed it: what is new since would not make it whole.
            self.say(f"{self._output.name} is not as it was written; everything is asked for again")
            run, afresh = None, True
        if run is not None and (run.afresh or not afresh) and self._arrivals.mend(run.kept):
            return
        self._arrivals.mend(0)
        today = self._clock.now().date()
        since = self._state.complete - _OVERLAP if self._state.complete and not afresh else None
        # What has to be looked up is looked up anew, and asked for as this version of semsearch asks.
        self._save(replace(self._state, base=None, run=Run(today, since, afresh)))

    def ask(self, client: Client, limit: int | None, progress: Callable[[int, int | None], object]) -> None:
        """Ask for page after page until the last, or the limit."""
        if self._state.base is None:
            base = self._service.prepare(self._request, lambda call: client.get(call, decoded))
            self._save(replace(self._state, base=base))
        known = self._arrivals.marks() if limit is not None else set[bytes]()
        taken, resumed = 0, self.run.cursor is not None
        while not self.run.ended:
            try:
                page = self._page(client)
            except (Refused, NoNewsError) as error:
                if not self._turned(error, resumed=resumed):
                    raise
                resumed = False
                continue
            resumed = False
            if limit is None and self.run.cursor is None and (page.total or 0) > _MOST:
                raise HarvestError(
                    f"{page.total:,} records of {self._service.title} answer this request.",
                    hint="Ask for less, or say with --limit how many will do. For all there is, services "
                    "offer snapshots.",
                )
            lines = [line_of(record) for record in page.records]
            if limit is not None:
                lines = [line for line in lines if mark(line) not in known]
            if limit is not None and taken + len(lines) > limit:
                # The page is asked for again, by whoever wants the others on it.
                self._keep(lines[: limit - taken])
                return
            self._keep(lines, page)
            known.update(map(mark, lines) if limit is not None else ())
            taken += len(lines)
            total = self.run.total
            progress(*((taken, min(limit, total or limit)) if limit is not None else (self.run.seen, total)))
            if taken == limit:
                return

    def merge(self) -> tuple[Merged, bool]:
        """Make what came part of the output; returns also whether the harvest is at its end.

        Every step may be the last before a kill: what was begun is done again, and comes to the same.
        """
        run = self.run
        if not run.merging:
            # Where a limit ends it, what is still to come cannot be told from what is gone.
            self._save(replace(self._state, run=replace(run, merging=True, afresh=run.afresh and run.ended)))
        merged = self._arrivals.merge(self._service.key, afresh=self.run.afresh)
        if run.ended:
            self._save(replace(self._state, complete=run.began, size=merged.size, run=None))
        else:
            rest = replace(self.run, merging=False, kept=0)
            self._save(replace(self._state, size=merged.size, run=rest))
        self._arrivals.clear()
        return merged, run.ended

    def _page(self, client: Client) -> Page:
        """The next page. One without records before the last is a slip of the service: it is asked again."""
        assert self._state.base is not None  # noqa: S101 -- ask() sees to it
        run, empty = self.run, 0
        call = self._service.call(self._state.base, run.cursor, run.since)

        def read(reply: str) -> Page:
            nonlocal empty
            page = self._service.page(reply, run.cursor, run.since, run.seen)
            if not page.records and page.cursor is not None:
                empty += 1
                if empty <= _EMPTY:
                    raise ValueError("it is empty, and more are to come")
            return page

        page = client.get(call, read)
        if not page.records and page.cursor is not None:
            if run.seen < _NEARLY * (run.total or run.seen + 1):
                raise HarvestError(
                    f"{self._service.title} gives {run.seen:,} of {run.total or 'more'} records and no more.",
                    where=self._service.address,
                    hint="They are kept: the same command goes on from there, later.",
                )
            return replace(page, cursor=None)
        return page

    def _turned(self, error: Refused | NoNewsError, *, resumed: bool) -> bool:
        """Whether there is another way to ask than one that was refused; that is noted down."""
        run, refused = self.run, isinstance(error, Refused)
        if isinstance(error, Refused) and error.status not in (400, 404, 410, 422):
            return False
        if refused and resumed:
            # Some services forget their cursors within minutes. What is kept is known by its keys.
            self.say(f"{self._service.title} no longer knows how far it was; it is asked from the beginning")
            self._save(replace(self._state, run=replace(run, cursor=None, seen=0, total=None)))
            return True
        if run.since is not None and not (refused and run.cursor):
            self.say(f"{self._service.title} cannot be asked for what is new; everything is asked for again")
            self._save(replace(self._state, run=replace(run, since=None, cursor=None, seen=0, total=None)))
            return True
        return False

    def _keep(self, lines: list[bytes], page: Page | None = None) -> None:
        """Write lines; and how far the harvest is with them, if they are all of a page."""
        run = replace(self.run, kept=self._arrivals.add(lines))
        if page is not None:
            run = replace(
                run,
                seen=run.seen + len(page.records),
                total=page.total if run.cursor is None else run.total,
                cursor=page.cursor if page.cursor is not None else run.cursor,
                ended=page.cursor is None,
            )
        self._save(replace(self._state, run=run))

    def _is_as_written(self) -> bool:
        size = self._output.stat().st_size if self._output.exists() else None
        return size == self._state.size

    def _save(self, state: State) -> None:
        states.save(self._output, state)
        self._state = state


def _described(request: dict[str, str]) -> str:
    return ", ".join(
        [request["service"], *(f"{name} {text}" for name, text in request.items() if name != "service")]
    )
