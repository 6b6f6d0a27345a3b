"""Values as a line-based format can hold them."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Those that are no white space, as `str.split` knows it; and what turns the direction of all that follows, is
# never shown, or is no character.
CONTROLS = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def line(text: str) -> str:
    """Text on one line, without control characters: a field ends where its line does."""
    return " ".join(CONTROLS.sub("", text).split())


def joined(keywords: Sequence[str]) -> str:
    """Keywords as one value, with semicolons where a keyword has a comma in it.

    A single keyword with a comma ends in a semicolon, so that it is not read as two.
    """
    words = [word for raw in keywords if (word := line(raw))]
    if not any(mark in word for word in words for mark in ",;"):
        return ", ".join(words)
    return "; ".join(words) + (";" if len(words) == 1 else "")
