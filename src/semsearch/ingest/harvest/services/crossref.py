"""Crossref's works: https://www.crossref.org/documentation/retrieve-metadata/rest-api/."""

from __future__ import annotations

from datetime import date

from semsearch.ingest.formats.record import Record, inside
from semsearch.ingest.harvest.identifying import orcid, ror
from semsearch.ingest.harvest.service import Ask, Call, Page, decoded, listed, number
from semsearch.request import Request

_ROWS = 200
# The first tells of the question, not of the work; the other is most of a record, and is not read.
_DROPPED = ("score", "reference")


class Crossref:
    """See `semsearch.ingest.harvest.service.Service`."""

    title = "Crossref"
    address = "https://api.crossref.org"
    can: tuple[str, ...] = ("query", "institution", "author", "since", "until")
    setting = "CROSSREF_PLUS_TOKEN"

    def interval(self, *, known: bool, keyed: bool) -> float:
        """Lists: one a second, three for those who say who they are; what its replies allow comes before."""
        return 0.1 if keyed else 1 / 3 if known else 1.0

    def signed(self, contact: str | None, key: str | None) -> tuple[dict[str, str], dict[str, str]]:
        """An address makes the polite pool; the token is that of Metadata Plus."""
        headers = {"Crossref-Plus-API-Token": f"Bearer {key}"} if key else {}
        return {"mailto": contact} if contact else {}, headers

    def prepare(self, request: Request, ask: Ask) -> Call:
        """What identifies is a filter. Words put works in order, and leave none out that has one of them."""
        filters, parameters = list[str](), {"rows": str(_ROWS)}
        if request.query:
            parameters["query.bibliographic"] = request.query
        if request.institution and (found := ror(request.institution)):
            filters.append(f"ror-id:https://ror.org/{found}")
        elif request.institution:
            parameters["query.affiliation"] = request.institution
        if request.author and (found := orcid(request.author)):
            filters.append(f"orcid:https://orcid.org/{found}")
        elif request.author:
            parameters["query.author"] = request.author
        if request.since:
            filters.append(f"from-pub-date:{request.since}")
        if request.until:
            filters.append(f"until-pub-date:{request.until}")
        return Call("/works", parameters | ({"filter": ",".join(filters)} if filters else {}))

    def call(self, base: Call, cursor: str | None, since: date | None) -> Call:
        """What was indexed since: new works, and those that changed in any way."""
        filters = [str(base.parameters["filter"])] if "filter" in base.parameters else []
        if since:
            filters.append(f"from-index-date:{since}")
        return base.adding(cursor=cursor or "*", **({"filter": ",".join(filters)} if filters else {}))

    def page(self, reply: str, cursor: str | None, since: date | None, seen: int) -> Page:
        """Crossref gives a cursor with the last page too; the number of works says that it was the last."""
        message = inside(decoded(reply), "message")
        works, total = listed(message, "items"), number(message.get("total-results"))
        if total is None:
            raise ValueError("it has no total-results")
        following = message.get("next-cursor")
        more = seen + len(works) < total
        if more and not isinstance(following, str):
            raise ValueError("it has no next-cursor")
        kept = [{name: work[name] for name in work if name not in _DROPPED} for work in works]
        return Page(kept, str(following) if more else None, total)

    def key(self, record: Record) -> str:
        """The DOI, whose case does not matter."""
        return str(record.get("DOI") or "").casefold()
