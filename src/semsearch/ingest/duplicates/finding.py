"""Which records are of one paper, among a million: by keys they have in common, then by looking at both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from semsearch.ingest.clean import folded
from semsearch.ingest.duplicates.evidence import Record, at_odds, identifiers_of, record_of, why_same
from semsearch.ingest.duplicates.titles import title_words

if TYPE_CHECKING:
    from semsearch.ingest.duplicates.keys import Keys
    from semsearch.paper import Paper

_ENDS = 5  # words at either end of a title: most slips are at one of them, or at neither
_MOST = 60  # records with one key in common; what more of them share ("Introduction") tells nothing
_AT_HAND = 4_096  # records kept while groups are looked at

Groups = dict[int, list[tuple[int, str]]]


def keys_of(paper: Paper) -> Iterator[str]:
    """Two records of one paper have one of these in common."""
    yield from identifiers_of(paper)
    words = title_words(paper.title)
    yield "t" + "".join(words)
    if len(words) > _ENDS:
        yield "b" + " ".join(words[:_ENDS])
        yield "e" + " ".join(words[-_ENDS:])
    names = sorted(max(folded(author), key=len, default="") for author in paper.authors[:2])
    yield f"a{' '.join(names)} {paper.year}"
    if paper.printed:
        yield f"p{paper.printed} {paper.year}"


def groups(keys: Keys, paper_at: Callable[[int], Paper]) -> Groups:
    """The records that are of one paper, in groups.

    Args:
        keys: The `keys_of` all records, by their rows.
        paper_at: The record of a row; asked for those alone that share a key.

    Returns:
        By the first row of each group: all its rows in order, each with what showed that it belongs to those
        before it; nothing for the first.
    """
    together = _Together(lru_cache(_AT_HAND)(lambda row: record_of(paper_at(row))))
    for rows in keys.shared(_MOST):
        for i, one in enumerate(rows):
            for other in rows[i + 1 :]:
                together.judge(one, other)
    return together.groups()


class _Together:
    """Groups that grow while pairs are judged."""

    def __init__(self, record_at: Callable[[int], Record]) -> None:
        self._at = record_at
        self._group: dict[int, list[int]] = {}
        self._why: dict[int, str] = {}
        self._judged: set[tuple[int, int]] = set()

    def judge(self, one: int, other: int) -> None:
        """Join the groups of two records if they are of one paper, and no two members are at odds."""
        mine, theirs = self._group.get(one, [one]), self._group.get(other, [other])
        if mine is theirs or (one, other) in self._judged:
            return
        self._judged.add((one, other))
        why = why_same(self._at(one), self._at(other))
        if why is None or any(self._at_odds(a, b) for a in mine for b in theirs):
            return
        mine, theirs = sorted((mine, theirs), key=min)
        self._why[min(theirs)] = why
        joined = mine + theirs
        for row in joined:
            self._group[row] = joined

    def _at_odds(self, one: int, other: int) -> bool:
        mine, theirs = self._at(one), self._at(other)
        return at_odds(mine, theirs) and not why_same(mine, theirs)

    def groups(self) -> Groups:
        """As `groups`."""
        found: Groups = {}
        for rows in self._group.values():
            first, *rest = sorted(rows)
            found[first] = [(first, ""), *((row, self._why[row]) for row in rest)]
        return found
