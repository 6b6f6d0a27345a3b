"""arXiv's papers: https://info.arxiv.org/help/api/user-manual.html."""

from __future__ import annotations

import re
from datetime import date

from semsearch.errors import HarvestError
from semsearch.ingest.formats.jsonl import to_json
from semsearch.ingest.formats.record import Record, arxiv_id
from semsearch.ingest.formats.xml.atom import is_atom, read_atom
from semsearch.ingest.formats.xml.records import elements, text_of
from semsearch.ingest.harvest.service import Ask, Call, NoNewsError, Page
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Rejected
from semsearch.request import Request

_PREFIXED = re.compile(r"\b(?:ti|au|abs|co|jr|cat|rn|id|all|submittedDate):")
_WORD = re.compile(r'"[^"]+"|[^\s"]+')
_TOTAL = re.compile(r"<(?:\w+:)?totalResults\b[^>]*>\s*([0-9]+)\s*<")
_ROWS = 200
# arXiv gives no more than 30,000 papers of one search, and the later ones slowly. Before that a new search
# goes on from the day at which this one is.
_DEEP = 10_000
_DEEPEST = 30_000
_FIRST_DAY, _LAST_DAY = "199101010000", "299912312359"


class Arxiv:
    """See `semsearch.ingest.harvest.service.Service`.

    A cursor is where the search begins, to the minute, and how many of its papers were seen:
    ``201706121757/400``.
    """

    title = "arXiv"
    address = "https://export.arxiv.org"
    can: tuple[str, ...] = ("query", "author", "category", "since", "until")
    setting = ""

    def interval(self, *, known: bool, keyed: bool) -> float:
        """Three seconds, say the terms of use, and one request at a time."""
        return 3.0

    def signed(self, contact: str | None, key: str | None) -> tuple[dict[str, str], dict[str, str]]:
        """The User-Agent says it."""
        return {}, {}

    def prepare(self, request: Request, ask: Ask) -> Call:
        """A search in arXiv's language."""
        parts = []
        if request.query:
            parts.append(_searched(request.query))
        if request.author:
            parts.append(f'au:"{_plain(request.author)}"')
        if request.category:
            several = " OR ".join(f"cat:{_plain(each.strip())}" for each in request.category.split(","))
            parts.append(f"({several})" if "," in request.category else several)
        begin = f"{request.since:%Y%m%d}0000" if request.since else ""
        end = f"{request.until:%Y%m%d}2359" if request.until else ""
        dates = {"begin": begin, "end": end}
        return Call("/api/query", {"search_query": " AND ".join(parts), "max_results": str(_ROWS), **dates})

    def call(self, base: Call, cursor: str | None, since: date | None) -> Call:
        """By the day of the first version; or, for what changed since, by that of the last, newest first."""
        parameters = {name: str(value) for name, value in base.parameters.items()}
        begin, end = parameters.pop("begin"), parameters.pop("end")
        here, _, start = (cursor or "/0").partition("/")
        if begin or end or here:
            days = f"submittedDate:[{here or begin or _FIRST_DAY} TO {end or _LAST_DAY}]"
            parameters["search_query"] += f" AND {days}"
        order = ("lastUpdatedDate", "descending") if since else ("submittedDate", "ascending")
        parameters |= {"start": start, "sortBy": order[0], "sortOrder": order[1]}
        return Call(base.path, parameters)

    def page(self, reply: str, cursor: str | None, since: date | None, seen: int) -> Page:
        """Papers in our own form, since arXiv's is XML.

        Raises:
            ValueError: As the protocol says.
            HarvestError: arXiv says what is wrong with the search.
            NoNewsError: More changed than it lists.
        """
        if not is_atom(reply) or not reply.rstrip().endswith("feed>"):
            raise ValueError("it is no whole Atom feed")
        counted = _TOTAL.search(reply)
        if counted is None:
            raise ValueError("it has no totalResults")
        records, days = _papers(reply), _dates(reply)
        here, _, start = (cursor or "/0").partition("/")
        reached, total = int(start) + len(days), int(counted[1])
        following = f"{here}/{reached}" if reached < total else None
        if since:
            kept = [each for each in records if days.get(str(each["id"]), ("", ""))[1][:10] >= str(since)]
            if len(kept) < len(records):
                return Page(kept, None)
            if following and reached >= _DEEPEST:
                raise NoNewsError(
                    f"more than {_DEEPEST:,} papers changed since {since}: arXiv lists no more."
                )
            return Page(records, following)
        if following and reached >= _DEEP and days:
            published = re.sub(r"\D", "", [*days.values()][-1][0])[:12]
            if len(published) == 12 and published != here:
                following = f"{published}/0"
        return Page(records, following, None if here else total)

    def key(self, record: Record) -> str:
        """Its number, without the version."""
        return str(record.get("id") or "")


def _papers(reply: str) -> list[Record]:
    records = []
    for paper in read_atom(Source.of("arXiv", reply)):
        if isinstance(paper, Rejected):
            if "arXiv replied with an error" in paper.why:
                raise HarvestError(f"{paper.why.removesuffix(' Ask it again.')}", where="arXiv")
            continue
        records.append(_line(paper))
    return records


def _line(paper: Paper) -> Record:
    """Our own form, without what is not known, and without where in the reply it stood."""
    return {
        name: value for name, value in to_json(paper).items() if name == "id" or (value and name != "source")
    }


def _dates(reply: str) -> dict[str, tuple[str, str]]:
    """When the first and the last version of each paper came, in the order of the reply."""
    found = {}
    for _, entry in elements(Source.of("arXiv", reply), ("entry",)):
        if isinstance(entry, ValueError):
            raise ValueError(f"an entry is damaged: {entry}")
        own = text_of(entry.find("id")).strip()
        dates = text_of(entry.find("published")).strip(), text_of(entry.find("updated")).strip()
        found[arxiv_id(own) or own] = dates
    return found


def _searched(query: str) -> str:
    """A query in arXiv's language as it is; of plain words, all of them, anywhere."""
    if _PREFIXED.search(query):
        return f"({query})"
    return " AND ".join(f"all:{word}" for word in _WORD.findall(query))


def _plain(value: str) -> str:
    return value.replace('"', " ").strip()
