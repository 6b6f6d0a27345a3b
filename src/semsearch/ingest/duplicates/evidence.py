"""What speaks for two records being of one paper, and what against it.

Nothing is guessed: an identifier in common, or title, authors and year, and nothing that says the contrary.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from rapidfuzz import fuzz

from semsearch.ingest.clean import folded
from semsearch.ingest.duplicates.titles import about_another, numbers_in, only_slips, title_words
from semsearch.ingest.duplicates.venues import same_meeting, same_venue, venues_differ

if TYPE_CHECKING:
    from semsearch.paper import Paper

# Of these a paper has one in its service: two that differ are two papers. The Anthology has some under two.
_ONE_EACH = ("pmid", "pmc", "arxiv", "hal", "dblp")
# Registrants of preprints (Crossref and DataCite member lists): a paper has a DOI there and one in print.
_PREPRINTS = frozenset(
    """
    10.1101 10.2139 10.12688 10.14293 10.20944 10.21203 10.22541 10.26434 10.31219 10.31223 10.31224 10.31225
    10.31234 10.31235 10.31730 10.32388 10.33767 10.35542 10.36227 10.48550 10.51094
    """.split()  # noqa: SIM905 -- a list is read as a list
)
_PREPRINT_VENUE = re.compile(
    r"\b(?:arxiv|biorxiv|medrxiv|ssrn|preprint|research square|hal|corr)\b", re.IGNORECASE
)

_SAME_TEXT, _OTHER_TEXT = 85, 55  # of 100, for the beginnings of abstracts
_OF_TEXT = 400  # characters of an abstract that are compared
_PIECE, _SAME_PIECE = slice(100, 200), 95  # what is looked for where only one begins with a summary
_MOST_TEXT = 2_000
_TELLING = 4  # words: a title of fewer ("Introduction", "Deep learning") is given to many papers
_TELLS_ALONE = 6  # words: with the year, enough where a source names no authors
_MOST_AUTHORS = 30
_SUBTITLE = re.compile(r"[:.?!]\s|\s[-–—]\s|\s[\[(]")
_NEAR = 3  # pages
_PARTICLES = frozenset("al bin da de del den der di dos du el la le van von".split())  # noqa: SIM905


class Record(NamedTuple):
    """What of a paper is compared."""

    id: str
    identifiers: frozenset[str]
    title: str
    written: str  # the title, as it was read
    words: int
    numbers: tuple[str, ...]
    names: tuple[frozenset[str], ...]
    year: int | None
    abstract: str
    venue: str
    printed: str
    preprint: bool


def record_of(paper: Paper) -> Record:
    """What of a paper is compared."""
    words = title_words(paper.title)
    return Record(
        id=paper.id,
        identifiers=identifiers_of(paper),
        title=" ".join(words),
        written=paper.title,
        words=len(words),
        numbers=numbers_in(words),
        names=tuple(map(_names, paper.authors[:_MOST_AUTHORS])),
        year=paper.year,
        abstract=paper.abstract[:_MOST_TEXT],
        venue=paper.venue or "",
        printed=paper.printed,
        preprint=is_preprint(paper),
    )


def identifiers_of(paper: Paper) -> frozenset[str]:
    """Everything a paper is known by, DOI and arXiv's own DOIs among it."""
    found = {identifier.casefold() for identifier in paper.identifiers}
    if paper.doi:
        doi = unquote(unescape(paper.doi)).casefold()
        found.add(f"doi:{doi}")
        if doi.startswith("10.48550/arxiv."):
            found.add(f"arxiv:{doi.removeprefix('10.48550/arxiv.')}")
    return frozenset(found)


