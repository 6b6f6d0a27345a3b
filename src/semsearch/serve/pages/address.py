"""The address of a page: all that it shows stands there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

from semsearch.index.papers import Filters
from semsearch.search.hits import MODES, Mode
from semsearch.search.searcher import LONGEST_FILTER, MOST_HITS
from semsearch.serve.pages.language import CODES

PAGE = 10  # hits
LAST_PAGE = MOST_HITS // PAGE
_LAST_YEAR = 9999
_SHOWN = 50  # characters of what is too long
_DIGITS = 10  # of a number; Python refuses to read one of some thousands
_ALL = Filters()


@dataclass(frozen=True, slots=True)
class Address:
    """What a search page shows.

    Attributes:
        q: The question; blank for the start page or, with filters, for all papers that pass them.
        mode: How papers are ranked.
        filters: Which papers are considered.
        page: From 1.
        generation: Id of the generation that the pages are of; None for the published one.
        lang: The language that the address asks for, if it does.
        unread: Parameters that say nothing that can be understood, as they were given.
    """

    q: str = ""
    mode: Mode = "auto"
    filters: Filters = _ALL
    page: int = 1
    generation: str | None = None
    lang: str | None = None
    unread: tuple[str, ...] = ()

    @property
    def blank(self) -> bool:
        """Whether nothing is asked."""
        return not self.q.strip()

    @property
    def feed(self) -> str:
        """Where new papers that would be shown here are announced."""
        return replace(self, page=1, generation=None, lang=None).path("/v1/feed")

    @property
    def offset(self) -> int:
        """How many hits the pages before this one show."""
        return (self.page - 1) * PAGE

    def to(self, **changes: Any) -> str:
        """The address of another page: ``page``, or anything else, of which the first page is shown.

        Filters are named as in the address: ``year_from``, ``year_to``, ``author``, ``venue``.
        """
        ours = {name: changes.pop(name) for name in tuple(changes) if name in Filters.__dataclass_fields__}
        first = {} if "page" in changes else {"page": 1, "generation": None}
        there = replace(self, filters=replace(self.filters, **ours), **(first | changes))
        return there.path("/")

    def path(self, start: str) -> str:
        """``start`` with all that differs from the plainest page."""
        parameters = {
            "q": self.q,
            "mode": self.mode if self.mode != "auto" else None,
            "year_from": self.filters.year_from,
            "year_to": self.filters.year_to,
            "author": self.filters.author,
            "venue": self.filters.venue,
            "page": self.page if self.page > 1 else None,
            "generation": self.generation,
            "lang": self.lang,
        }
        return with_query(start, ((name, value) for name, value in parameters.items() if value))


def read(parameters: QueryParams) -> Address:
    """The address of a request. What cannot be understood is left out, and listed."""
    unread: list[str] = []

    def number(name: str, least: int, most: int) -> int | None:
        text = parameters.get(name, "").strip()
        if text.isdecimal() and len(text) <= _DIGITS and least <= int(text) <= most:
            return int(text)
        if text:
            unread.append(text)
        return None

    def words(name: str) -> str | None:
        text = _text(parameters, name)
        if text is None or len(text) <= LONGEST_FILTER:
            return text
        unread.append(f"{text[:_SHOWN]} …")
        return None

    mode = parameters.get("mode") or "auto"
    if mode not in MODES:
        unread.append(mode)
        mode = "auto"
    years = number("year_from", 1, _LAST_YEAR), number("year_to", 1, _LAST_YEAR)
    return Address(
        q=parameters.get("q", "").strip(),
        mode=cast("Mode", mode),
        filters=Filters(*years, words("author"), words("venue")),
        page=number("page", 1, LAST_PAGE) or 1,
        generation=_text(parameters, "generation"),
        lang=lang if (lang := parameters.get("lang")) in CODES else None,
        unread=tuple(unread),
    )


def _text(parameters: QueryParams, name: str) -> str | None:
    return parameters.get(name, "").strip() or None


def with_query(start: str, parameters: Iterable[tuple[str, Any]]) -> str:
    """A path with a query, if there is anything in it."""
    query = urlencode(list(parameters))
    return f"{start}?{query}" if query else start


def of_paper(identifier: str, start: str = "/papers/") -> str:
    """The path of a paper. Slashes stay, but where a browser or a proxy would take some of them away."""
    plain = all(segment not in {"", ".", ".."} for segment in identifier.split("/"))
    return start + quote(identifier, safe="/" if plain else "")
