"""Text from strangers, made harmless where it is written; what is kept stays as it was.

Titles, names and addresses come from anywhere, and are written to terminals, logs and files whose readers
take some characters for more than text. Each place that writes knows its readers (`docs/architecture.md`);
here is what several of them need. Nothing here is slow to import.
"""

from __future__ import annotations

import json
import re
from typing import Any
from unicodedata import category

# More marks above one letter than any script stacks: of these, each line would be written over by the next.
_MOST_MARKS = 6
_JOINERS = "\u200c\u200d"
# Scripts that spell with the joiners, and the pictures that are made with them.
_JOINED = re.compile("[\u0600-\u1fff\u2600-\u27bf\ufe0f\U00010000-\U0001ffff]")
# The blocks of scripts that are written from right to left.
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
ISOLATE, END = "\u2068", "\u2069"
# What a terminal, an editor or a log acts on or does not show: controls, directions, invisible marks, halves
# of characters and what is none. In JSON these can only stand inside a string.
_ESCAPED = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff9-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)


def plain(text: str) -> str:
    """One line that cannot move a cursor, change colours, or reorder what is written beside it.

    Text in a script that is written from right to left is isolated (UAX #9, FSI and PDI), and so reads as it
    should without turning around its neighbours.
    """
    return isolated(line(text))


def line(text: str) -> str:
    """The same, for a piece of a line: not isolated.

    Controls and separators are a space, what has no shape of its own is left out, and what is no character is
    ``\\ufffd``.
    """
    if text.isascii() and text.isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for c in text:
        kind = category(c)
        marks = marks + 1 if kind in ("Mn", "Me") else marks if kind == "Cf" else 0
        if kind in ("Cc", "Zl", "Zp", "Zs"):
            kept.append(" ")
        elif kind in ("Cs", "Co", "Cn"):
            kept.append("\ufffd")
        elif kind == "Cf":
            joins = c in _JOINERS and kept and _JOINED.match(kept[-1])
            kept.extend(c if joins else "")
        elif marks <= _MOST_MARKS:
            kept.append(c)
    return "".join(kept)


def isolated(text: str) -> str:
    """A line whose direction is its own, where it has letters that run from right to left."""
    return f"{ISOLATE}{text}{END}" if runs_right_to_left(text) else text


def runs_right_to_left(text: str) -> bool:
    """Whether any letter of a text belongs to a script that is written from right to left."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def dump(document: Any, *, indent: int | None = None) -> str:
    """A document as JSON that can be shown: every character that does more than stand there is escaped.

    Whoever reads the JSON gets the same strings as were put in; letters of all scripts stay as they are.
    """
    return _ESCAPED.sub(_escape, json.dumps(document, ensure_ascii=False, indent=indent))


def _escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]
