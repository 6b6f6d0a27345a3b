"""Who is who: two ways of writing one author's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from semsearch.ingest.clean import fold

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
_NOBODY = frozenset({(), ("et", "al"), ("others",), ("anonymous",)})


def shared_names(names: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """Those of ``names`` that may be the name of somebody in ``others``, as written and in their order.

    Case, accents and punctuation do not matter, an initial stands for any name it begins, and a middle name
    may be left out: "Y. Bengio" and "Yoshua Bengio", "Ian J. Goodfellow" and "Ian Goodfellow".
    """
    known: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
    for other in others:
        words = _words(other)
        if words not in _NOBODY:
            known[words[-1]].append(words[:-1])
    shared = []
    for name in names:
        words = _words(name)
        if words not in _NOBODY and any(_agree(words[:-1], given) for given in known.get(words[-1], ())):
            shared.append(name)
    return tuple(shared)


def _words(name: str) -> tuple[str, ...]:
    words = fold(name).split()
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words.pop()
    return tuple(words)


def _agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether given names can be one person's; a surname alone is nobody but who is called just so."""
    if not one or not other:
        return one == other
    return all(
        a == b or (min(len(a), len(b)) == 1 and a[0] == b[0]) for a, b in zip(one, other, strict=False)
    )
