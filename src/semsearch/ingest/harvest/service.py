"""What a service is to a harvest: how it is asked, and what its replies hold."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from semsearch.errors import HarvestError
from semsearch.ingest.formats.record import Record
from semsearch.request import Request

_LONGEST_SAID = 300  # characters of what a service says
_SEARCHED = 20_000  # of an error that is no JSON
_TAG = re.compile(r"<[^<>]*>")
_SAYS = ("message", "msg", "error", "errors", "reason", "detail")

Parameters = Mapping[str, "str | list[str]"]


@dataclass(frozen=True, slots=True)
class Call:
    """One thing to ask: a path below the service's address, and parameters.

    Neither the cursor is in it, nor who asks.
    """

    path: str
    parameters: Parameters

    def adding(self, **parameters: str) -> Call:
        """The same with some parameters more, or others in their place."""
        return Call(self.path, {**self.parameters, **parameters})


@dataclass(frozen=True, slots=True)
class Page:
    """What one reply holds.

    Attributes:
        records: In the service's own form, or in ours.
        cursor: What asks for the next page; None after the last.
        total: How many records answer the request; None where the service does not tell.
    """

    records: list[Record]
    cursor: str | None
    total: int | None = None


class NoNewsError(HarvestError):
    """What is new or changed cannot be told from the rest: everything must be asked for again."""


Ask = Callable[[Call], Record]
"""Asks for one JSON object; raises `HarvestError` where there is none to be had."""


class Service(Protocol):
    """One service.

    Attributes:
        title: Its name.
        address: What paths come after.
        can: The fields of a `Request` that it can be asked by.
        setting: The environment variable of its key; empty where it has none.
    """

    title: str
    address: str
    can: tuple[str, ...]
    setting: str

    def interval(self, *, known: bool, keyed: bool) -> float:
        """Seconds between two requests that the service asks for.

        Args:
            known: There is an address to reach whoever asks.
            keyed: There is a key.
        """
        ...

    def signed(self, contact: str | None, key: str | None) -> tuple[dict[str, str], dict[str, str]]:
        """Parameters and headers that say who asks, beside the User-Agent, which does for every service."""
        ...

    def prepare(self, request: Request, ask: Ask) -> Call:
        """What to ask for a request.

        Args:
            request: No field is given that is not in ``can``.
            ask: For what has to be looked up, such as the number of an institution.

        Raises:
            HarvestError: The request cannot be put to the service.
        """
        ...

    def call(self, base: Call, cursor: str | None, since: date | None) -> Call:
        """What to ask for one page.

        Args:
            base: As `prepare` made it.
            cursor: As the page before gave it; None for the first.
            since: Ask for what is new or changed since that day alone, or for that first.
        """
        ...

    def page(self, reply: str, cursor: str | None, since: date | None, seen: int) -> Page:
        """What a reply holds; of records that have not changed since, those that can be told are left out.

        Args:
            reply: As it came.
            cursor: What it was asked with.
            since: See `call`.
            seen: How many records the pages before it held.

        Raises:
            ValueError: It is no whole reply of this service.
            NoNewsError: It does not show what has changed since.
        """
        ...

    def key(self, record: Record) -> str:
        """What identifies a record, from one run to the next; empty where nothing does."""
        ...


def decoded(reply: str) -> Record:
    """The JSON object of a reply.

    Raises:
        ValueError: It is none: cut short, say, or the page of a proxy.
    """
    try:
        value = json.loads(reply)
    except (ValueError, RecursionError) as error:
        raise ValueError("it is no JSON, or not all of it") from error
    if not isinstance(value, dict):
        raise ValueError("it is no JSON object")
    if "error" in value:
        raise ValueError(f"it says: {said(reply)}")
    return value


def said(body: str) -> str:
    """What a service says is wrong, of whatever its reply is."""
    try:
        text = _first(json.loads(body))
    except (ValueError, RecursionError):
        # arXiv's errors are Atom; of anything else the beginning says enough.
        _, found, summary = body[:_SEARCHED].partition("<summary")
        text = _TAG.sub(" ", f"<{summary.partition('</summary>')[0]}" if found else body[:_SEARCHED])
    return " ".join(text.split())[:_LONGEST_SAID].rstrip(". ")


def _first(value: Any) -> str:
    if isinstance(value, list):
        return next((text for each in value if (text := _first(each))), "")
    if isinstance(value, dict):
        return next((text for key in _SAYS if (text := _first(value.get(key)))), "")
    return value if isinstance(value, str) else ""


def listed(value: Record, name: str) -> list[Record]:
    """The records in a list of a reply.

    Raises:
        ValueError: There is no such list.
    """
    items = value.get(name)
    if not isinstance(items, list):
        raise ValueError(f"it has no list of {name}")
    return [item for item in items if isinstance(item, dict)]


def number(value: Any) -> int | None:
    """A count as a reply has it; None where it has none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def told_apart(service: str, what: str, name: str, found: list[tuple[str, str]]) -> HarvestError:
    """What to raise where a name stands for none, or for several.

    Args:
        service: Its title.
        what: ``institution``, say.
        name: What was looked for.
        found: Those that come near, each as what identifies it and what it is.
    """
    if not found:
        return HarvestError(
            f"{service} knows no {what} called “{name}”.",
            hint="Check the spelling, or give what identifies it.",
        )
    several = "; ".join(f"{identifier} ({about})" for identifier, about in found)
    return HarvestError(
        f"{service} knows no {what} called exactly “{name}”, or more than one.",
        hint=f"Name the one you mean: {several}.",
    )
