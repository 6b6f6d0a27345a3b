"""The replies of services taken apart: papers in their envelopes, and errors, which are no papers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from semsearch.ingest.formats.record import Record, UnusableError
from semsearch.ingest.formats.services import (
    arxiv,
    csl,
    dblp,
    findpapers,
    hal,
    openalex,
    paperlists,
    semanticscholar,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from semsearch.paper import Paper

# The first that recognises a record reads it.
_SERVICES = (openalex, csl, semanticscholar, hal, dblp, arxiv, findpapers, paperlists)
_LISTS = ("results", "items", "data", "docs", "hit", "hits", "papers", "recommendedPapers", "matches")
_AROUND = ("message", "response", "result", "hits", "info", "citingPaper", "citedPaper", "paper")
_TITLES = ("title", "display_name", "title_s", "DOI", "paperId", "halId_s", "authorships")
_RELATED = ("citations", "references")  # with one paper of Semantic Scholar come those around it
_DEEPEST = 6


def reader_of(record: Record) -> Callable[[Record, str], Paper] | None:
    """What makes a paper of a record of one of the services; None for any other record."""
    return next((service.paper for service in _SERVICES if service.recognises(record)), None)


def unpacked(value: object, where: str, depth: int = 0) -> Iterator[tuple[str, object]]:
    """The records of a reply, each with its place; of anything else, itself.

    Yields:
        The place, such as ``works.json:1, record 3``, and the record; or what the service says is wrong.
    """
    if not isinstance(value, dict) or depth == _DEEPEST:
        yield where, value
        return
    if not any(key in value for key in _TITLES):
        if why := _error(value):
            yield where, UnusableError(f"the service replied with an error: {why}. Ask it again.")
            return
        kind = value.get("message-type", "work")
        if isinstance(kind, str) and not kind.startswith("work"):
            yield where, UnusableError(f"is a {kind} of Crossref, no list of works. Ask for works.")
            return
        for key in _LISTS:
            if isinstance(items := value.get(key), list):
                yield from _numbered(items, where, depth)
                return
        for key in _AROUND:
            if key in value and (isinstance(value[key], dict) or key.endswith("Paper")):
                yield from unpacked(value[key], where, depth + 1)
                return
        if _is_empty_reply(value):
            return
    yield where, value
    if "paperId" in value:
        for key in _RELATED:
            if isinstance(items := value.get(key), list):
                yield from _numbered(items, f"{where}, {key}", depth)


def _numbered(items: list[object], where: str, depth: int) -> Iterator[tuple[str, object]]:
    for number, item in enumerate(items, 1):
        yield from unpacked(item, f"{where}, record {number}", depth + 1)


def _error(value: Record) -> str:
    """What a service says is wrong, in its own words; empty where nothing is."""
    failed = value.get("status") in ("failed", "error") or "code" in value
    wrong: Any = value.get("error") or value.get("errors") or (value.get("message") if failed else None)
    status = value.get("result", {}).get("status") if isinstance(value.get("result"), dict) else None
    if isinstance(status, dict) and str(status.get("@code", "200")) != "200":
        wrong = status.get("text") or status["@code"]
    while isinstance(wrong, list | dict):
        if isinstance(wrong, list):
            wrong = wrong[0] if wrong else ""
        else:
            wrong = next(
                (wrong[key] for key in ("message", "msg", "reason", "code") if wrong.get(key)), "unknown"
            )
    if wrong and isinstance(value.get("message"), str) and value["message"] != wrong:
        wrong = f"{str(wrong).rstrip('.')}: {value['message']}"
    return str(wrong).strip().rstrip(".") if wrong else ""


def _is_empty_reply(value: Record) -> bool:
    """Whether a search found nothing and the service leaves the list out, as DBLP does."""
    return "@total" in value or value.get("total") == 0 or value.get("numFound") == 0
