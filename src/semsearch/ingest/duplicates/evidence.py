"""What speaks for two records being of one paper, and what against it.

Nothing is guessed: an identifier in common, or title, authors and year, and nothing that says the contrary.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from semsearch.ingest.clean import folded

if TYPE_CHECKING:
    from semsearch.paper import Paper

# Of these a paper has one in its service: two that differ are two papers.
_ONE_EACH = ("pmid", "pmc", "arxiv", "acl", "hal", "dblp")
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

_DIGITS = re.compile(r"\d+|(?<![^\W_])[ivx]{1,4}(?![^\W_])")

_MOST_SLIPS = 3  # words of a title with one letter wrong each: "un", "wo" and "non" are more than a letter
_LONG = 4  # letters of a word in which a slip is one: vitamin B12 is not vitamin D12
_SAME_TEXT, _OTHER_TEXT = 85, 55  # of 100, for the beginnings of abstracts
_OF_TEXT = 400  # characters of an abstract that are compared
_TELLING = 4  # words: a title of fewer ("Introduction", "Deep learning") is given to many papers
_TELLS_ALONE = 6  # words: with the year, enough where a source names no authors
_MOST_AUTHORS = 30
_ARTICLES = frozenset("an la le les the".split())  # noqa: SIM905 -- which sources leave out, as "l'" and "a" never
_PARTICLES = frozenset("al bin da de del den der di dos du el la le van von".split())  # noqa: SIM905


class Record(NamedTuple):
    """What of a paper is compared."""

    id: str
    identifiers: frozenset[str]
    title: str
    words: int
    numbers: tuple[str, ...]
    names: tuple[frozenset[str], ...]
    year: int | None
    abstract: str
    preprint: bool


def record_of(paper: Paper) -> Record:
    """What of a paper is compared."""
    words = [word for word in folded(paper.title) if word not in _ARTICLES]
    return Record(
        id=paper.id,
        identifiers=identifiers_of(paper),
        title=" ".join(words),
        words=len(words),
        numbers=tuple(sorted(_DIGITS.findall(" ".join(words)))),
        names=tuple(map(_names, paper.authors[:_MOST_AUTHORS])),
        year=paper.year,
        abstract=paper.abstract[:_OF_TEXT],
        preprint=is_preprint(paper),
    )


def identifiers_of(paper: Paper) -> frozenset[str]:
    """Everything a paper is known by, DOI and arXiv's own DOIs among it."""
    found = {identifier.casefold() for identifier in paper.identifiers}
    if paper.doi:
        doi = paper.doi.casefold()
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
    if one.numbers != other.numbers:
        return None
    if at_odds(one, other):
        # Publishers move, and give new DOIs to what they have printed.
        again = one.title == other.title and one.year == other.year and _same_text(one, other)
        return (
            "same title, authors, year and abstract"
            if again and _names_shared(one, other) >= 0.5 and not _numbered_apart(one, other)
            else None
        )
    names = _names_shared(one, other)
    texts = _likeness(one, other)
    if texts is not None and texts < _OTHER_TEXT and not (one.preprint or other.preprint):
        return None
    same_text = texts is not None and texts >= _SAME_TEXT
    if (
        one.year != other.year
        and one.year
        and other.year
        and not (same_text or one.preprint or other.preprint)
    ):
        return None  # projects report each year under one title
    telling = min(one.words, other.words) >= _TELLING
    if one.title == other.title:
        if one.id == other.id:
            return "same id and title"
        if names >= 0.5 and (telling or same_text):
            return "same title, authors and year"
        if not (one.names and other.names):
            if same_text:
                return "same title and abstract"
            if one.words >= _TELLS_ALONE and one.year and one.year == other.year:
                return "same title and year, no authors in one"
        return None
    if names < 0.5:
        return None
    if telling and (texts is None or same_text) and _only_slips(one.title, other.title):
        return "nearly the same title, same authors and year"
    if same_text and fuzz.ratio(one.title, other.title) >= _SAME_TEXT:
        return "nearly the same title, same authors, year and abstract"
    begins = one.title.startswith(other.title + " ") or other.title.startswith(one.title + " ")
    if begins and same_text:
        return "same title but for its end, same authors, year and abstract"
    return None


def at_odds(one: Record, other: Record) -> bool:
    """Whether two records are of two things: years apart, two numbers of one service, two DOIs in print."""
    if not _years_fit(one, other) or _numbered_apart(one, other):
        return True
    mine, theirs = (
        {known for known in each.identifiers if known.startswith("doi:") and not _of_preprint(known[4:])}
        for each in (one, other)
    )
    return bool(mine and theirs and mine.isdisjoint(theirs))


def _numbered_apart(one: Record, other: Record) -> bool:
    """Whether a service that has one number for each paper has two for these."""
    mine, theirs = _by_scheme(one.identifiers), _by_scheme(other.identifiers)
    return any(mine[scheme].isdisjoint(theirs[scheme]) for scheme in mine.keys() & theirs.keys())


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
    """How alike the beginnings of two abstracts are, of 100; None where one has none."""
    return fuzz.ratio(one.abstract, other.abstract) if one.abstract and other.abstract else None


def _same_text(one: Record, other: Record) -> bool:
    return (_likeness(one, other) or 0) >= _SAME_TEXT


def _only_slips(one: str, other: str) -> bool:
    """Whether a few words of two titles differ, by a letter each."""
    mine, theirs = one.split(), other.split()
    if len(mine) != len(theirs):  # a space too many or too few
        mine, theirs = ["".join(mine)], ["".join(theirs)]
        return mine == theirs
    unlike = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    return len(unlike) <= _MOST_SLIPS and all(
        min(len(a), len(b)) >= _LONG and OSA.distance(a, b, score_cutoff=1) <= 1 for a, b in unlike
    )


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
    """The words of a name but for initials, which sources give or leave out, and what many names have."""
    words = folded(author)
    return frozenset(word for word in words if len(word) > 1 and word not in _PARTICLES) or frozenset(words)


def is_preprint(paper: Paper) -> bool:
    """Whether a record is of a preprint, by who gave its DOI or by its venue."""
    return _of_preprint(paper.doi or "") or bool(_PREPRINT_VENUE.search(paper.venue or ""))
