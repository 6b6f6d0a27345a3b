"""One spelling for what is written in many ways: with accents, Greek letters, hyphens, LaTeX."""

from __future__ import annotations

import re
import unicodedata

from semsearch.ingest.clean import clean_text, fold

GREEK = {
    letter: unicodedata.name(letter).removeprefix("GREEK SMALL LETTER ").removeprefix("FINAL ").lower()
    for letter in map(chr, range(0x3B1, 0x3CA))
} | {"λ": "lambda"}  # which Unicode spells "lamda"
_NAMES = str.maketrans(GREEK)
# What stands inside a word without parting it: the hyphen of Jean-Pierre, the apostrophe of O'Brien, the
# point of J.-P.
_INSIDE = re.compile(r"(?<=\w)[.'’ʼ`]?[-‐‑'’ʼ`](?=\w)|(?<=\w)\.(?=\w)")


def spelled(text: str) -> str:
    """The text folded, Greek letters by their names and ``&`` as "and": one spelling, words apart.

    The text must be clean already, as papers are once they are read.
    """
    folded = fold(text.replace("&", " and ") if "&" in text else text)
    return folded if folded.isascii() else folded.translate(_NAMES)


def key(text: str) -> str:
    """The letters and digits of a text in one spelling, without spaces.

    "Self-supervised", "self supervised" and "selfsupervised" have one key; so have ``$\\alpha$-stable`` and
    "α‑stable".
    """
    return spelled(clean_text(text)).replace(" ", "")


def joined(name: str) -> str:
    """A name folded with its hyphens and apostrophes closed up: ``jeanpierre obrien``."""
    return fold(_INSIDE.sub("", name))
