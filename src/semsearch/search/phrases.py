"""Papers that hold a phrase, word for word."""

from __future__ import annotations

import numpy as np

from semsearch.index.generation import Generation
from semsearch.index.spelling import GREEK, spelled
from semsearch.index.vectors import Rows
from semsearch.index.words import terms
from semsearch.ingest.clean import clean_text

_GREEK = frozenset(GREEK.values())


def holding(phrase: str, generation: Generation, among: Rows | None = None) -> Rows:
    """Rows of the papers, all or some, whose title or abstract holds a phrase, in order.

    The index of words narrows down where to look, but for letters that it knows by another name.
    """
    phrase = clean_text(phrase)
    for term in terms(" ".join(word for word in spelled(phrase).split() if word not in _GREEK)):
        rows = generation.words.papers_with(term)
        among = rows if among is None else np.intersect1d(among, rows, assume_unique=True)
    return generation.texts.holding(phrase, among)
