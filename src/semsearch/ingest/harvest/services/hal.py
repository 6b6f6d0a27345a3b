"""HAL's documents: https://api.archives-ouvertes.fr/docs/search."""

from __future__ import annotations

import re
from datetime import date

from semsearch.errors import HarvestError
from semsearch.ingest.formats.record import Record, first, inside
from semsearch.ingest.harvest.identifying import orcid, ror
from semsearch.ingest.harvest.service import Ask, Call, Page, decoded, listed, number
from semsearch.request import Request

COLLECTION = "collection:"  # before the code of a collection, or the name of a portal

_ID_HAL = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")
_ROWS = 500
# Titles, abstracts and keywords in every language: a star stands for en, fr and all others.
_FIELDS = (
    "docid,halId_s,uri_s,docType_s,language_s,title_s,*_title_s,subTitle_s,*_subTitle_s,abstract_s,*_abstract_s,"
    "keyword_s,*_keyword_s,authFullName_s,authIdHal_s,authOrcidIdExt_s,structAcronym_s,labStructAcronym_s,"
    "publicationDateY_i,producedDateY_i,publicationDate_s,producedDate_s,conferenceStartDateY_i,journalTitle_s,"
    "conferenceTitle_s,bookTitle_s,source_s,doiId_s,arxivId_s,pubmedId_s,pubmedcentralId_s,domain_s,collCode_s"
)


class Hal:
    """See `semsearch.ingest.harvest.service.Service`."""

    title = "HAL"
    address = "https://api.archives-ouvertes.fr"
    can: tuple[str, ...] = ("query", "institution", "author", "category", "since", "until")
    setting = ""

    def interval(self, *, known: bool, keyed: bool) -> float:
        """It states no limit; one request a second leaves room for others."""
        return 1.0

    def signed(self, contact: str | None, key: str | None) -> tuple[dict[str, str], dict[str, str]]:
        """The User-Agent says it."""
        return {}, {}

    def prepare(self, request: Request, ask: Ask) -> Call:
        """A query in Solr's language, and filters."""
        path, filters = "/search/", list[str]()
        if request.institution and request.institution.startswith(COLLECTION):
            path = f"/search/{_collection(request.institution.removeprefix(COLLECTION).strip())}/"
        elif request.institution:
            filters.append(_structure(request.institution))
        if request.author:
            filters.append(_author(request.author))
        if request.category:
            # "1.info.info-ai": how deep it lies, and its code. A document has those above as well.
            level = request.category.count(".")
            filters.append(f"domain_s:{_quoted(f'{level}.{request.category}')}")
        if request.since or request.until:
            begin = f"{request.since}T00:00:00Z" if request.since else "*"
            end = f"{request.until}T23:59:59Z" if request.until else "*"
            filters.append(f"producedDate_tdate:[{begin} TO {end}]")
        # Of cursors Solr wants an order in which no two are equal.
        always = {"wt": "json", "rows": str(_ROWS), "sort": "docid asc", "fl": _FIELDS}
        return Call(path, {"q": request.query or "*:*", "fq": filters, **always})

    def call(self, base: Call, cursor: str | None, since: date | None) -> Call:
        """What came or changed since is a filter more."""
        filters = [*base.parameters.get("fq", ())]
        if since:
            days = f"[{since}T00:00:00Z TO *]"
            filters.append(f"submittedDate_tdate:{days} OR modifiedDate_tdate:{days}")
        return Call(base.path, {**base.parameters, "fq": filters, "cursorMark": cursor or "*"})

    def page(self, reply: str, cursor: str | None, since: date | None, seen: int) -> Page:
        """The cursor that comes back as it was sent is the last."""
        value = decoded(reply)
        response = inside(value, "response")
        documents, total = listed(response, "docs"), number(response.get("numFound"))
        following = value.get("nextCursorMark")
        if not isinstance(following, str):
            raise ValueError("it has no nextCursorMark")
        last = following == (cursor or "*") or (total is not None and seen + len(documents) >= total)
        return Page(documents, None if last else following, total)

    def key(self, record: Record) -> str:
        """The same for all versions of a document."""
        return first(record, "halId_s") or str(record.get("docid") or "")


def _collection(code: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", code):
        raise HarvestError(
            f"“{code}” is no code of a collection of HAL.", hint="It is as in hal.science/CODE."
        )
    return code


def _structure(name: str) -> str:
    """By number, by ROR, or by what it is called, in short or in full."""
    if name.isdecimal():
        return f"structId_i:{name}"
    if found := ror(name):
        return f"structRorIdExt_s:{_quoted(f'https://ror.org/{found}')}"
    return f"structAcronym_s:{_quoted(name)} OR structName_s:{_quoted(name)}"


def _author(name: str) -> str:
    if found := orcid(name):
        return f"authOrcidIdExt_s:{_quoted(found)}"
    if _ID_HAL.fullmatch(name):
        return f"authIdHal_s:{_quoted(name)}"
    return f"authFullName_t:{_quoted(name)}"


def _quoted(value: str) -> str:
    """A phrase of Solr's query language."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
