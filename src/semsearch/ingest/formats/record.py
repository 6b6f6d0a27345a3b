"""A record that a format found, before it is a paper: its fields, and what is wrong with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from semsearch.ingest.clean import clean_name
from semsearch.paper import Translation

if TYPE_CHECKING:
    from collections.abc import Iterable

_ARXIV = re.compile(
    r"(?:^|/|:|\.)(?P<new>[0-9]{4}\.[0-9]{4,5})(?:v[0-9]+)?(?:\.pdf)?$"
    r"|(?:^|/|:)(?P<archive>[a-z-]+)(?:\.[A-Z]{2})?/(?P<number>[0-9]{7})(?:v[0-9]+)?(?:\.pdf)?$"
)
_PMC = re.compile(r"(?:^|[/:])(?:PMC)?([0-9]{3,9})/?$", re.IGNORECASE)
_PMID = re.compile(r"(?:^|[/:])\s*([0-9]{1,9})/?$")

Record = dict[str, Any]


class UnusableError(ValueError):
    """What is wrong with one record."""


def arxiv_id(raw: str) -> str | None:
    """The arXiv identifier in an identifier or an address, without its version and its subject class."""
    found = _ARXIV.search(raw.strip())
    if found is None:
        return None
    return found["new"] or f"{found['archive']}/{found['number']}"


def identifier(scheme: str, raw: object) -> str | None:
    """An identifier as `semsearch.paper.Paper.identifiers` has it; None where there is none.

    Args:
        scheme: Such as ``pmid``; those of arXiv and PubMed are brought to one form.
        raw: As the source writes it, be it a number or an address.
    """
    if isinstance(raw, bool) or not isinstance(raw, str | int) or not (text := str(raw).strip()):
        return None
    match scheme:
        case "arxiv":
            return f"arxiv:{found}" if (found := arxiv_id(text)) else None
        case "pmid":
            return f"pmid:{number[1]}" if (number := _PMID.search(text)) else None
        case "pmc":
            return f"pmc:pmc{number[1]}" if (number := _PMC.search(text)) else None
        case "acl":
            return f"acl:{text.casefold()}"
        case "openalex":
            return f"openalex:{text.rpartition('/')[2].casefold()}"
    return f"{scheme}:{text}"


def identifiers(*pairs: tuple[str, object]) -> tuple[str, ...]:
    """The identifiers that pairs of a scheme and a raw value stand for, each once."""
    found = (identifier(scheme, raw) for scheme, raw in pairs)
    return tuple(dict.fromkeys(each for each in found if each))


def by_language(translations: Iterable[Translation]) -> tuple[Translation, ...]:
    """One translation a language, with the first title and the first abstract that are given for it."""
    merged: dict[str, Translation] = {}
    for each in translations:
        before = merged.get(each.language, each)
        merged[each.language] = Translation(
            each.language, before.title or each.title, before.abstract or each.abstract
        )
    return tuple(each for each in merged.values() if each.title or each.abstract)


def text(record: Record, *keys: str) -> str:
    """The first of some fields that is there; null is the same as missing.

    Raises:
        UnusableError: It is no text.
    """
    key = next((key for key in keys if record.get(key) not in (None, "")), "")
    value = record.get(key, "")
    if not isinstance(value, str):
        raise UnusableError(f"“{key}” is {kind(value)}; it must be text.")
    return value


def first(record: Record, *keys: str) -> str:
    """The same, where a field may hold a list of texts: the first of them."""
    return next((each for key in keys for each in every(record, key)), "")


def every(record: Record, key: str) -> list[str]:
    """The texts of a field that holds a text or a list, empty ones left out.

    Raises:
        UnusableError: It holds something else.
    """
    value = record.get(key)
    values = value if isinstance(value, list) else [value]
    for each in values:
        if each is not None and not isinstance(each, str):
            raise UnusableError(f"“{key}” holds {kind(each)}; it must be text.")
    return [each for each in values if each and each.strip()]


def inside(record: Record, *keys: str) -> Record:
    """The object that some keys lead to; an empty one where there is none."""
    value: object = record
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def objects(record: Record, key: str) -> list[Record]:
    """The objects of a list, or the one that stands for it."""
    value = record.get(key)
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, dict)]


def names(record: Record, key: str) -> tuple[str, ...]:
    """The people of a list of names, or of objects with a ``name``, in natural order.

    Raises:
        UnusableError: A name is no text.
    """
    people = record.get(key)
    if not isinstance(people, list):
        return ()
    raw = (text(each, "name") if isinstance(each, dict) else text({key: each}, key) for each in people)
    return tuple(name for each in raw if (name := clean_name(each)))


def kind(value: object) -> str:
    """What a JSON value is, in plain words."""
    kinds = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "an object",
    }
    return kinds.get(type(value), "null")
