"""Atom feeds of papers: arXiv's answers to a search, and those of other archives, semsearch's own among them.

https://info.arxiv.org/help/api/user-manual.html describes arXiv's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semsearch.ingest.clean import clean_doi, clean_text, clean_year
from semsearch.ingest.formats.record import UnusableError, arxiv_id, identifiers
from semsearch.ingest.formats.xml.records import Element, papers, text_of
from semsearch.ingest.identity import make_id
from semsearch.paper import Original, Paper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semsearch.ingest.source import Source
    from semsearch.paper import Rejected

_START = re.compile(r"(?:\s*<[?!][^>]*>)*\s*<(?:\w+:)?(?:feed|entry)\b[^>]*http://www\.w3\.org/2005/Atom")
_ERROR = "/api/errors"


def is_atom(head: str) -> bool:
    """Whether a file that begins so is an Atom feed."""
    return _START.match(head) is not None


def read_atom(source: Source) -> Iterator[Paper | Rejected]:
    """Read every entry of a feed; one that cannot be read is a `Rejected` with its line."""
    return papers(source, ("entry",), _paper)


def _paper(entry: Element, where: str) -> Paper:
    own, title = text_of(entry.find("id")).strip(), clean_text(text_of(entry.find("title")))
    if _ERROR in own:
        said = clean_text(text_of(entry.find("summary")))
        raise UnusableError(f"arXiv replied with an error: {said}. Ask it again.")
    if not title:
        raise UnusableError("the entry has no title.")
    number = arxiv_id(own) if "arxiv" in own.casefold() else None
    authors = tuple(name for each in entry.findall("author/name") if (name := clean_text(text_of(each))))
    links = {link.get("rel", "alternate"): link.get("href", "") for link in reversed(entry.findall("link"))}
    venue = clean_text(text_of(entry.find("journal_ref")))
    abstract = text_of(entry.find("summary")) or text_of(entry.find("content"))
    return Paper(
        id=number or own or make_id(title, authors),
        title=title,
        abstract=clean_text(abstract),
        authors=authors,
        year=clean_year(text_of(entry.find("published"))) or clean_year(text_of(entry.find("updated"))),
        venue=venue or ("arXiv" if number else None),
        doi=clean_doi(text_of(entry.find("doi"))),
        url=f"https://arxiv.org/abs/{number}" if number else links.get("alternate") or None,
        keywords=tuple(
            dict.fromkeys(
                term for each in entry.findall("category") if (term := each.get("term", "").strip())
            )
        ),
        source=where,
        identifiers=identifiers(("arxiv", number)),
        original=Original(text_of(entry.find("title")), abstract),
    )
