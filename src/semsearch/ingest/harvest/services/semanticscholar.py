"""Semantic Scholar's papers: https://api.semanticscholar.org/api-docs/graph."""

from __future__ import annotations

import re
from datetime import date, timedelta

from semsearch.errors import HarvestError
from semsearch.ingest.formats.record import Record, text
from semsearch.ingest.harvest.service import Ask, Call, Page, decoded, listed, number, told_apart
from semsearch.request import Request

_BULK = "/graph/v1/paper/search/bulk"
_DATES = "publicationDateOrYear"
_ROWS = 1_000  # of an author's papers; a page of a search has as many
_CANDIDATES = 5
# It tells no date of change. Papers reach it weeks, sometimes months, after they came out.
_LATE = timedelta(days=180)
_FIELDS = (
    "paperId,corpusId,externalIds,url,title,abstract,venue,publicationVenue,year,publicationDate,journal,authors,"
    "publicationTypes,fieldsOfStudy"
)


class SemanticScholar:
    """See `semsearch.ingest.harvest.service.Service`."""

    title = "Semantic Scholar"
    address = "https://api.semanticscholar.org"
    can: tuple[str, ...] = ("query", "author", "category", "since", "until")
    setting = "SEMANTIC_SCHOLAR_API_KEY"

    def interval(self, *, known: bool, keyed: bool) -> float:
        """One request a second with a key. Without one all the world shares a limit: slower."""
        return 1.0 if keyed else 3.0

    def signed(self, contact: str | None, key: str | None) -> tuple[dict[str, str], dict[str, str]]:
        """The key is a header."""
        return {}, {"x-api-key": key} if key else {}

    def prepare(self, request: Request, ask: Ask) -> Call:
        """Either a search of all papers, or the papers of one author."""
        parameters = {"fields": _FIELDS}
        if request.since or request.until:
            parameters[_DATES] = f"{request.since or ''}:{request.until or ''}"
        if request.author:
            if request.query or request.category:
                raise HarvestError(
                    "Semantic Scholar lists the papers of an author, or finds papers by words, not both.",
                    hint="Ask for the author alone; semsearch finds among those papers what you look for.",
                )
            number = _author(request.author, ask)
            return Call(f"/graph/v1/author/{number}/papers", parameters | {"limit": str(_ROWS)})
        if not request.query:
            raise HarvestError(
                "Semantic Scholar must be asked for words of titles and abstracts, or for an author.",
                hint="Give a query beside the category.",
            )
        parameters["query"] = request.query
        if request.category:
            parameters["fieldsOfStudy"] = request.category
        return Call(_BULK, parameters)

    def call(self, base: Call, cursor: str | None, since: date | None) -> Call:
        """What came out not long before the last time, and since."""
        parameters = dict(base.parameters)
        if since:
            begin, _, end = str(parameters.get(_DATES, ":")).partition(":")
            begin = max(begin, str(since - _LATE))
            parameters[_DATES] = f"{min(begin, end) if end else begin}:{end}"
        if cursor is not None:
            parameters["token" if base.path == _BULK else "offset"] = cursor
        return Call(base.path, parameters)

    def page(self, reply: str, cursor: str | None, since: date | None, seen: int) -> Page:
        """A search has a token for the next page, a list a number."""
        value = decoded(reply)
        following = value.get("token", value.get("next"))
        return Page(
            listed(value, "data"), None if following is None else str(following), number(value.get("total"))
        )

    def key(self, record: Record) -> str:
        """Its own identifier."""
        return str(record.get("paperId") or "")


def _author(name: str, ask: Ask) -> str:
    if re.fullmatch(r"[0-9]+", name):
        return name
    fields = {"query": name, "fields": "name,paperCount,affiliations", "limit": str(_CANDIDATES)}
    reply = ask(Call("/graph/v1/author/search", fields))
    try:
        found = listed(reply, "data")
    except ValueError as error:
        raise HarvestError(f"Semantic Scholar sent a reply that cannot be read: {error}.") from error
    exact = [each for each in found if text(each, "name").casefold() == name.casefold()]
    if len(exact) == 1:
        return text(exact[0], "authorId")
    near = [
        (text(each, "authorId"), f"{text(each, 'name')}, {each.get('paperCount')} papers")
        for each in exact or found
    ]
    raise told_apart("Semantic Scholar", "author", name, near)
