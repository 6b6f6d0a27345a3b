"""DBLP's XML to papers: the whole dump, the records of one person, or one record.

https://dblp.org/faq/What+do+I+find+in+dblp+xml.html describes it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from semsearch.ingest.clean import clean_doi, clean_text, clean_year
from semsearch.ingest.formats.record import UnusableError, identifiers
from semsearch.ingest.formats.xml.records import Element, papers, text_of
from semsearch.ingest.identity import make_id
from semsearch.paper import Paper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semsearch.ingest.source import Source
    from semsearch.paper import Rejected

_RECORDS = (
    "article",
    "inproceedings",
    "proceedings",
    "book",
    "incollection",
    "phdthesis",
    "mastersthesis",
    "data",
)
_START = re.compile(
    r"(?=\s*<[?!\w]).*?<(?:dblp|dblpperson)[\s>]"
    rf"|\s*(?:<\?[^>]*>\s*)?<(?:{'|'.join(_RECORDS)})\s[^>]*\bkey=[\"']\w+/",
    re.DOTALL,
)
_VENUES = ("journal", "booktitle", "school", "series")
_NAMESAKE = re.compile(r" [0-9]{4}$")


def is_dblp(head: str) -> bool:
    """Whether a file that begins so is DBLP's XML."""
    return _START.match(head) is not None


def read_dblp(source: Source) -> Iterator[Paper | Rejected]:
    """Read every publication of a DBLP file; one that cannot be read is a `Rejected` with its line."""
    return papers(source, _RECORDS, _paper)


def dblp_title(raw: str) -> str:
    """A title without the full stop that DBLP puts behind every one."""
    title = clean_text(raw)
    return title if title.endswith("..") else title.removesuffix(".")


def dblp_name(raw: object) -> str:
    """A name without the number that tells namesakes apart: ``Wei Wang 0001`` is ``Wei Wang``."""
    return _NAMESAKE.sub("", clean_text(raw)) if isinstance(raw, str) else ""


def _paper(record: Element, where: str) -> Paper:
    title, key = dblp_title(text_of(record.find("title"))), record.get("key", "")
    if not title:
        raise UnusableError("the record has no title.")
    people = record.findall("author") or record.findall("editor")
    addresses = [address for each in record.findall("ee") if (address := text_of(each).strip())]
    venue = next((text_of(found) for name in _VENUES if (found := record.find(name)) is not None), "")
    authors = tuple(name for each in people if (name := dblp_name(text_of(each))))
    return Paper(
        id=key or make_id(title, authors),
        title=title,
        authors=authors,
        year=clean_year(text_of(record.find("year"))),
        venue=clean_text(venue) or None,
        doi=next((doi for each in addresses if (doi := clean_doi(each))), None),
        url=next(iter(addresses), f"https://dblp.org/rec/{key}" if key else None),
        source=where,
        identifiers=identifiers(
            ("dblp", key), ("arxiv", arxiv_of(addresses, text_of(record.find("volume"))))
        ),
    )


def arxiv_of(addresses: list[str], volume: str) -> str:
    """The arXiv address among some, or the volume of CoRR, ``abs/1706.03762``, which is its number."""
    found = next((each for each in addresses if "arxiv" in each.casefold()), "")
    return found or (volume if volume.startswith("abs/") else "")
