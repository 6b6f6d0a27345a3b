"""Why a paper is related to others: the words, authors and venue that it shares with them."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from semsearch.index.empty import EMPTY
from semsearch.index.generation import Generation
from semsearch.index.vectors import Rows
from semsearch.index.words import located
from semsearch.paper import Paper
from semsearch.search.hits import Reasons
from semsearch.search.names import shared_names
from semsearch.search.twins import same_venue

_MOST_WORDS = 5
_SHARE = 0.2  # of the weight of the first word: what says less than that explains nothing
_COMMON = 0.1  # a word that more than this share of all papers hold says little of any two
_FEW = 3  # papers; a word of no more is never common
_OFTEN = 2  # times that one of the papers must say a word: what both say in passing relates nothing
_SHORTEST = 3  # letters; "2d" and "bi" alone explain nothing to a reader


class Seeds:
    """Papers that others are related to, ready to be compared with them."""

    def __init__(self, generation: Generation, rows: Rows) -> None:
        self._words = generation.words
        self._papers = generation.papers.get(rows)
        self._counts: Counter[str] = Counter()
        for paper in self._papers:
            self._counts |= Counter(term for term, _, _ in located(_text(paper)))
        self._impacts = {
            term: float(self._words.impacts(term, rows).max())
            for term in self._counts
            if len(term) >= _SHORTEST and not term.isdigit() and not self._is_common(term)
        }

    def reasons(self, row: int, paper: Paper) -> tuple[Reasons, dict[str, float]]:
        """What a paper shares with one of the seeds at least, and the weight of each term behind the words.

        That is the product of what the term adds to the BM25 scores of both: it must matter in both.
        """
        written: defaultdict[str, Counter[str]] = defaultdict(Counter)
        text = _text(paper)
        for term, start, end in located(text):
            if term in self._impacts:
                written[term][text[start:end]] += 1
        here = np.array([row])
        weights = {
            term: self._impacts[term] * float(self._words.impacts(term, here)[0])
            for term, forms in written.items()
            if max(forms.total(), self._counts[term]) >= _OFTEN
        }
        enough = _SHARE * max(weights.values(), default=0.0)
        telling = [term for term, weight in weights.items() if weight >= enough]
        best = sorted(telling, key=lambda term: (-weights[term], term))[:_MOST_WORDS]
        authors = shared_names(paper.authors, [name for seed in self._papers for name in seed.authors])
        venue = paper.venue if any(same_venue(paper, seed) for seed in self._papers) else None
        words = tuple(_as_written(written[term]) for term in best)
        return Reasons(words, authors, venue), {term: weights[term] for term in best}

    def _is_common(self, term: str) -> bool:
        return term in EMPTY or self._words.count(term) > max(_FEW, _COMMON * len(self._words))


def _text(paper: Paper) -> str:
    """All the words of a paper, those of its title twice, as the index counts them."""
    return " ".join((paper.title, paper.title, paper.abstract, *paper.keywords))


def _as_written(forms: Counter[str]) -> str:
    """The form of running text, not of a title or the head of a sentence: few capitals, then most used."""
    return min(forms, key=lambda form: (sum(map(str.isupper, form)), -forms[form]))
