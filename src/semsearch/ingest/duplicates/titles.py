"""Titles as they are compared: without what databases write each in its own way."""

from __future__ import annotations

import re
from itertools import pairwise

from rapidfuzz.distance import OSA

from semsearch.ingest.clean import folded

# Some sources leave articles out, and write ".1." for "Part 1".
_UNTOLD = frozenset(["a", "an", "la", "le", "les", "the"])
_LETTERS = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "omicron",
    "pi",
    "rho",
    "sigma",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
]
_GREEK = {0x3B1 + i: letter for i, letter in enumerate(_LETTERS)}
_GREEK |= {code - 0x20: letter for code, letter in _GREEK.items()} | {0xB5: "mu"}
# Keyboards have one and not the other, and no word begins with it.
_SHARP_S = re.compile(r"(?<![^\W\d_])ß")
_NUMBERS = {
    word: str(number)
    for number, words in enumerate(
        (
            "one first 1st i",
            "two second 2nd ii",
            "three third 3rd iii",
            "four fourth 4th iv",
            "five fifth 5th v",
            "six sixth 6th vi",
            "seven seventh 7th vii",
            "eight eighth 8th viii",
            "nine ninth 9th ix",
            "ten tenth 10th x",
        ),
        1,
    )
    for word in words.split()
}
_DIGITS = re.compile(r"\d+")
_DOUBLED = re.compile(r"([^\W\d_])\1+")
_LONG = 4  # letters of a word in which a slip is one: vitamin B12 is not vitamin D12
_FUNCTION = frozenset(["and", "for", "of", "to", "with"])  # short, and no other word is a letter from it
_MOST_SLIPS = 3  # words of a title with one letter wrong each: "un", "wo" and "non" are more than a letter
# What is said of a paper, under its title. Web of Science has "(vol 33, pg 717, 2019)" for an erratum.
_ABOUT = frozenset(
    """
    addendum answer author authors comment commentary comments corrected correction corrigendum discussion
    editorial erratum letter pg reply republished response retracted retraction re vol withdrawn
    """.split()  # noqa: SIM905
)


def title_words(title: str) -> list[str]:
    """The words of a title: TNF-α is TNF-alpha, type II is type 2, an article is none."""
    if not title.isascii():
        title = _SHARP_S.sub("beta", title).translate(_GREEK)
    words = [_NUMBERS.get(word, word) for word in folded(title) if word not in _UNTOLD]
    if "part" in words:
        return [one for one, after in pairwise([*words, ""]) if not (one == "part" and after.isdecimal())]
    return words


def numbers_in(words: list[str]) -> tuple[str, ...]:
    """The numbers of a title, in order of size: two parts of a work differ in them."""
    return tuple(sorted(_DIGITS.findall(" ".join(words))))


def about_another(one: str, other: str) -> bool:
    """Whether one title is that of an erratum, a reply or the like, and the other is not."""
    return not _ABOUT.isdisjoint(frozenset(one.split()) ^ frozenset(other.split()))


def only_slips(one: str, other: str) -> bool:
    """Whether a few words of two titles differ, by a letter each, or a space is out of its place."""
    mine, theirs = one.split(), other.split()
    if len(mine) != len(theirs):
        left, right = _single("".join(mine)), _single("".join(theirs))
        return left == right or (_one_slip(left, right) and not _word_more(mine, theirs))
    unlike = [(a, b) for a, b in zip(mine, theirs, strict=True) if a != b]
    return len(unlike) <= _MOST_SLIPS and all(_slipped(a, b) for a, b in unlike)


def _slipped(one: str, other: str) -> bool:
    if _single(one) == _single(other):
        return True
    long = min(len(one), len(other)) >= _LONG or ((one in _FUNCTION) != (other in _FUNCTION))
    return long and (_one_slip(one, other) or _one_slip(_single(one), _single(other)))


def _single(word: str) -> str:
    """Without letters that are doubled."""
    return _DOUBLED.sub(r"\1", word)


def _one_slip(one: str, other: str) -> bool:
    return OSA.distance(one, other, score_cutoff=1) <= 1


def _word_more(one: list[str], other: list[str]) -> bool:
    """Whether one has all words of the other, and a word of its own."""
    return set(one) <= set(other) or set(other) <= set(one)
