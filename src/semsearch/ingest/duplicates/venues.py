"""Whether two names of journals, as databases write and shorten them, are of one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from semsearch.ingest.clean import folded

_LEFT_OUT = frozenset(
    "a an and der des die et fur in journal j la le les of on para the und y".split()  # noqa: SIM905
)
# The names of conferences are written in too many ways to tell two apart.
_MEETING = re.compile(
    r"\b(?:conf|conference|congress|findings|meeting|proc|proceedings|symposi\w+|workshop|\d{4})\b"
)
_NUMBERED = re.compile(
    r"\d|\b(?:first|second|third|\w*(?:four|fif|six|seven|eigh|nin|ten|eleven|twelf|teen|tie)th)\b",
    re.IGNORECASE,
)
_ACRONYM = re.compile(r"[A-Za-z]{0,2}[A-Z]{2,}[A-Za-z]{0,3}")
_SUBTITLE = re.compile(r"[-:;(\[=/.,]")


class _Name(NamedTuple):
    words: tuple[str, ...]
    main: int  # words before the first mark that may begin a subtitle
    meeting: bool
    acronym: bool


def same_venue(one: str, other: str) -> bool:
    """Whether both are the name of one journal or conference, the year of the latter included."""
    return bool(one and other) and (one == other or _aligned(_name(one).words, _name(other).words))


def same_meeting(one: str, other: str) -> bool:
    """Whether both are the proceedings of one year, as the number in their name says."""
    return same_venue(one, other) and bool(_NUMBERED.search(one))


def venues_differ(one: str, other: str) -> bool:
    """Whether they are the names of two journals. False where that is not clear, as it is of conferences."""
    mine, theirs = sorted((_name(one), _name(other)), key=lambda name: len(name.words))
    if not mine.words or mine.meeting or theirs.meeting or mine.acronym or theirs.acronym:
        return False
    if _aligned(mine.words, theirs.words[: len(mine.words)]):
        return theirs.main > len(mine.words)  # "Diabetes Care" is not Diabetes, "JAMA-Journal of …" is JAMA
    alike = sum(any(_abbreviates(word, other) for other in theirs.words) for word in mine.words)
    return 2 * alike <= len(mine.words)


@lru_cache(maxsize=10_000)
def _name(venue: str) -> _Name:
    words = _words(venue)
    return _Name(
        words,
        len(_words(_SUBTITLE.split(venue, maxsplit=1)[0])),
        bool(_MEETING.search(" ".join(folded(venue)))),
        len(words) == 1 and bool(_ACRONYM.fullmatch(venue.strip())),
    )


def _words(venue: str) -> tuple[str, ...]:
    return tuple(word for word in folded(venue) if word not in _LEFT_OUT)


def _aligned(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return bool(one) and len(one) == len(other) and all(map(_abbreviates, one, other))


def _abbreviates(one: str, other: str) -> bool:
    """Whether one word is the other, or short for it as ``vet`` and ``natl`` are."""
    short, long = sorted((one, other), key=len)
    if short == long:
        return True
    if short.isdecimal() or short[0] != long[0]:
        return False
    letters = iter(long)
    return long.startswith(short) or (len(short) > 2 and all(c in letters for c in short))
