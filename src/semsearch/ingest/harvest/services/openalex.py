"""OpenAlex's works: https://developers.openalex.org/api-reference/works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from semsearch.errors import HarvestError
from semsearch.ingest.formats.record import Record, inside, text
from semsearch.ingest.harvest.identifying import orcid, ror
from semsearch.ingest.harvest.service import Ask, Call, NoNewsError, Page, decoded, listed, number, told_apart
from semsearch.request import Request

_OWN = re.compile(r"(?:https?://(?:api\.)?openalex\.org/(?:\w+/)?)?([AIT][0-9]+)", re.IGNORECASE)
_LEVEL = re.compile(r"(domain|field|subfield)s/([0-9]+)", re.IGNORECASE)
_LEVELS = ("domain", "field", "subfield", "topic")
_ROWS = 100  # the most that a page may have
_CANDIDATES = 5
# What describes a paper. How often it is cited, and by whom, changes daily and is not read.
_FIELDS = (
    "id,doi,ids,title,display_name,publication_year,publication_date,language,type,is_retracted,authorships,"
    "primary_location,best_oa_location,locations,biblio,abstract_inverted_index,keywords,primary_topic,updated_date"
)


class OpenAlex:
    """See `semsearch.ingest.harvest.service.Service`."""

    title = "OpenAlex"
    address = "https://api.openalex.org"
    can: tuple[str, ...] = ("query", "institution", "author", "category", "since", "until")
    setting = "OPENALEX_API_KEY"

    def interval(self, *, known: bool, keyed: bool) -> float:
        """It allows a hundred requests a second, and counts a day's; a tenth of that does."""
        return 0.1

    def signed(self, contact: str | None, key: str | None) -> tuple[dict[str, str], dict[str, str]]:
        """Both are parameters."""
        return {name: value for name, value in (("mailto", contact), ("api_key", key)) if value}, {}

    def prepare(self, request: Request, ask: Ask) -> Call:
        """Names are looked up, since works are found by the numbers of institutions, people and topics."""
        filters = []
        if request.institution:
            # Those of its laboratories are its own.
            filters.append(f"authorships.institutions.lineage:{_institution(request.institution, ask)}")
        if request.author:
            filters.append(_author(request.author, ask))
        if request.category:
            filters.append(_category(request.category, ask))
        if request.since:
            filters.append(f"from_publication_date:{request.since}")
        if request.until:
            filters.append(f"to_publication_date:{request.until}")
        parameters = {"per_page": str(_ROWS), "select": _FIELDS}
        if filters:
            parameters["filter"] = ",".join(filters)
        if request.query:
            parameters["search"] = request.query
        return Call("/works", parameters)

    def call(self, base: Call, cursor: str | None, since: date | None) -> Call:
        """What changed last comes first, which needs no subscription as its filters of these dates do."""
        newest = {"sort": "updated_date:desc"} if since else {}
        return base.adding(cursor=cursor or "*", **newest)

    def page(self, reply: str, cursor: str | None, since: date | None, seen: int) -> Page:
        """As the protocol says."""
        value = decoded(reply)
        works, meta = listed(value, "results"), inside(value, "meta")
        following = meta.get("next_cursor")
        if following is not None and not isinstance(following, str):
            raise ValueError("its next_cursor is no text")
        days = [str(work.get("updated_date") or "")[:10] for work in works]
        if since and ("" in days or days != sorted(days, reverse=True)):
            raise NoNewsError("OpenAlex does not list first what changed last.")
        kept = [work for work, day in zip(works, days, strict=True) if since is None or day >= str(since)]
        if len(kept) < len(works):
            following = None
        for work in kept:
            work.pop("updated_date", None)  # it changes with the citations, and nothing else may
        return Page(kept, following or None, number(meta.get("count")))

    def key(self, record: Record) -> str:
        """Its own number."""
        return str(record.get("id") or "")


def _institution(name: str, ask: Ask) -> str:
    if own := _OWN.fullmatch(name):
        return own[1].upper()
    if found := ror(name):
        return _number(ask(Call(f"/institutions/ror:{found}", {"select": "id,display_name"})))
    fields = "id,display_name,display_name_acronyms,display_name_alternatives,ror,country_code,works_count"
    near = _search("/institutions", name, ask, fields)
    exact = [each for each in near if name.casefold() in map(str.casefold, _names(each))]
    if len(exact) == 1:
        return _number(exact[0])
    shown = [(text(each, "ror") or _number(each), _about(each, "country_code")) for each in exact or near]
    raise told_apart("OpenAlex", "institution", name, shown)


def _author(name: str, ask: Ask) -> str:
    if found := orcid(name):
        return f"authorships.author.orcid:https://orcid.org/{found}"
    if own := _OWN.fullmatch(name):
        return f"authorships.author.id:{own[1].upper()}"
    near = _search("/authors", name, ask, "id,display_name,orcid,works_count")
    exact = [each for each in near if text(each, "display_name").casefold() == name.casefold()]
    if len(exact) == 1:
        return f"authorships.author.id:{_number(exact[0])}"
    shown = [(_number(each), _about(each, "orcid")) for each in exact or near]
    raise told_apart("OpenAlex", "author", name, shown)


def _category(name: str, ask: Ask) -> str:
    if level := _LEVEL.fullmatch(name):
        return f"primary_topic.{level[1].lower()}.id:{level[2]}"
    if own := _OWN.fullmatch(name):
        return f"primary_topic.id:{own[1].upper()}"
    near: list[tuple[str, str]] = []
    for level_name in _LEVELS:  # the widest that is called so
        for each in _search(f"/{level_name}s", name, ask, "id,display_name"):
            part = "" if level_name == "topic" else f".{level_name}"
            if text(each, "display_name").casefold() == name.casefold():
                return f"primary_topic{part}.id:{_number(each)}"
            shown = _number(each) if level_name == "topic" else f"{level_name}s/{_number(each)}"
            near.append((shown, text(each, "display_name")))
    raise told_apart("OpenAlex", "field or topic", name, near)


def _search(path: str, name: str, ask: Ask, fields: str) -> list[Record]:
    reply = ask(Call(path, {"search": name, "per_page": str(_CANDIDATES), "select": fields}))
    try:
        return listed(reply, "results")
    except ValueError as error:
        raise HarvestError(f"OpenAlex sent a reply that cannot be read: {error}.", where=path) from error


def _number(entity: Record) -> str:
    return text(entity, "id").rstrip("/").rpartition("/")[2]


def _names(entity: Record) -> Iterator[str]:
    yield text(entity, "display_name")
    for key in ("display_name_acronyms", "display_name_alternatives"):
        others = entity.get(key)
        yield from (each for each in (others if isinstance(others, list) else ()) if isinstance(each, str))


def _about(entity: Record, key: str) -> str:
    works = number(entity.get("works_count"))
    parts = (text(entity, "display_name"), text(entity, key), f"{works:,} works" if works is not None else "")
    return ", ".join(filter(None, parts))
