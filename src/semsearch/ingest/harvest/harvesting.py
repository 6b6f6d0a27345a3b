"""A harvest: a service is asked for records, and a file of them is what it should be."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from semsearch.errors import HarvestError, StorageError
from semsearch.ingest.harvest.client import Client
from semsearch.ingest.harvest.clock import CLOCK, Clock
from semsearch.ingest.harvest.course import Course
from semsearch.ingest.harvest.durable import storage
from semsearch.ingest.harvest.lines import Arrivals
from semsearch.ingest.harvest.service import Service
from semsearch.ingest.harvest.services import SERVICES
from semsearch.request import Request

PATIENCE = 600.0  # seconds that one page is waited for

_ADDRESS = re.compile(r"[^@\s<>()]+@[^@\s<>()]+\.[^@\s<>()]+")


@dataclass(frozen=True, slots=True)
class HarvestReport:
    """What a harvest did.

    Attributes:
        new: Records that were not there before.
        changed: Records that are not what they were.
        total: Records that are there now.
        seconds: How long it took.
        complete: All that answers the request is there; it is not when ``limit`` ended the harvest.
        since: Only what was new or changed since that day was asked for; None where everything was.
    """

    new: int
    changed: int
    total: int
    seconds: float
    complete: bool
    since: date | None


def harvest(
    request: Request,
    output: Path,
    *,
    contact: str | None,
    limit: int | None = None,
    progress: Callable[[int, int | None], object] | None = None,
    afresh: bool = False,
    patience: float = PATIENCE,
    say: Callable[[str], object] | None = None,
    clock: Clock = CLOCK,
) -> HarvestReport:
    """Ask a service for records, and have them in a file of JSON lines that `semsearch index` reads.

    The output changes in one step, when all that was asked for is there. What comes until then is kept beside
    it, with what was asked and how far that came; a harvest that was killed goes on from there. The next one
    asks only for what is new or changed since, and a record that changed takes the place of the older one.

    Args:
        request: What to ask for.
        output: The file; its folder must be there.
        contact: An e-mail address by which the service can reach whoever asks.
        limit: Stop after so many records that are new or changed; the next harvest goes on from there.
        progress: Is told how many records came, and of how many, where the service says.
        afresh: Ask for everything again; records that the service no longer has go.
        patience: Seconds to wait for one page, while the service is busy or out of reach.
        say: Is told what is waited for.
        clock: What waits.

    Returns:
        What was done.

    Raises:
        HarvestError: The request cannot be put to the service, the service does not answer, or the output
            holds something else.
        MissingExtra: There is no HTTP library.
        StorageError: The disk is full or may not be written.
        ValueError: ``limit`` is less than 1.
    """
    service = _checked(request, contact)
    if limit is not None and limit < 1:
        raise ValueError("limit must be 1 or more")
    if not output.parent.is_dir():
        raise StorageError("is no folder.", where=output.parent, hint="Make it, or name another file.")
    began = clock.monotonic()
    with storage(output), Arrivals(output) as arrivals:
        course = Course(service, request, output, arrivals, clock, say or (lambda _: None))
        course.begin(afresh=afresh)
        if not course.run.merging:
            key = os.environ.get(service.setting, "").strip() or None if service.setting else None
            with Client(service, contact, key, clock, patience, course.say) as client:
                course.ask(client, limit, progress or (lambda _done, _total: None))
        since = course.run.since
        merged, complete = course.merge()
    seconds = clock.monotonic() - began
    return HarvestReport(merged.new, merged.changed, merged.total, seconds, complete, since)


def _checked(request: Request, contact: str | None) -> Service:
    """The service of a request that it can be asked.

    Raises:
        HarvestError: It cannot.
    """
    service = SERVICES.get(request.service)
    if service is None:
        known = ", ".join(SERVICES)
        raise HarvestError(
            f"there is no service “{request.service}” to harvest.", hint=f"There are: {known}."
        )
    if foreign := [name for name in request.given() if name not in service.can]:
        raise HarvestError(
            f"{service.title} cannot be asked by {' or '.join(foreign)}.",
            hint=f"It can by {', '.join(service.can)}.",
        )
    if not request.given().keys() - {"since", "until"}:
        asked = [field.name for field in fields(request) if field.name in service.can]
        asked = [name for name in asked if name not in ("since", "until")]
        raise HarvestError(
            f"{service.title} is asked for nothing in particular.", hint=f"Say what for: {', '.join(asked)}."
        )
    if request.since and request.until and request.since > request.until:
        raise HarvestError(
            f"no day is since {request.since} and until {request.until}.", hint="Change the two."
        )
    if contact is not None and not (contact.isascii() and _ADDRESS.fullmatch(contact)):
        raise HarvestError(f"“{contact}” is no e-mail address.", hint="Services write to it, where need be.")
    return service
