"""The words that the papers use, in a space where a word lies beside its synonyms and its translations.

It carries a question into the words of the collection: "apprentissage" becomes "learning" where the abstracts
say "learning", and a claim about tumours finds the paper that says neoplasms. Nearest words are looked up at
build, so that a question in the papers' own language needs no second encoder.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Encoder, Vectors
from semsearch.encode.bulk import embed
from semsearch.encode.cache import EmbeddingCache, key
from semsearch.index import compact, strings
from semsearch.index.arrays import indices, mapped
from semsearch.index.progress import Advance, Progress, Silent, counted
from semsearch.index.words import STOP, terms, top
from semsearch.ingest.clean import fold
from semsearch.ingest.language import LANGUAGES, Language, language_of
from semsearch.paper import Paper

MOST_WORDS = 30_000  # the most frequent; rarer ones are names, numbers and misprints for the most part
NEIGHBOURS = 8  # of each word in each language
_LOOKED_AT = 16  # nearest words, before those of the same stem are taken together
_BLOCK = 2_000  # words looked up at a time
_SHORTEST = 3
_SPOKEN = (
    0.01  # share of the words below which a language is that of a stray abstract, and asked for no question
)

_WORD = re.compile(r"[^\W\d_]+")
_SPACED = "".join(chr(i).lower() if chr(i).isalpha() else " " for i in range(128))  # the same for ASCII
_NAME = "lexicon"
_STEMS, _VECTORS = "lexicon_stems", "lexicon_vectors.npy"
_REMEMBERED = 1_000  # words of questions that the lexicon does not hold, and what is near them


Nearest = Sequence[tuple[int, float]]
"""Words of a lexicon by number, and how near each is to a word (cosine); nearest first in each language."""


def words_of(text: str) -> Iterator[str]:
    """The words of a text that a lexicon may hold: three letters or more, accents kept, case not."""
    return filter(_is_told_apart, _runs(text))


def _runs(text: str) -> list[str]:
    """The runs of letters of a text, in small letters."""
    if text.isascii():
        return text.translate(_SPACED).split()
    return _WORD.findall(unicodedata.normalize("NFC", text).casefold())


def _is_told_apart(word: str) -> bool:
    return len(word) >= _SHORTEST and fold(word) not in STOP


def write(
    folder: Path,
    papers: Sequence[Paper],
    encoder: Encoder,
    cache: EmbeddingCache,
    progress: Progress | None = None,
) -> set[bytes]:
    """Write the lexicon of some papers.

    Args:
        folder: Of the generation.
        papers: Their titles, abstracts and keywords are read; each text is told to be English or French.
        encoder: Of words, multilingual.
        cache: Of that encoder's vectors.
        progress: Told of two steps: the words of all papers are counted, then related to each other.

    Returns:
        The cache's keys of the words.
    """
    progress = progress or Silent()
    progress.step("lexicon", len(papers))
    uses = {language: Counter[str]() for language in LANGUAGES}
    for paper in counted(papers, progress.advance):
        for text in (paper.title, " ".join((paper.abstract, *paper.keywords))):
            if text.strip():
                uses[language_of(text)].update(set(_runs(text)))
    total = uses["en"] + uses["fr"]
    known = filter(_is_told_apart, total)
    kept = sorted(sorted(known, key=lambda word: (-total[word], word))[:MOST_WORDS])
    french = np.array([uses["fr"][word] > uses["en"][word] for word in kept], dtype=np.bool_)

    vectors = np.empty((len(kept), encoder.passport.dim), dtype=np.float32)
    progress.step("relate", 3 * len(kept))  # each is encoded and looked up, in English and in French
    embed(encoder, cache, kept, vectors, progress.advance)
    stems = [" ".join(terms(word)) for word in kept]
    compact.create(folder / _VECTORS, len(kept), encoder.passport.dim)[:] = vectors
    numbers, nearness = _neighbours(stems, vectors, french, progress.advance)
    strings.write(folder, _NAME, kept)
    strings.write(folder, _STEMS, stems)
    for name, array in (
        ("papers", np.array([total[word] for word in kept], dtype=np.int32)),
        ("french", french),
        ("neighbours", numbers),
        ("nearness", nearness.astype(np.float16)),
    ):
        np.save(folder / f"{_NAME}_{name}.npy", array)
    return {key(word) for word in kept}


def _neighbours(
    stems: Sequence[str], vectors: Vectors, french: np.ndarray, advance: Advance
) -> tuple[np.ndarray, np.ndarray]:
    """The nearest words of other stems, those in English first, then those in French.

    Returns:
        Numbers of words, shape ``(len(stems), 2 * NEIGHBOURS)``, -1 where there are no more; and cosines.
    """
    numbers = np.full((len(stems), len(LANGUAGES) * NEIGHBOURS), -1, dtype=np.int32)
    nearness = np.zeros(numbers.shape, dtype=np.float32)
    stem = np.unique(np.array(stems, dtype=np.str_), return_inverse=True)[1]
    for side, members in enumerate((np.flatnonzero(~french), np.flatnonzero(french))):
        if not len(members):
            continue
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors[members])
        for start in range(0, len(stems), _BLOCK):
            block = slice(start, start + _BLOCK)
            cosines, found = index.search(vectors[block], min(_LOOKED_AT, len(members)))
            found = members[found]
            new = _new(np.column_stack([stem[block], stem[found]]))[:, 1:]
            rank = np.cumsum(new, axis=1) - 1
            word, place = np.nonzero(new & (rank < NEIGHBOURS))
            at = start + word, side * NEIGHBOURS + rank[word, place]
            numbers[at], nearness[at] = found[word, place], cosines[word, place]
            advance(len(found))
    return numbers, nearness


def _new(table: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where a number stands in its line for the first time, same shape."""
    before = [(table[:, :i] != table[:, i : i + 1]).all(axis=1) for i in range(table.shape[1])]
    return np.column_stack(before)


