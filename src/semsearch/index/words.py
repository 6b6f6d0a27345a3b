"""The words of papers in a BM25 index over the same rows as the vectors.

Scores are BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond"
(2009), with the always-positive idf of Lucene. What a term adds to a paper's score depends on nothing in
the question, so it is computed at build: answering is adding up a few slices of one array.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice
from math import log1p
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semsearch.index import strings
from semsearch.index.arrays import indices, mapped, offsets
from semsearch.index.progress import Advance, ignore
from semsearch.index.spelling import joined
from semsearch.index.vectors import Mask, Rows
from semsearch.ingest.clean import folded, folded_words
from semsearch.paper import Paper

Near = Mapping[str, Mapping[str, float]]
"""For a term of a question, the terms that mean nearly the same, and what a match of each counts, 0 to 1."""

K1 = 1.2
B = 0.75
TITLE_WEIGHT = 2  # a word of the title counts as two of the abstract

# Words that say nothing about what a paper is about, in the languages of the questions.
STOP = frozenset(
    """
    a about am an and any are as at be been being but by can could did do does for from had has have
    how i if in into is it its me my no not of on or our so such than that the their them then there
    these they this those to us use used using was we were what when where which while who whom
    whose why will with would you your

    au aux avec ce ces cette comment dans de des du elle elles en est et il ils je la le les leur
    leurs mais ne nous on ou par pas peut plus pour pourquoi qu quand que quel quelle quelles quels
    qui quoi sa se ses son sont sur un une vous y
    """.split()  # noqa: SIM905 -- a list of words is read as words
)
_LONGEST = 60  # characters of a word that are told apart
_STEMMED = 20_000  # words whose stem is remembered, some 5 MB
_BLOCK = 50_000  # papers whose words are counted at a time
_EVERY = 8  # of so many scores one is looked at to tell which can be among the highest
_MANY = 1 / 16  # of all papers; where more hold a term, or one near it, all scores are gone through
_LOOKED_UP = 10_000  # terms whose places are remembered, some 3 MB

Located = tuple[str, int, int]
"""A term, and the character offsets where the word it was made from begins and ends."""

_NAME = "@"  # begins the terms that are words of authors' names; no word of a text can


class _Terms(dict[str, str | None]):
    """What folded words become; None for those that say nothing."""

    def __missing__(self, word: str) -> str | None:
        if len(self) >= _STEMMED:
            self.clear()
        self[word] = term = None if word in STOP else _stemmer().stemWord(word[:_LONGEST])
        return term


_TERM = _Terms().__getitem__


def terms(text: str) -> list[str]:
    """The words of a text as the index knows them: folded, without stop words, stemmed."""
    return [term for term in map(_TERM, folded(text)) if term is not None]


def located(text: str) -> list[Located]:
    """The same terms, each with where the word it was made from stands in ``text``."""
    found = folded_words(text)
    return [(term, start, end) for word, start, end in found if (term := _TERM(word)) is not None]


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english", 0)  # without a cache of its own


def held(text: str, wanted: Set[str]) -> Set[str]:
    """Which of some terms a text holds."""
    return wanted & set(map(_TERM, folded(text)))


def name_terms(name: str) -> list[str]:
    """The words of an author's name as the index knows them."""
    return [_NAME + word[:_LONGEST] for word in folded(name)]