def why_same(one: Record, other: Record) -> str | None:
    """What shows that two records are of one paper; None where nothing does, or something contradicts it."""
    shared = one.identifiers & other.identifiers
    if shared:
        # The DOI of a volume stands in the records of all its papers.
        compatible = _titles_fit(one, other) or (_names_shared(one, other) >= 0.5 and _years_fit(one, other))
        return f"same {min(shared)}" if compatible else None
    if about_another(one.title, other.title):
        return None
    if at_odds(one, other):
        # Publishers move, and give new DOIs to what they have printed.
        again = one.title == other.title and one.year == other.year and _same_text(one, other)
        return (
            "same title, authors, year and abstract"
            if again and _names_shared(one, other) >= 0.5 and not _apart(one, other)
            else None
        )
    return _same_print(one, other) or _same_words(one, other)


def _same_print(one: Record, other: Record) -> str | None:
    """The same volume, page and year, and a title and authors that are not another's."""
    if not (one.printed and one.printed == other.printed and one.year and other.year):
        return None
    if one.printed.endswith(":1") or one.numbers != other.numbers:
        return None  # every paper of a journal without pages begins there, and two parts may share a page
    agree = not (one.names and other.names) or _names_shared(one, other) >= 0.5
    return "same volume, page and year" if agree and _titles_fit(one, other) else None


def _same_words(one: Record, other: Record) -> str | None:
    """The same title, authors and year, as far as they are given."""
    joined = one.title.replace(" ", "") == other.title.replace(" ", "")
    begins = one.title.startswith(other.title) or other.title.startswith(one.title)
    headed = begins and _head(max(one, other, key=_words)) == min(one, other, key=_words).title
    if one.numbers != other.numbers and not (joined or headed):
        return None
    names, texts = _names_shared(one, other), _likeness(one, other)
    preprint = one.preprint or other.preprint
    same_text = texts is not None and texts >= _SAME_TEXT
    if not (same_text or preprint) and (
        (texts is not None and texts < _OTHER_TEXT) or venues_differ(one.venue, other.venue)
    ):
        return None  # what was said at a meeting is not yet the paper
    venue = same_venue(one.venue, other.venue)
    if one.year and other.year and one.year != other.year and not preprint:
        # Projects report each year under one title; but proceedings have their year in their name.
        dated = same_meeting(one.venue, other.venue) and names == 1 and joined
        if venues_differ(one.venue, other.venue) or not (same_text or dated):
            return None
    words = min(one.words, other.words)
    telling = words >= _TELLING or (words == _TELLING - 1 and venue and names == 1)
    if joined:
        if one.id == other.id:
            return "same id and title"
        if names >= 0.5 and (telling or same_text):
            return "same title, authors and year"
        if not (one.names and other.names):
            if same_text:
                return "same title and abstract"
            tells = one.words >= _TELLS_ALONE or (telling and venue)
            if tells and one.year and one.year == other.year:
                return "same title and year, no authors in one"
        return None
    if names < 0.5:
        return None
    if telling and (texts is None or same_text) and only_slips(one.title, other.title):
        return "nearly the same title, same authors and year"
    if same_text and fuzz.ratio(one.title, other.title) >= _SAME_TEXT:
        return "nearly the same title, same authors, year and abstract"
    if begins and same_text:
        return "same title but for its end, same authors, year and abstract"
    alone = texts is None and one.numbers == other.numbers
    if headed and alone and telling and venue and names == 1 and len(one.names) == len(other.names):
        return "same title but for a subtitle, same authors, year and venue"
    return None


def _words(record: Record) -> int:
    return record.words


def _head(record: Record) -> str:
    """The title without its subtitle."""
    return " ".join(title_words(_SUBTITLE.split(record.written, maxsplit=1)[0]))


def at_odds(one: Record, other: Record) -> bool:
    """Whether two records are of two things: years or pages apart, two numbers of one service, two DOIs."""
    if not _years_fit(one, other) or _apart(one, other):
        return True
    mine, theirs = (
        {known for known in each.identifiers if known.startswith("doi:") and not _of_preprint(known[4:])}
        for each in (one, other)
    )
    return bool(mine and theirs and mine.isdisjoint(theirs))


