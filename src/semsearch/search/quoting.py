"""What of a paper is shown for an answer: the sentence that answers best, and the words asked for in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np

from semsearch.encode import Vectors
from semsearch.index.words import Located, Near, PaperWords, held, located
from semsearch.paper import Paper
from semsearch.search.hits import Evidence, Spans

# A sentence that holds every word asked for may be this much less similar than one that holds none.
_WORDS = 0.2
_EVIDENT = 0.3  # the share from which on a synonym or a translation is marked as the word asked for
_ALIKE = 0.8  # of the best translation's share, from which on another is marked beside it


def rarities(asked: Iterable[str], near: Near, words: PaperWords) -> dict[str, float]:
    """What each term counts as evidence: its idf, or its share of that where it only means nearly the same.

    Args:
        asked: Terms of a question; those that the index does not know are left out.
        near: For them, what means nearly the same; faint likeness is no evidence and is left out too.
        words: Of the index.
    """
    shares: dict[str, float] = {}
    for term in asked:
        others = near.get(term, {})
        # A word that no paper has goes by its best translations: "deux" is "two", hardly "three".
        foreign = words.rarity(term) == 0
        least = max(_EVIDENT, _ALIKE * max(others.values(), default=0.0)) if foreign else _EVIDENT
        for other, share in ((term, 1.0), *others.items()):
            if share >= least:
                shares[other] = max(shares.get(other, 0.0), share)
    return {term: share * rarity for term, share in shares.items() if (rarity := words.rarity(term)) > 0}


def marks(words: Iterable[Located], wanted: Collection[str]) -> Spans:
    """The character offsets of the words whose terms are among those wanted, each once and in order."""
    return tuple(dict.fromkeys((start, end) for term, start, end in words if term in wanted))


def quote(
    paper: Paper,
    sentences: Sequence[tuple[int, int]],
    cosines: Vectors | None,
    wanted: Mapping[str, float],
    total: float | None = None,
) -> Evidence | None:
    """The sentence of a paper's abstract that answers best; None without an abstract.

    The most similar one, but of two that are nearly as similar, the one that holds more of the words wanted,
    the rare before the common; without similarities, by the words alone. The first of equals.

    Args:
        paper: The paper.
        sentences: Where its sentences stand in its abstract.
        cosines: Of each sentence, shape ``(len(sentences),)``; None where meaning is not looked at.
        wanted: Weight of each term; those that the paper does not hold may be left out.
        total: Weight of all terms, those left out included; None where there are none.
    """
    if not sentences:
        return None
    scores = [0.0] * len(sentences) if cosines is None else cosines.astype(np.float64).tolist()
    weight = sum(wanted.values())
    worth = _WORDS / ((weight if total is None else total) or 1.0)
    # The most similar first, and none from where no words could make up for what a sentence lacks.
    order = sorted(range(len(sentences)), key=scores.__getitem__, reverse=True)
    best = (scores[order[0]], -order[0])
    for i in order if len(order) > 1 and scores[order[1]] + worth * weight >= best[0] else ():
        if scores[i] + worth * weight < best[0]:
            break
        words = held(paper.abstract[slice(*sentences[i])], wanted.keys())
        best = max(best, (scores[i] + worth * sum(wanted[term] for term in words), -i))
    start, end = sentences[-best[1]]
    text = paper.abstract[start:end]
    marked = tuple((start + a, start + b) for a, b in marks(located(text), wanted))
    return Evidence(text, start, end, marked)