class _Numbers(dict[str, int]):
    """Strings, numbered as they come."""

    def __missing__(self, string: str) -> int:
        self[string] = number = len(self)
        return number

    def of(self, papers: Iterable[Iterable[str]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The numbers of all papers' strings, one paper after the other, and the row that each belongs to."""
        numbers, ends = array("q"), [0]
        for strings_of_one in papers:
            numbers.extend(map(self.__getitem__, strings_of_one))
            ends.append(len(numbers))
        return np.frombuffer(numbers, dtype=np.int64), np.repeat(np.arange(len(ends) - 1), np.diff(ends))


@dataclass(frozen=True, slots=True)
class _Said:
    """What some papers that follow each other say: each pair of a term and a paper once, in that order.

    Attributes:
        terms: Their numbers as they came.
        rows: From the first of these papers.
        times: How often, a word of a title counting as two.
        lengths: How many words each paper has, counted in the same way.
    """

    terms: NDArray[np.int32]
    rows: NDArray[np.int32]
    times: NDArray[np.int32]
    lengths: NDArray[np.int64]


class _Counting:
    """Counts the terms of papers, one block of them after the other, so that the words of few are held."""

    def __init__(self) -> None:
        self.terms = _Numbers()
        self._words = _Numbers()
        self._term_of = np.empty(0, dtype=np.int64)  # of each word; -1 for one that says nothing
        self._of_name = cache(lambda name: {*name_terms(name), *name_terms(joined(name))})

    def said(self, papers: Sequence[Paper]) -> _Said:
        """What the next papers say."""
        count = len(papers)
        bodies = self._words.of(folded(" ".join((paper.abstract, *paper.keywords))) for paper in papers)
        titles = self._words.of(folded(paper.title) for paper in papers)
        lent = self._words.of(_lent(paper) for paper in papers)
        authors = self.terms.of(
            {term for name in paper.authors for term in self._of_name(name)} for paper in papers
        )
        self._stem()
        # A term and a row in one number: sorted, the same ones stand together.
        pairs = []
        for numbers, rows in (bodies, *[titles] * TITLE_WEIGHT, lent):
            kept = self._term_of[numbers]
            pairs.append((kept * count + rows)[kept >= 0])
        lengths = np.bincount(np.concatenate(pairs[:-1]) % count, minlength=count)
        both, times = np.unique(np.concatenate([*pairs, authors[0] * count + authors[1]]), return_counts=True)
        term, row = np.divmod(both, count)
        return _Said(term.astype(np.int32), row.astype(np.int32), times.astype(np.int32), lengths)

    def _stem(self) -> None:
        """Number the terms of the words that are new."""
        new = [*islice(self._words, len(self._term_of), None)]
        stems = _stemmer().stemWords([word[:_LONGEST] for word in new])
        numbers = (-1 if word in STOP else self.terms[stem] for word, stem in zip(new, stems, strict=True))
        self._term_of = np.append(self._term_of, np.fromiter(numbers, dtype=np.int64, count=len(new)))


def write(folder: Path, papers: Sequence[Paper], advance: Advance = ignore) -> None:
    """Index titles, abstracts, keywords and authors' names; row ``i`` is ``papers[i]``.

    A translation lends a paper words that it does not have itself. It makes the paper no longer and none of
    its own words more frequent, so that nothing changes for questions in its language.
    """
    counting, blocks = _Counting(), list[_Said]()
    for start in range(0, len(papers), _BLOCK):
        blocks.append(counting.said(papers[start : start + _BLOCK]))
        advance(len(papers[start : start + _BLOCK]))
    ordered = sorted(counting.terms)
    place = np.empty(len(ordered), dtype=np.int64)
    place[[counting.terms[term] for term in ordered]] = np.arange(len(ordered))
    is_name = np.array([term.startswith(_NAME) for term in ordered], dtype=np.bool_)

    holders = np.zeros(len(ordered), dtype=np.int64)
    for block in blocks:
        holders += np.bincount(place[block.terms], minlength=len(ordered))
    starts = np.concatenate([[0], np.cumsum(holders)])
    idf = np.array([_idf(len(papers), of_one) for of_one in holders.tolist()], dtype=np.float32)
    lengths = np.concatenate([block.lengths for block in blocks]).astype(np.float32)
    norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1e-9))

    # Rows of a term come in order, as the blocks do: each block goes behind what is there of its terms.
    rows, impacts = np.empty(starts[-1], np.int32), np.empty(starts[-1], np.float32)
    free, first = starts[:-1].copy(), 0
    while blocks:
        block = blocks.pop(0)
        order = np.argsort(place[block.terms], kind="stable")
        term, row, tf = place[block.terms][order], block.rows[order] + first, block.times[order]
        of_block = np.bincount(term, minlength=len(ordered))
        at = np.repeat(free - np.cumsum(of_block) + of_block, of_block) + np.arange(len(term))
        saturated = tf.astype(np.float32) * (K1 + 1) / (tf.astype(np.float32) + norm[row])
        saturated[is_name[term]] = 1
        rows[at], impacts[at] = row, idf[term] * saturated
        free += of_block
        first += len(block.lengths)

    strings.write(folder, "terms", ordered)
    np.save(folder / "postings.npy", starts)
    np.save(folder / "posting_rows.npy", rows)
    np.save(folder / "posting_impacts.npy", impacts)


def _lent(paper: Paper) -> Iterator[str]:
    """Words of a paper's translations whose terms are not its own; those of titles as often as they count."""
    if paper.translations:
        own = set(terms(" ".join((paper.title, paper.abstract, *paper.keywords))))
        for each in paper.translations:
            for text in (each.abstract, *[each.title] * TITLE_WEIGHT):
                yield from (word for word in folded(text) if _TERM(word) not in own)


