"""The same paper again: its preprint, its published form, or a second record of it.

Two records are one paper when an identifier says so, or when their titles do and their authors do not object.
A companion is no twin: "Part II", the overview of another year, the same study of another language, a reply.
"""

from __future__ import annotations

import re

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from semsearch.index.generation import Generation
from semsearch.index.vectors import Rows
from semsearch.ingest.clean import fold
from semsearch.paper import Paper
from semsearch.search.names import shared_names

_ARXIV = re.compile(
    r"(?:\barxiv(?:\.org)?[.:/](?:(?:abs|pdf|html)/)?|^)"
    r"(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})(?:v\d+)?(?:\.pdf)?$",
    re.IGNORECASE,
)
_SUBTITLE = re.compile(r"\s*(?::|[.?!](?=\s)|\s[-–—](?=\s)|[–—])\s*")
# Words that one of two companions has in its title, and the other has not or has otherwise.
_TELLING = re.compile(
    r"\w*\d\w*|i{1,3}|iv|vi{0,3}|ix|x|one|two|three|four|first|second|third|fourth|part"
    r"|addendum|comments?|corrections?|corrigendum|erratum|rejoinder|reply|responses?|retraction"
)
# Words that come and go between a preprint and its published form, and change no meaning.
_SMALL = frozenset(
    "a an and for from in of on the to toward towards using via with de des du la le les un une".split()  # noqa: SIM905
)
_ARCHIVES = frozenset(
    {"arxiv", "biorxiv", "chemrxiv", "corr", "hal", "medrxiv", "psyarxiv", "ssrn", "techrxiv"}
)

_TITLE_WORDS = 4  # a title of fewer words, such as "Introduction", is given to many papers
_FEWEST_WORDS = 3  # and with fewer than these a typo or a subtitle is not looked for
_LONG_WORD = 5  # letters; in a shorter word one letter makes another word: "text", "test"
_YEARS = 1  # between a preprint and its published form, where nothing but titles can be compared
# How alike abstracts are, 0 to 100, of a paper that got a subtitle and of one that got another title. With
# nothing in common but their language they come to 45, those of one group's systems for shared tasks to 90.
_REVISED, _RETITLED = 60, 92
_KEPT = 65  # of 100, of a title that was changed
_SHORTEST_ABSTRACT = 200

# Cosines below which two papers' titles, or whole texts, are not compared word by word at all.
_TITLE_COSINE, _TEXT_COSINE = 0.7, 0.85


class Twins:
    """Finds, among some papers, those that are the same as a given one."""

    def __init__(self, generation: Generation, rows: Rows) -> None:
        self._generation, self._rows = generation, rows
        self._vectors = generation.vectors.vectors(rows)
        self._titles = generation.sentences.titles(rows)

    def of(self, row: int) -> Rows:
        """Positions in ``rows`` of the other records of the paper at ``row``."""
        here, papers = np.array([row]), self._generation.papers
        titles = self._titles @ self._generation.sentences.titles(here)[0]
        texts = self._vectors @ self._generation.vectors.vectors(here)[0]
        alike = np.flatnonzero(((titles >= _TITLE_COSINE) | (texts >= _TEXT_COSINE)) & (self._rows != row))
        (paper,) = papers.get(here)
        same = [same_paper(paper, other) for other in papers.get(self._rows[alike])]
        return alike[np.array(same, dtype=np.bool_)]


def same_paper(one: Paper, other: Paper) -> bool:
    """Whether two records are of one paper.

    Told by DOI or arXiv identifier. Else by titles: equal; or equal but for spacing, small words, a typo or a
    plural; or with a subtitle added; or changed above nearly the same abstract. Authors who are all others
    speak against it, as do numbers and words such as "reply" in one title alone and, unless the titles are
    equal, one volume.
    """
    here, there = _identifiers(one), _identifiers(other)
    if here & there:
        return True
    has_authors = bool(one.authors and other.authors)
    if has_authors and not shared_names(one.authors, other.authors):
        return False
    title, second = fold(one.title), fold(other.title)
    if _telling(title) != _telling(second):
        return False
    if title == second:
        return len(title.split()) >= _TITLE_WORDS or one.year == other.year
    if not has_authors or _in_one_volume(one, other):
        return False
    alike = _abstracts_alike(one, other)
    return (
        _nearly_equal(title.split(), second.split())
        or ((_is_main(one.title, second) or _is_main(other.title, title)) and _revised(one, other, alike))
        or (alike is not None and alike >= _RETITLED and ratio(title, second) >= _KEPT)
    )


def _identifiers(paper: Paper) -> set[tuple[str, str]]:
    found = {
        ("arxiv", match["id"].casefold())
        for text in (paper.id, paper.doi, paper.url)
        if text and (match := _ARXIV.search(text))
    }
    if paper.doi and not _ARXIV.search(paper.doi):
        found.add(("doi", paper.doi.casefold()))
    return found


def same_venue(one: Paper, other: Paper) -> bool:
    """Whether both came out in one journal or conference; an archive of preprints is neither."""
    venue = fold(one.venue or "")
    return bool(venue) and venue.split()[0] not in _ARCHIVES and venue == fold(other.venue or "")


def _in_one_volume(one: Paper, other: Paper) -> bool:
    """Whether both came out in one volume, which prints no paper twice."""
    return one.year == other.year and same_venue(one, other)


def _telling(title: str) -> list[str]:
    return [word for word in title.split() if _TELLING.fullmatch(word)]


def _nearly_equal(title: list[str], other: list[str]) -> bool:
    """Whether the words of two titles differ by spacing, small words, one typo or one plural alone."""
    if "".join(title) == "".join(other):
        return True
    title, other = ([word for word in words if word not in _SMALL] for words in (title, other))
    if len(title) != len(other) or len(title) < _FEWEST_WORDS:
        return False
    changed = [(a, b) for a, b in zip(title, other, strict=True) if a != b]
    return all(_one_word(a, b) for a, b in changed) and len(changed) <= 1


def _one_word(a: str, b: str) -> bool:
    """Whether two words are one but for a letter; not the first, for "symmetric" is not "asymmetric"."""
    if a + "s" == b or b + "s" == a:
        return True
    return a[0] == b[0] and min(len(a), len(b)) >= _LONG_WORD and OSA.distance(a, b) == 1


def _is_main(title: str, other: str) -> bool:
    """Whether a title, less its subtitle, is the other, which is folded."""
    return fold(_SUBTITLE.split(title, maxsplit=1)[0]) == other and len(other.split()) >= _FEWEST_WORDS


def _revised(one: Paper, other: Paper, alike: float | None) -> bool:
    """Whether all but the titles agrees: the abstracts or, where one is missing, authors and years."""
    if alike is not None:
        return alike >= _REVISED
    years_fit = one.year is None or other.year is None or abs(one.year - other.year) <= _YEARS
    return years_fit and all(
        len(shared_names(a.authors, b.authors)) == len(a.authors) for a, b in ((one, other), (other, one))
    )


def _abstracts_alike(one: Paper, other: Paper) -> float | None:
    """How alike two abstracts are, 0 to 100; None where one is missing or says too little."""
    if min(len(one.abstract), len(other.abstract)) < _SHORTEST_ABSTRACT:
        return None
    return ratio(one.abstract, other.abstract)