class Lexicon:
    """Reads the lexicon of a generation; ``dim`` is that of its words. All arrays are memory-mapped."""

    def __init__(self, folder: Path, dim: int) -> None:
        self._words = strings.Strings(folder, _NAME)
        words, near = len(self._words), len(LANGUAGES) * NEIGHBOURS
        self._stems = strings.Strings(folder, _STEMS, words)
        self._vectors = compact.opened(folder / _VECTORS, words, dim)
        self._papers = mapped(folder / f"{_NAME}_papers.npy", np.int32, words)
        self._french = mapped(folder / f"{_NAME}_french.npy", np.bool_, words)
        self._numbers = indices(
            folder / f"{_NAME}_neighbours.npy", np.int32, words, near, least=-1, below=words
        )
        self._nearness = mapped(folder / f"{_NAME}_nearness.npy", np.float16, words, near)
        self._remembered: dict[str, Nearest] = {}

    def __len__(self) -> int:
        return len(self._words)

    @cached_property
    def languages(self) -> frozenset[Language]:
        """The languages of its words; one word in a hundred, and a question is put into that language too."""
        french = int(np.count_nonzero(self._french))
        words: dict[Language, int] = {"en": len(self) - french, "fr": french}
        return frozenset(language for language, count in words.items() if count > _SPOKEN * len(self))

    def find(self, word: str) -> int | None:
        """The number of a word; None where it is none of the papers'."""
        return self._words.find(word)

    def word(self, number: int) -> str:
        """The word with a number."""
        return self._words[number]

    def terms(self, number: int) -> list[str]:
        """What `index.words.terms` makes of a word: one term, but for a word that folds to several."""
        return self._stems[number].split()

    def papers(self, number: int) -> int:
        """How many papers use a word."""
        return int(self._papers[number])

    def language(self, number: int) -> Language:
        """The language of the papers that use a word most."""
        return "fr" if self._french[number] else "en"

    def neighbours(self, number: int) -> Nearest:
        """The words nearest to a word of the lexicon, which comes first."""
        near = zip(self._numbers[number].tolist(), self._nearness[number].tolist(), strict=True)
        return [(number, 1.0), *((other, cosine) for other, cosine in near if other >= 0)]

    def nearest(self, vectors: Vectors) -> list[Nearest]:
        """The words nearest to vectors of the lexicon's encoder, shape ``(n, dim)``, in both languages."""
        found: list[Nearest] = []
        for cosines in self._vectors.cosines(vectors).T:
            best = top(cosines, _LOOKED_AT)
            found.append(list(zip(best.tolist(), cosines[best].tolist(), strict=True)))
        return found

    def nearest_to(self, words: Sequence[str], encode: Callable[[Sequence[str]], Vectors]) -> list[Nearest]:
        """The same for words that it may not hold; what is near the last ones asked for is remembered."""
        known = self._remembered
        if new := [word for word in words if word not in known]:
            known = {word: known[word] for word in words if word in known}
            known |= zip(new, self.nearest(encode(new)), strict=True)
            if len(self._remembered) + len(new) > _REMEMBERED:
                self._remembered = {}
            self._remembered |= known
        return [known[word] for word in words]