class PaperWords:
    """BM25 scores of papers for a question's words. All arrays are memory-mapped."""

    def __init__(self, folder: Path, papers: int) -> None:
        self._papers = papers
        self._terms = strings.Strings(folder, "terms")
        self._rows = indices(folder / "posting_rows.npy", np.int32, None, below=papers)
        self._impacts = mapped(folder / "posting_impacts.npy", np.float32, len(self._rows))
        self._starts = offsets(folder / "postings.npy", len(self._terms), len(self._rows))
        # The words of one question are looked up several times, and many words come in many questions.
        self._slice = lru_cache(maxsize=_LOOKED_UP)(self._find)

    def __len__(self) -> int:
        return self._papers

    def papers_with(self, term: str) -> Rows:
        """Rows of the papers that hold a term of `terms` or `name_terms`, in order."""
        start, end = self._slice(term)
        return np.asarray(self._rows[start:end], dtype=np.int64)

    def count(self, term: str) -> int:
        """How many papers hold a term of `terms` or `name_terms`."""
        start, end = self._slice(term)
        return end - start

    def holding(self, term: str, rows: Rows) -> Mask:
        """Which of some papers hold a term, shape ``(len(rows),)``."""
        return self._places(term, rows)[1]

    def impacts(self, term: str, rows: Rows) -> NDArray[np.float32]:
        """What a term adds to the scores of some papers, shape ``(len(rows),)``; 0 where it is not."""
        places, holds = self._places(term, rows)
        impacts = np.zeros(len(rows), dtype=np.float32)
        impacts[holds] = self._impacts[places[holds]]
        return impacts

    def rarity(self, term: str) -> float:
        """The idf of a term: from 0, in all papers, up to the logarithm of their number; 0 where unknown."""
        holders = self.count(term)
        return _idf(self._papers, holders) if holders else 0.0

    def scores(self, question: str, near: Near = MappingProxyType({})) -> NDArray[np.float32]:
        """The score of every paper, shape ``(papers,)``; 0 where no word matches.

        A word counts as part of a name only when more papers have such an author than use the word: "Long"
        in a question about long documents is no author.

        Args:
            question: Free text.
            near: Terms that mean nearly what a term of the question means. A paper gets the best that it
                has of them, by what each counts, where that is more than the term itself gives.
        """
        scores, best = np.zeros((2, self._papers), dtype=np.float32)
        for term, times in self._wanted(question).items():
            found = [*self._postings(term, times, near.get(term, {}))]
            if len(found) < 2:
                for rows, impacts in found:
                    np.add.at(scores, rows, impacts)
                continue
            (first, impacts), *others = found
            np.add.at(best, first, impacts)  # in half the time of the best of these and nothing
            for rows, impacts in others:
                np.maximum.at(best, rows, impacts)
            if sum(len(rows) for rows, _ in found) > _MANY * self._papers:
                scores += best
                best.fill(0)
                continue
            for rows, _ in found:  # what is taken is set to 0, so that no paper gets it twice
                np.add.at(scores, rows, best[rows])
                best[rows] = 0
        return scores

    def _wanted(self, question: str) -> Counter[str]:
        """The terms of a question, and how many times it says each."""
        wanted = Counter(terms(question))
        for word in set(folded(question)) - STOP:
            name = _NAME + word
            holders = self.count(name)
            if holders and holders > self.count(terms(word)[0]):
                wanted[name] = 1
        return wanted

    def _postings(
        self, term: str, times: int, near: Mapping[str, float]
    ) -> Iterator[tuple[NDArray[np.intp], NDArray[np.float32]]]:
        """Rows of the papers that hold a term, then of those that hold one near it, and what each gets.

        Rows are of the type that numpy indexes with: with any other it takes several times as long.
        """
        for other, share in ((term, 1.0), *near.items()):
            start, end = self._slice(other)
            if start < end:
                impacts = self._impacts[start:end]
                for factor in (share, times):
                    if factor != 1:
                        impacts = impacts * np.float32(factor)
                yield self._rows[start:end].astype(np.intp), impacts

    def _places(self, term: str, rows: Rows) -> tuple[Rows, Mask]:
        """Where the postings of a term would have some papers, and whether they do."""
        start, end = self._slice(term)
        if start == end:
            return np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.bool_)
        wanted = rows.astype(np.int32)  # of the type of the postings, which would else be copied
        places = np.minimum(start + np.searchsorted(self._rows[start:end], wanted), end - 1)
        return places, self._rows[places] == wanted

    def _find(self, term: str) -> tuple[int, int]:
        """Where the postings of a term begin and end."""
        number = self._terms.find(term)
        return (0, 0) if number is None else (int(self._starts[number]), int(self._starts[number + 1]))


def _idf(papers: int, holders: int) -> float:
    return log1p((papers - holders + 0.5) / (holders + 0.5))


def top(scores: NDArray[np.floating], k: int) -> Rows:
    """Positions of the ``k`` highest scores, best first; equal scores in order of position."""
    if k < len(scores):
        # Taking every score at or above the k-th keeps ties in order. The k-th of some is no higher than the
        # k-th of all, so that of a million only a few have to be put in order.
        some = scores[::_EVERY] if _EVERY * k <= len(scores) else scores
        candidates = np.flatnonzero(scores >= np.partition(some, len(some) - k)[len(some) - k])
        threshold = np.partition(scores[candidates], len(candidates) - k)[len(candidates) - k]
        candidates = candidates[scores[candidates] >= threshold]
    else:
        candidates = np.arange(len(scores))
    return np.asarray(candidates[np.argsort(-scores[candidates], kind="stable")][:k], dtype=np.int64)
