"""A feed of new papers, in the Atom format (RFC 4287)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from lxml import etree

from semsearch.paper import Paper
from semsearch.search.arrivals import Arrival

MEDIA_TYPE = "application/atom+xml"
_NAMESPACE = "http://www.w3.org/2005/Atom"
# All that XML 1.0 does not allow (section 2.2), and the controls that it warns of, which some readers take
# for letters of Windows; papers and questions come from strangers.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")


@dataclass(frozen=True, slots=True)
class Feed:
    """What a feed says of itself.

    Attributes:
        title: For people.
        home: Where the service is, without a slash at the end.
        path: Of the feed, with the question and the filters in a fixed order.
        page: Path of the page that shows the same.
        since: When the first papers came, in seconds since 1970-01-01 UTC: its age while it has no entry.
    """

    title: str
    home: str
    path: str
    page: str
    since: int


def write(feed: Feed, arrivals: Sequence[Arrival]) -> bytes:
    """The feed with an entry for each paper, in their order.

    Ids come from the address of the feed and of each paper's page, less the scheme: a paper keeps its entry
    through all rebuilds, and for as long as the service keeps its name.
    """
    root = etree.Element(f"{{{_NAMESPACE}}}feed", nsmap={None: _NAMESPACE})
    updated = max((arrival.added for arrival in arrivals), default=feed.since)
    _add(root, "id", _id(feed.home + feed.path))
    _add(root, "title", feed.title)
    _add(root, "updated", _time(updated))
    _add(root, "generator", "semsearch")
    _add(root, "link", rel="self", type=MEDIA_TYPE, href=feed.home + feed.path)
    _add(root, "link", rel="alternate", type="text/html", href=feed.home + feed.page)
    _people(root, ["semsearch"])  # for papers that name no author, which Atom has to have (section 4.1.1)
    for arrival in arrivals:
        _entry(root, feed.home, arrival.paper, arrival.added)
    found: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return found


def _entry(root: etree._Element, home: str, paper: Paper, added: int) -> None:
    entry = _add(root, "entry")
    address = f"{home}/papers/{quote(paper.id, safe='/', errors='replace')}"
    _add(entry, "id", _id(address))
    _add(entry, "title", paper.title)
    _add(entry, "updated", _time(added))
    _add(entry, "published", _time(added))
    _add(entry, "link", rel="alternate", type="text/html", href=address)
    if paper.url and _ADDRESS.fullmatch(paper.url):
        _add(entry, "link", rel="related", href=paper.url)
    _people(entry, paper.authors)
    for keyword in paper.keywords:
        _add(entry, "category", term=keyword)
    about = ", ".join(str(part) for part in (paper.venue, paper.year) if part)
    if summary := "\n\n".join(part for part in (about, paper.abstract) if part):
        _add(entry, "summary", summary)


def _people(parent: etree._Element, names: Iterable[str]) -> None:
    for name in names:
        if _text(name).strip():
            _add(_add(parent, "author"), "name", name)


def _add(parent: etree._Element, name: str, text: str | None = None, **attributes: str) -> etree._Element:
    element = etree.SubElement(
        parent, f"{{{_NAMESPACE}}}{name}", {key: _text(value) for key, value in attributes.items()}
    )
    if text is not None:
        element.text = _text(text)
    return element


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def _id(address: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, address.partition(":")[2]).urn


def _time(seconds: int) -> str:
    """As RFC 3339 has it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