def _apart(one: Record, other: Record) -> bool:
    """Whether a service that has one number for each paper has two for these, or a journal two places."""
    mine, theirs = _by_scheme(one.identifiers), _by_scheme(other.identifiers)
    if any(mine[scheme].isdisjoint(theirs[scheme]) for scheme in mine.keys() & theirs.keys()):
        return True
    return not (one.preprint or other.preprint) and _printed_apart(one, other)


def _printed_apart(one: Record, other: Record) -> bool:
    """Whether volume and page are other ones, or in one volume a page that is no slip of the other."""
    if not (one.printed and other.printed) or one.printed == other.printed:
        return False
    (volume, _, page), (other_volume, _, other_page) = (
        one.printed.partition(":"),
        other.printed.partition(":"),
    )
    if volume != other_volume:
        return page != other_page
    return not _same_text(one, other) and not _near(page, other_page)


def _near(page: str, other: str) -> bool:
    """Whether two pages are one, but for a slip: ``859`` and ``860``, ``968`` and ``988``."""
    if not (page.isdecimal() and other.isdecimal()):
        return page.lstrip("aeprs") == other.lstrip("aeprs")
    return abs(int(page[:9]) - int(other[:9])) <= _NEAR or (
        len(page) == len(other) > 2 and _digits_apart(page, other) == 1
    )


def _digits_apart(page: str, other: str) -> int:
    return sum(a != b for a, b in zip(page, other, strict=True))


def _of_preprint(doi: str) -> bool:
    return doi.partition("/")[0] in _PREPRINTS


def _by_scheme(identifiers: frozenset[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for identifier in identifiers:
        scheme, _, value = identifier.partition(":")
        if scheme in _ONE_EACH:
            found.setdefault(scheme, set()).add(value)
    return found


def _likeness(one: Record, other: Record) -> float | None:
    """How alike two abstracts are, of 100; None where one has none."""
    if not (one.abstract and other.abstract):
        return None
    alike = fuzz.ratio(one.abstract[:_OF_TEXT], other.abstract[:_OF_TEXT])
    if alike < _SAME_TEXT and (_holds(one.abstract, other.abstract) or _holds(other.abstract, one.abstract)):
        return 100.0
    return alike


def _holds(text: str, other: str) -> bool:
    """Whether a piece of another abstract is somewhere in a text."""
    piece = other[_PIECE]
    return len(piece) == _PIECE.stop - _PIECE.start and fuzz.partial_ratio(piece, text) >= _SAME_PIECE


def _same_text(one: Record, other: Record) -> bool:
    return (_likeness(one, other) or 0) >= _SAME_TEXT


def _titles_fit(one: Record, other: Record) -> bool:
    return fuzz.token_set_ratio(one.title, other.title) >= 70


def _years_fit(one: Record, other: Record) -> bool:
    """A paper may be dated a year apart, online and in print; a preprint some more."""
    if one.year is None or other.year is None:
        return True
    return abs(one.year - other.year) <= (3 if one.preprint or other.preprint else 1)


def _names_shared(one: Record, other: Record) -> float:
    """How many of the authors of the record with fewer are in the other; 0 where one has none."""
    fewer, more = sorted((one.names, other.names), key=len)
    names = frozenset().union(*more)
    return sum(not names.isdisjoint(author) for author in fewer) / len(fewer) if fewer else 0.0


@lru_cache(maxsize=10_000)
def _names(author: str) -> frozenset[str]:
    """The words of a name but for initials, which sources give or leave out, and what many names have.

    Neighbours also count as one word: some write VANBUSKIRK, and MARCELLINLITTLE. Mueller is Müller.
    """
    words = folded(author.replace("ae", "a").replace("oe", "o").replace("ue", "u"))
    own = {word for word in words if len(word) > 1 and word not in _PARTICLES}
    return frozenset(own | {one + other for one, other in pairwise(words) if len(other) > 1} or words)


def is_preprint(paper: Paper) -> bool:
    """Whether a record is of a preprint, by who gave its DOI or by its venue."""
    return _of_preprint(paper.doi or "") or bool(_PREPRINT_VENUE.search(paper.venue or ""))
