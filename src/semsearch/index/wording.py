"""The terms that papers use: one to three words together, in any inflection, and how they are written."""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from semsearch.index.empty import EMPTY, VAGUE
from semsearch.index.progress import Advance, counted, ignore
from semsearch.index.words import terms
from semsearch.paper import Paper

_READ = 3_000  # papers; of more, titles alone say enough
_LONGEST = 3  # stems of a term
_BITS = 21  # of the number of a stem, so that three of them fit 63
_PIECE = re.compile(r"\w[\w'’-]*\w|\w|[^\w\s]")

Run = Sequence[str]
"""Words that nothing stands between."""


class Wording:
    """Every term that a title or a keyword holds and two papers or more say, by number.

    Attributes:
        term, paper: Which term is said by which paper, each pair once; shape ``(pairs,)``.
        papers: How many papers say each term, shape ``(terms,)``.
    """

    def __init__(self, papers: Sequence[Paper], advance: Advance = ignore) -> None:
        self._stems = _Stems()
        self._titles = [_title(paper) for paper in papers]
        named = array("q", (key for title in self._titles for key in self._keys_of(title)))
        known = np.unique(np.frombuffer(named, dtype=np.int64))
        keys, ends = array("q"), [0]
        for paper, title in counted(list(zip(papers, self._titles, strict=True)), advance):
            keys.extend(self._keys_of(title))
            if len(papers) <= _READ:
                keys.extend(self._keys_of(paper.abstract))
            ends.append(len(keys))
        rows = np.repeat(np.arange(len(papers)), np.diff(ends))
        said = np.frombuffer(keys, dtype=np.int64)
        wanted = np.isin(said, known)
        term, rows = np.searchsorted(known, said[wanted]), rows[wanted]
        term, rows = np.divmod(np.unique(term * len(papers) + rows), len(papers))
        often = np.bincount(term, minlength=len(known)) > 1
        kept = often[term]
        self._keys = known[often]
        self.term, self.paper = (np.cumsum(often) - 1)[term[kept]], rows[kept]
        self.papers = np.bincount(self.term, minlength=len(self._keys))
        self._cases = _cases(papers, self._titles)

    def stems(self, term: int) -> tuple[int, ...]:
        """The numbers of the stems of a term, in their order."""
        return tuple(_unpacked(int(self._keys[term])))

    def telling(self, term: int) -> frozenset[int]:
        """Those of them that tell something alone."""
        return frozenset(stem for stem in self.stems(term) if self._stems.tells(stem))

    def written(self, wanted: Iterable[int]) -> Mapping[int, str]:
        """Some terms as most titles write them, in small letters but for names and acronyms."""
        term_of = {int(self._keys[term]): term for term in wanted}
        forms: defaultdict[int, Counter[tuple[str, ...]]] = defaultdict(Counter)
        for run in (run for title in self._titles for run in _runs(title)):
            for key, words in self._terms(run):
                if key in term_of:
                    forms[term_of[key]][tuple(word.lower() for word in words)] += 1
        return {
            term: " ".join(
                _cased(word, self._cases[word]) for word in min(of_one, key=lambda f: (-of_one[f], f))
            )
            for term, of_one in forms.items()
        }

    def _keys_of(self, text: str) -> Iterator[int]:
        return (key for run in _runs(text) for key, _ in self._terms(run))

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


def _title(paper: Paper) -> str:
    """What a paper says it is about."""
    return ". ".join((paper.title, *paper.keywords))


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


def _cases(papers: Sequence[Paper], titles: Sequence[str]) -> defaultdict[str, Counter[str]]:
    """How often each word, in small letters, is written how, where its capitals are its own."""
    cases: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for paper, title in zip(papers, titles, strict=True):
        for text in (title, paper.abstract if len(papers) <= _READ else ""):
            if text.isupper():
                continue
            runs = list(_runs(text))
            own = [word for run in runs for word in run if _has_own(word)]
            # The first of a run may begin a sentence.
            plain = [word for run in runs for word in run[1:] if not _has_own(word)]
            titled = sum(word[0].isupper() for word in plain) * 2 >= len(plain)
            for word in own if titled else own + plain:
                cases[word.lower()][word] += 1
    return cases


def _has_own(word: str) -> bool:
    """Whether a word has capitals that no title gave it: "DNA", "LoRA", "mRNA"."""
    return not word.islower() and any(c.isupper() for part in word.split("-") for c in part[1:])


def _cased(word: str, forms: Counter[str]) -> str:
    """A word in small letters, unless most write it otherwise: a name, an acronym."""
    best = min(forms, key=lambda form: (-forms[form], form), default=word)
    return best if 2 * forms[best] > forms.total() else word
