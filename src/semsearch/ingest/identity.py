"""Identifiers for papers whose source gives none."""

from __future__ import annotations

import hashlib
from itertools import count
from typing import TYPE_CHECKING

from semsearch.ingest.clean import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from semsearch.ingest.duplicates.keys import Keys
    from semsearch.paper import Paper

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


def new_ids(ids: Keys, paper_at: Callable[[int], Paper], absorbed: Collection[int]) -> dict[int, str]:
    """Ids for papers whose own is that of a paper before them, by row.

    Files number their records alike, and people give two papers one key. The first keeps it; the others get
    one made of title and authors, which stays the same when the files are read again.

    Args:
        ids: The id of each row.
        paper_at: The paper of a row.
        absorbed: Rows that were merged into others, and need none.
    """
    kept = ([row for row in shared if row not in absorbed] for shared in ids.shared())
    rows = sorted(row for shared in kept for row in shared[1:])
    made = {row: make_id((paper := paper_at(row)).title, paper.authors) for row in rows}
    taken = ids.known(made.values())
    for row, name in made.items():
        numbered = (name if n == 1 else f"{name}-{n}" for n in count(1))
        made[row] = next(each for each in numbered if each not in taken)
        taken.add(made[row])
    return made


def _slug(folded: str) -> str:
    """The first words of a folded title, as far as they are ASCII."""
    words = [word for word in folded.split() if word.isascii() and word.isalnum()]
    slug = ""
    for word in words:
        if slug and len(slug) + 1 + len(word) > _SLUG_LENGTH:
            break
        slug = f"{slug}-{word}" if slug else word[:_SLUG_LENGTH]
    return slug or "paper"
