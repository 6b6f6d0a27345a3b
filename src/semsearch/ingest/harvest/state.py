"""What a harvest remembers, in a small file beside its output: what was asked, and how far it came."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from semsearch.errors import HarvestError
from semsearch.ingest.harvest.durable import replacing
from semsearch.ingest.harvest.service import Call

_FORM = 1


@dataclass(frozen=True, slots=True)
class Run:
    """A harvest that is not at its end.

    Attributes:
        began: The day it began.
        since: What is new or changed since that day is asked for; None for everything.
        afresh: What was there before goes when it ends.
        cursor: Asks for the next page; None for the first.
        seen: How many records the pages so far held.
        total: How many there are, as the first page said.
        kept: Bytes of the records beside the output that are whole and belong to the pages so far.
        merging: All that came is being made part of the output.
        ended: There is no page more.
    """

    began: date
    since: date | None = None
    afresh: bool = False
    cursor: str | None = None
    seen: int = 0
    total: int | None = None
    kept: int = 0
    merging: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered from one run to the next.

    Attributes:
        request: The service, and what it was asked, as text.
        base: The same in the service's own words, names looked up; None before they are.
        complete: The day on which the last harvest that came to its end began.
        size: Bytes of the output as it was written; None before it is.
        run: The harvest under way.
    """

    request: dict[str, str]
    base: Call | None = None
    complete: date | None = None
    size: int | None = None
    run: Run | None = None


def path_of(output: Path) -> Path:
    """The file beside an output; hidden, so that who indexes the folder does not index it."""
    return output.with_name(f".{output.name}.harvest")


def load(output: Path) -> State | None:
    """What is remembered of an output; None where there is nothing.

    Raises:
        HarvestError: It cannot be read.
    """
    path = path_of(output)
    try:
        written = json.loads(path.read_text(encoding="utf-8"))
        if written["form"] != _FORM:
            raise HarvestError("was written by another version of semsearch.", where=path, hint=_hint(output))
        return State(
            request=dict(written["request"]),
            base=Call(**written["base"]) if written["base"] else None,
            complete=_day(written["complete"]),
            size=written["size"],
            run=_run(written["run"]) if written["run"] else None,
        )
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise HarvestError("is damaged.", where=path, hint=_hint(output)) from error


def save(output: Path, state: State) -> None:
    """Remember it, in one step."""
    with replacing(path_of(output)) as stream:
        document = {"form": _FORM, **asdict(state)}
        stream.write(json.dumps(document, ensure_ascii=False, indent=1, default=str).encode())


def _run(written: dict[str, Any]) -> Run:
    began, since = date.fromisoformat(written.pop("began")), _day(written.pop("since"))
    return Run(began=began, since=since, **written)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _hint(output: Path) -> str:
    return f"Delete it and {output.name}, and harvest again."
