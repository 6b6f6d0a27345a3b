"""Names taken apart, as citations want them."""

from __future__ import annotations


def split(name: str) -> tuple[str, str]:
    """Given and family name: the family begins at a particle ("van den Heuvel") or is the last word."""
    words = name.split()
    particle = next((i for i, word in enumerate(words[1:-1], 1) if word.islower()), len(words) - 1)
    return " ".join(words[:particle]), " ".join(words[particle:])
