"""The records that a paper was made of, as its page lists them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from semsearch.paper import Paper, Version


@dataclass(frozen=True, slots=True)
class Record:
    """One of them, unless it says no more than the paper itself.

    Attributes:
        title: Its own, where it is another than the paper's; otherwise its venue, or its id.
        about: Year, and venue where that is not the title already.
        url: Where it can be read, an address of the web; None where there is none.
        because: What showed that it is of the paper, as a key of the catalogue; empty where it has none.
        known: The identifier that both have, where that is it.
        why: What showed it, in the words it was found with.
    """

    title: str
    about: tuple[str, ...]
    url: str | None
    because: str
    known: str
    why: str


def records(paper: Paper) -> list[Record]:
    """The records of a paper but for the one that the paper shows already."""
    whys = [version.why for version in paper.versions if version.why]
    return [
        _record(paper, version, version.why or next(iter(whys), ""))
        for version in paper.versions
        if not _is(paper, version)
    ]


def _record(paper: Paper, version: Version, why: str) -> Record:
    other = version.title if version.title.casefold() != paper.title.casefold() else ""
    title = other or version.venue or version.id
    about = (str(version.year or ""), version.venue if version.venue != title else "")
    return Record(title, tuple(filter(None, about)), _address(version), *because(why), why)


def _is(paper: Paper, version: Version) -> bool:
    own = (version.title, version.year, version.venue, version.doi)
    return own == (paper.title, paper.year, paper.venue, paper.doi)


def _address(version: Version) -> str | None:
    url = version.url or (f"https://doi.org/{quote(version.doi)}" if version.doi else "")
    return url if url.startswith(("https://", "http://")) else None


def because(why: str) -> tuple[str, str]:
    """A reason as a key of the catalogue, and the identifier in common, which is one reason whichever it is.

    ``same_title_authors_and_year``, and nothing; ``same_identifier``, and ``doi:10.1038/171737a0``.
    """
    if found := re.fullmatch(r"same (\w+:\S.*)", why):
        return "same_identifier", found[1]
    return re.sub(r"\W+", "_", why), ""
