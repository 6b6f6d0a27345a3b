"""What a collection is about, in phrases that its titles share."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np

from semsearch.index.empty import EMPTY
from semsearch.index.generation import Generation
from semsearch.index.words import located

_MOST = 6
_READ = 2_000  # titles; more of them name no other topics
_WORDS = (2, 3)  # in a phrase
_FEWEST = 2  # papers
_SHORTEST = 3  # letters of a word


def topics(generation: Generation) -> tuple[str, ...]:
    """A few phrases of two or three words, those that most titles share first, no word in two of them."""
    total = len(generation.papers)
    rows = np.unique(np.linspace(0, total - 1, min(total, _READ)).astype(np.int64))
    written: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for paper in generation.papers.get(rows):
        for terms, phrase in set(_phrases(paper.title)):
            written[terms][phrase] += 1
    # A longer phrase is worth more than the shorter one in it, unless that is said without it as well.
    ranked = sorted(written, key=lambda terms: (-written[terms].total() * len(terms) ** 0.5, terms))
    chosen: list[str] = []
    said = set[str]()
    for terms in ranked:
        if len(chosen) == _MOST or written[terms].total() < _FEWEST:
            break
        if said.isdisjoint(terms):
            said.update(terms)
            chosen.append(_plain(written[terms]))
    return tuple(chosen)


def _phrases(title: str) -> list[tuple[tuple[str, ...], str]]:
    """The phrases of a title: words with nothing but a space or a hyphen between them, none of them empty."""
    words = [
        (term, start, end)
        for term, start, end in located(title)
        if term not in EMPTY and end - start >= _SHORTEST and title[start:end].isalpha()
    ]
    found = []
    for size in _WORDS:
        for run in zip(*(words[i:] for i in range(size)), strict=False):
            gaps = {title[end:start] for (_, _, end), (_, start, _) in pairwise(run)}
            if gaps <= {" ", "-"}:
                found.append((tuple(term for term, _, _ in run), title[run[0][1] : run[-1][2]]))
    return found


def _plain(forms: Counter[str]) -> str:
    """The commonest form, as the head of a sentence: inner capitals are a title's, but for those of BERT."""
    (form, _), *_ = sorted(forms.items(), key=lambda item: (-item[1], item[0]))
    text = " ".join(word.lower() if word[1:].islower() else word for word in form.split(" "))
    return text[0].upper() + text[1:]
