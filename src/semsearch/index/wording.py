"""The terms that papers use: one to three words together, in any inflection, and how they are written."""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

import numpy as np

from semsearch.index.empty import EMPTY, VAGUE
from semsearch.index.progress import Advance, counted, ignore
from semsearch.index.words import terms
from semsearch.paper import Paper

_READ = 3_000  # papers; of more, their titles say enough
_LONGEST = 3  # stems of a term
_BITS = 21  # of the number of a stem, so that three of them fit 63
_SMALL = 0.15  # share of small letters from which on a word's capital is that of a title
_PIECE = re.compile(r"\w[\w'’-]*\w|\w|[^\w\s]")

Run = Sequence[str]
"""Words that nothing stands between."""


class Wording:
    """Every term that two papers or more say, by number.

    Attributes:
        term, paper: Which term is said by which paper, each pair once; shape ``(pairs,)``.
        papers: How many papers say each term, shape ``(terms,)``.
    """

    def __init__(self, papers: Sequence[Paper], advance: Advance = ignore) -> None:
        self._stems = _Stems()
        self._shouted = [paper.title.isupper() for paper in papers]
        self._runs = [list(_runs(text)) for text in _texts(papers)]
        keys, ends = array("q"), [0]
        for runs in counted(self._runs, advance):
            keys.extend(key for run in runs for key, _ in self._terms(run))
            ends.append(len(keys))
        paper = np.repeat(np.arange(len(papers)), np.diff(ends))
        known, term = np.unique(np.frombuffer(keys, dtype=np.int64), return_inverse=True)
        term, paper = np.divmod(np.unique(term * len(papers) + paper), len(papers))
        often = np.bincount(term, minlength=len(known)) > 1
        self._keys = known[often]
        kept = often[term]
        self.term, self.paper = (np.cumsum(often) - 1)[term[kept]], paper[kept]
        self.papers = np.bincount(self.term, minlength=len(self._keys))

    def stems(self, term: int) -> tuple[int, ...]:
        """The numbers of the stems of a term, in their order."""
        return tuple(_unpacked(int(self._keys[term])))

    def telling(self, term: int) -> Set[int]:
        """Those of them that tell something alone."""
        return {stem for stem in self.stems(term) if self._stems.tells(stem)}

    def written(self, wanted: Iterable[int]) -> Mapping[int, str]:
        """Some terms as most papers write them; a capital stays where it is not that of a title."""
        terms_of = {int(self._keys[term]): term for term in wanted}
        cases: defaultdict[str, Counter[str]] = defaultdict(Counter)
        forms: defaultdict[int, Counter[tuple[str, ...]]] = defaultdict(Counter)
        for runs, shouted in zip(self._runs, self._shouted, strict=True):
            for run in runs:
                if not shouted:  # small and capital letters tell something
                    for word in run:
                        cases[word.lower()][word] += 1
                for key, words in self._terms(run):
                    if key in terms_of:
                        forms[terms_of[key]][tuple(word.lower() for word in words)] += 1
        return {
            term: " ".join(
                _cased(cases[word] or Counter([word])) for word in min(of_one, key=lambda f: (-of_one[f], f))
            )
            for term, of_one in forms.items()
        }

    def _terms(self, run: Run) -> Iterator[tuple[int, Run]]:
        """The terms in a run of words: a key made of the numbers of their stems, and the words."""
        stems = [self._stems[word] for word in run]
        for first in range(len(run)):
            key = length = 0
            tells = False
            for last in range(first, min(first + _LONGEST, len(run))):
                word = stems[last]
                if not word or length + len(word) > _LONGEST:
                    break
                for stem in word:
                    key |= stem << (_BITS * length)
                    length += 1
                    tells |= self._stems.tells(stem)
                if tells:
                    yield key, run[first : last + 1]


class _Stems(dict[str, tuple[int, ...]]):
    """The numbers of a word's stems, from 1; none for a word that parts terms: a filler, a number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._tells: list[bool] = [False]

    def tells(self, stem: int) -> bool:
        """Whether a stem says something alone."""
        return self._tells[stem]

    def __missing__(self, word: str) -> tuple[int, ...]:
        stems = terms(word)
        if not all(_speaks(stem) for stem in stems):
            stems = []
        self[word] = numbers = tuple(map(self._number, stems))
        return numbers

    def _number(self, stem: str) -> int:
        number = self._numbers.setdefault(stem, len(self._numbers) + 1)
        if number == len(self._tells):
            self._tells.append(len(stem) > 1 and stem not in VAGUE)
        return number


def _speaks(stem: str) -> bool:
    return stem not in EMPTY and not stem.isdigit()


def _unpacked(key: int) -> Iterator[int]:
    while key:
        yield key & ((1 << _BITS) - 1)
        key >>= _BITS


def _texts(papers: Sequence[Paper]) -> Iterator[str]:
    for paper in papers:
        title = paper.title.lower() if paper.title.isupper() else paper.title
        yield ". ".join((title, *paper.keywords, paper.abstract)) if len(papers) <= _READ else title


def _runs(text: str) -> Iterator[Run]:
    """The words of a text, parted by punctuation."""
    run: list[str] = []
    for piece in _PIECE.findall(text):
        if piece[0].isalnum():
            run.append(piece)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _cased(forms: Counter[str]) -> str:
    """A word in small letters, unless it is an acronym or a name."""
    titled = {form for form in forms if form == form.title() or form == form.capitalize()}
    small = sum(count for form, count in forms.items() if form.islower())
    first = sum(forms[form] for form in titled if not form.islower())
    own = forms.total() - small - first
    best = min(forms, key=lambda form: (-forms[form], form))
    if own * 2 < forms.total() and small >= _SMALL * (small + first):
        return best.lower()
    return best
