"""What the pages say, in English and in French: texts, numbers, plurals, dates."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, cast, get_args

from markupsafe import Markup

Code = Literal["en", "fr"]
CODES: tuple[Code, ...] = get_args(Code)

_THOUSANDS: Mapping[Code, str] = {"en": ",", "fr": "\u202f"}
_WORDS = files("semsearch.serve.pages").joinpath("words")


class Language:
    """One language: its catalogue is ``words/<code>.toml``, where a text with a plural is a table of forms.

    The texts are ours and may hold markup; the values put into them are escaped.
    """

    def __init__(self, code: Code) -> None:
        self.code = code
        self.texts = _flat(tomllib.loads(_WORDS.joinpath(f"{code}.toml").read_text(encoding="utf-8")))

    def say(self, key: str, **values: object) -> Markup:
        """The text of a key. A value ``n`` that is a number chooses the plural.

        Raises:
            KeyError: The catalogue lacks the text, or a value of it is not given.
        """
        text = self.texts[key]
        if not isinstance(text, str):
            text = text[self.plural(cast("int", values["n"]))]
        numbered = {
            name: self.number(value) if isinstance(value, int) else value for name, value in values.items()
        }
        return Markup(text).format(**numbered)  # noqa: S704 -- of our own catalogue; format escapes the values

    def says(self, key: str) -> bool:
        """Whether the catalogue has the text of a key."""
        return key in self.texts

    def plural(self, number: int) -> Literal["one", "other"]:
        """The form that goes with a number; in French none is one too (Unicode CLDR, plural rules)."""
        singular = number in (0, 1) if self.code == "fr" else number == 1
        return "one" if singular else "other"

    def tongue(self, code: str) -> str:
        """What a language of papers is called, such as French; its code where it is a rare one."""
        return str(self.texts.get(f"tongue.{code}", code))

    def number(self, number: int) -> str:
        """A count with its thousands apart; not for years."""
        return f"{number:,}".replace(",", _THOUSANDS[self.code])

    def day(self, day: date) -> Markup:
        """A date in full: 23 November 2026, 23 novembre 2026, 1er mai 2026."""
        month = self.texts[f"month.{day.month}"]
        number = "1<sup>er</sup>" if self.code == "fr" and day.day == 1 else str(day.day)
        return Markup(f"{number} {month} {day.year}")  # noqa: S704 -- of our own catalogue


@cache
def language(code: Code) -> Language:
    """The language of a code."""
    return Language(code)


def chosen(wanted: str | None, accepted: str) -> Code:
    """The language that the address asks for, or else the one that the browser prefers.

    Args:
        wanted: ``lang`` of the address.
        accepted: The ``Accept-Language`` header (RFC 9110, section 12.5.4); of equal weights the first wins.
    """
    if wanted in CODES:
        return wanted
    best, weight = CODES[0], 0.0
    for part in accepted.split(","):
        name, _, quality = part.partition(";")
        code = name.strip().lower().partition("-")[0]
        given = _weight(quality)
        if code in CODES and given > weight:
            best, weight = code, given
    return best


def _weight(quality: str) -> float:
    _, _, number = quality.partition("=")
    try:
        return float(number) if number.strip() else 1.0
    except ValueError:
        return 0.0


def _flat(tables: Mapping[str, Mapping[str, str | dict[str, str]]]) -> dict[str, str | dict[str, str]]:
    return {f"{table}.{key}": text for table, texts in tables.items() for key, text in texts.items()}
