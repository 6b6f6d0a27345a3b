"""Names of authors as exports write them, to lists of names in natural order."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from semsearch.ingest.clean import NAME_SUFFIX, clean_name, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NOBODY = frozenset(
    {"et al", "others", "anonymous", "anon", "no author name available", "no authorship indicated"}
)
# An address, an ORCID or the number of an author, as Web of Science and Scopus write them behind the name.
_NUMBER = re.compile(r"\s*[(\[][^()\[\]]*[@\d][^()\[\]]*[)\]]")
# PubMed's "Sherry, John F Jr".
_SUFFIXED = re.compile(r"(.+, .*\S) ((?:Jr|Sr)\.?|2nd|3rd|4th|I{2,3}|IV)$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[ -]?){1,4}")
_GROUP = re.compile(
    r"\b(?:group|team|consortium|collaboration|committee|network|society|project|organi[sz]ation|association"
    r"|foundation|council|agency|university|institute|cent(?:er|re))\b|\[",
    re.IGNORECASE,
)


def authors_of(names: Iterable[str]) -> tuple[str, ...]:
    """Names in natural order; what stands for nobody is left out.

    ``Gomez AN`` is ``AN Gomez``, where all names of a paper are written so: among full names in their order,
    as in ``Sanayya A, Amoolya Shetty``, the initial is where it belongs.
    """
    written = [_SUFFIXED.sub(r"\1, \2", _NUMBER.sub("", name).strip(" ,;*")) for name in names]
    written = [name for name in written if fold(name) not in _NOBODY]
    plain = [clean_name(name) for name in written]
    turned = [name if "," in raw else _turned(name) for raw, name in zip(written, plain, strict=True)]
    uniform = all(
        "," in raw or name != other or " " not in name or _GROUP.search(name)
        for raw, name, other in zip(written, plain, turned, strict=True)
    )
    return tuple(name for name in (turned if uniform else plain) if fold(name))


def split_names(text: str) -> list[str]:
    """The names in one text: a list as Python writes it, or names with ``;``, ``|``, lines, "and" or commas.

    Commas also stand inside a name. They part names where each part has two words (``Smith J, Li F``), and
    where every second part is initials (``Smith, J., Li, F.``); otherwise the text is one name.
    """
    text = text.strip()
    if (names := listed(text)) is not None:
        return names
    for mark in (";", "|", "\n"):
        if mark in text:
            return [name for part in text.split(mark) if (name := part.strip())]
    return [
        name for part in re.split(r"(?:(?<!\s)\s+and|,?(?<!\s)\s+&)\s+", text) for name in _by_commas(part)
    ]


def listed(text: str) -> list[str] | None:
    """The texts of ``['A', 'B']``; None where a text is no such list."""
    if not text.startswith("["):
        return None
    try:
        values = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    return [str(value) for value in values] if isinstance(values, list) else None


def _by_commas(text: str) -> Iterator[str]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if all(" " in part for part in parts):
        yield from parts
    elif len(parts) % 2 == 0 and all(_is_initials(part) for part in parts[1::2]):
        yield from (", ".join(pair) for pair in zip(parts[::2], parts[1::2], strict=True))
    else:
        yield text


def _turned(name: str) -> str:
    """``AN Gomez`` for ``Gomez AN``; any other name as it is."""
    tokens = name.split()
    if len(tokens) < 2 or _GROUP.search(name):
        return name
    suffix = [tokens.pop()] if len(tokens) > 2 and NAME_SUFFIX.fullmatch(tokens[-1]) else []
    first = len(tokens)
    while first > 1 and _is_initials(tokens[first - 1]):
        first -= 1
    family, initials = tokens[:first], tokens[first:]
    if not initials or any(map(_is_initials, family)) or not any(map(str.islower, "".join(family))):
        return name
    return " ".join((*initials, *family, *suffix))


def _is_initials(text: str) -> bool:
    return _INITIALS.fullmatch(text) is not None and all(c.isupper() for c in text if c.isalpha())
