"""Names taken apart, as citations want them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from semsearch.paper import Paper
from semsearch.serve.citation.fields import line

_SUFFIX = re.compile(r"(?:jr|sr)\.?|II|III|IV|2nd|3rd|4th", re.IGNORECASE)
_BODY = re.compile(
    r"^the\s|&|\d|\b(?:of|for|and|inc|ltd|llc|gmbh|team|group|consortium|collaboration|project|network"
    r"|university|université|institute?|department|laboratory|lab|labs|association|society|organi[sz]ation"
    r"|committee|initiative|foundation|investigators|community|center|centre|agency|ministry|council)\b",
    re.IGNORECASE,
)
# Particles that some write with a capital; of twenty thousand names, each is part of the family name in most.
_CAPITALISED = re.compile("Al|Ben|D[aeiu]|Del(?:la)?|De[nr]|Dos|El|L[aeo]|Ter|V[ao]n")
# Scripts that write the family name first, and the whole name as one.
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in its parts; joined again in order, they are the name as it was written.

    Attributes:
        family: The family name, or the whole of a name that has no parts: "Plato", "OpenAI".
        given: Given names and initials.
        particle: What stands before the family name in lower case: "van den".
        suffix: "Jr.", "III".
    """

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""

    @property
    def whole(self) -> bool:
        """Whether it is not to be taken apart."""
        return not (self.given or self.particle or self.suffix)


def names_of(paper: Paper) -> list[Name]:
    """The authors in their order; an author of no visible letter is none."""
    return [split(name) for written in paper.authors if (name := line(written)).strip(" ,")]


def split(name: str) -> Name:
    """Take a name apart: given names first, or the family name first and a comma.

    The family name is the last word, and all that follows a particle.
    """
    if _BODY.search(name) or _EAST_ASIAN.search(name):
        return Name(name)
    parts = [part.strip() for part in name.split(",")]
    initials = len(parts) == 2 and " " not in parts[0]  # "Mickelson, JR"
    suffix = "" if initials else next((part for part in parts[1:] if _SUFFIX.fullmatch(part)), "")
    parts = [part for part in parts if part and part is not suffix]
    if not 1 <= len(parts) <= 2:
        return Name(name)
    if len(parts) == 2:
        particle, family = _particle(parts[0].split())
        return Name(family, parts[1], particle, suffix)
    words = parts[0].split()
    if not suffix and len(words) > 2 and _SUFFIX.fullmatch(words[-1]):
        suffix = words.pop()
    particles = (i for i, word in enumerate(words[1:-1], 1) if word.islower() or _CAPITALISED.fullmatch(word))
    start = next(particles, len(words) - 1)
    particle, family = _particle(words[start:])
    return Name(family, " ".join(words[:start]), particle, suffix)


def _particle(words: list[str]) -> tuple[str, str]:
    """The words in lower case that a family name begins with, and the rest of it."""
    end = next((i for i, word in enumerate(words[:-1]) if not word.islower()), len(words) - 1)
    return " ".join(words[:end]), " ".join(words[end:])
