"""Papers that hold a phrase, word for word."""

from __future__ import annotations

from semsearch.index.generation import Generation
from semsearch.index.spelling import GREEK, spelled
from semsearch.index.vectors import Rows
from semsearch.index.words import terms
from semsearch.ingest.clean import clean_text

_GREEK = frozenset(GREEK.values())


def holding(phrase: str, generation: Generation, among: Rows | None = None, most: int | None = None) -> Rows:
    """Rows of the papers, all or some, whose title or abstract holds a phrase, in order; so many at most.

    The index of words narrows down where to look, but for letters that it knows by another name. Its rarest
    word comes first, and the papers that hold that are looked up among those of the others.
    """
    phrase, words = clean_text(phrase), generation.words
    wanted = set(terms(" ".join(word for word in spelled(phrase).split() if word not in _GREEK)))
    for term in sorted(wanted, key=words.count):
        among = words.papers_with(term) if among is None else among[words.holding(term, among)]
    return generation.texts.holding(phrase, among, most)
