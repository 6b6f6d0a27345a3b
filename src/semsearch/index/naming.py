"""What a region of the map is called: the terms that its papers use and the others do not.

How much a term tells of a region is the z-score of its log-odds against the rest of the collection, with all
papers as the prior: Monroe, Colaresi and Quinn, "Fightin' Words" (2008), equations 16, 18 and 22, with papers
counted for words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import pairwise

import numpy as np

from semsearch.index.density import Labels
from semsearch.index.progress import Advance, ignore
from semsearch.index.wording import Wording
from semsearch.paper import Paper

Name = tuple[str, ...]
"""Up to three terms, the most telling first; empty where none tells anything."""

_MOST = 3  # terms of a name
_PRIOR = 20.0  # papers that the prior counts for
_LEAST = 1.0  # z-score of a term
_FEWEST = 2  # papers of the region that say it
_WITHIN = 0.6  # share of a term's papers that say it within a longer one, from which on it is that one
_CANDIDATES = 80

Telling = Sequence[tuple[int, int]]
"""Terms of a region by number, the most telling first, and how many of its papers say each."""


def names(papers: Sequence[Paper], levels: Sequence[Labels], advance: Advance = ignore) -> list[list[Name]]:
    """Name the regions of each level.

    Args:
        papers: Their titles are read; of a small collection keywords and abstracts as well.
        levels: The region of each paper, coarse regions first. No region is called by the terms of the one
            that most of it lies in.
        advance: Told of each paper.
    """
    wording = Wording(papers, advance)
    chosen: list[list[list[int]]] = []
    outer, taken = np.zeros(len(papers), dtype=np.int64), list[set[int]]([set()])
    for labels in levels:
        around = [taken[np.bincount(outer[labels == region]).argmax()] for region in range(labels.max() + 1)]
        of_level: list[list[int]] = []
        said = set[frozenset[int]]()  # in this level; what is densest has the first choice
        for telling, used in zip(_telling(wording, labels), around, strict=True):
            of_level.append(_choose(wording, telling, used, said))
            said.update(map(wording.telling, of_level[-1]))
        chosen.append(of_level)
        taken = [used.union(*map(wording.telling, name)) for name, used in zip(of_level, around, strict=True)]
        outer = labels
    written = wording.written({term for level in chosen for name in level for term in name})
    return [[tuple(written[term] for term in name) for name in level] for level in chosen]


def _telling(wording: Wording, labels: Labels) -> Iterator[Telling]:
    """The most telling terms of each region."""
    size, count = np.bincount(labels), len(labels)
    terms = max(1, len(wording.papers))
    pairs, here = np.unique(labels[wording.paper] * terms + wording.term, return_counts=True)
    region, term = np.divmod(pairs, terms)
    share = wording.papers[term] / count
    odds, variance = np.zeros(len(pairs)), np.zeros(len(pairs))
    for sign, said, among in (
        (1, here, size[region]),
        (-1, wording.papers[term] - here, count - size[region]),
    ):
        with_prior = said + _PRIOR * share
        odds += sign * np.log(with_prior / (among + _PRIOR - with_prior + 1e-9))
        variance += 1 / with_prior
    scores = odds / np.sqrt(variance)
    ends = np.searchsorted(region, np.arange(len(size) + 1))
    for start, end in pairwise(ends.tolist()):
        best = start + np.lexsort((-here[start:end], -scores[start:end]))[:_CANDIDATES]
        enough = (here >= _FEWEST) & ((scores > _LEAST) | (count == size.max()))
        yield [(int(term[i]), int(here[i])) for i in best if enough[i]]


def _choose(wording: Wording, telling: Telling, taken: Set[int], said: Set[frozenset[int]]) -> list[int]:
    """The terms of a name: no two share a word, none is said already or made of words that are taken."""
    chosen: list[int] = []
    used = set[int]()
    for candidate, _ in telling:
        term = _longer(wording, candidate, telling)
        stems = wording.telling(term)
        if stems <= taken or stems & used or stems in said:
            continue
        chosen.append(term)
        used |= stems
        if len(chosen) == _MOST:
            break
    return chosen


def _longer(wording: Wording, term: int, telling: Telling) -> int:
    """The term that another is mostly said within, or else itself."""
    said = dict(telling)
    stems = wording.stems(term)
    around = [
        (papers, other)
        for other, papers in telling
        if papers >= _WITHIN * said[term] and _holds(wording.stems(other), stems)
    ]
    return max(around, key=lambda pair: (len(wording.stems(pair[1])), pair[0]), default=(0, term))[1]


def _holds(longer: tuple[int, ...], stems: tuple[int, ...]) -> bool:
    size = len(stems)
    return len(longer) > size and any(longer[i : i + size] == stems for i in range(len(longer) - size + 1))
