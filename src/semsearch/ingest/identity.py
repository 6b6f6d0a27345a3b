"""Identifiers for papers whose source gives none."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

from semsearch.ingest.clean import fold
from semsearch.paper import Paper, Rejected

if TYPE_CHECKING:
    from collections.abc import Sequence

_SLUG_LENGTH = 40
_DIGEST_LENGTH = 8


def make_id(title: str, authors: Sequence[str]) -> str:
    """Name a paper after its title and authors, such as ``attention-is-all-you-need-3f0e81bc``.

    The abstract has no say, and neither have accents, case and punctuation: a source read again after its
    abstracts were mended gives the same papers the same names.

    Args:
        title: As it was read; any script.
        authors: In the source's order.
    """
    folded = [fold(text) or text for text in (title, *authors)]
    digest = hashlib.sha256("\n".join(folded).encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{_slug(folded[0])}-{digest}"


class Ids:
    """Sees to it that no two papers have the same id.

    The first keeps it. Files number their records alike, and people give two papers one key: another paper
    gets an id made of its title and authors. The same paper once more is none.
    """

    def __init__(self) -> None:
        self._places: dict[str, tuple[str, str]] = {}

    def given(self, paper: Paper) -> Paper | Rejected:
        """The paper, with an id of its own."""
        title = fold(paper.title) or paper.title
        place, taken = self._places.get(paper.id, ("", ""))
        if taken == title:
            return Rejected(
                paper.source, f"the id “{paper.id}” and the title are those of the paper at {place}."
            )
        if taken:
            made = make_id(paper.title, paper.authors)
            numbered = (made if n == 1 else f"{made}-{n}" for n in count(1))
            paper = replace(paper, id=next(each for each in numbered if each not in self._places))
        self._places[paper.id] = (paper.source, title)
        return paper


def _slug(folded: str) -> str:
    """The first words of a folded title, as far as they are ASCII."""
    words = [word for word in folded.split() if word.isascii() and word.isalnum()]
    slug = ""
    for word in words:
        if slug and len(slug) + 1 + len(word) > _SLUG_LENGTH:
            break
        slug = f"{slug}-{word}" if slug else word[:_SLUG_LENGTH]
    return slug or "paper"
