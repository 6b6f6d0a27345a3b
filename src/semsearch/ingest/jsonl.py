"""JSON to papers and back: one object a line, or an array of objects."""

from __future__ import annotations

import json
import re
from itertools import chain, islice
from math import inf
from typing import TYPE_CHECKING, Any

from semsearch.errors import SourceError
from semsearch.ingest.clean import (
    clean_doi,
    clean_keywords,
    clean_language,
    clean_name,
    clean_text,
    clean_year,
)
from semsearch.ingest.identity import make_id
from semsearch.paper import Paper, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semsearch.ingest.source import Source

_KEYS = ("id", "title", "abstract", "authors", "year", "venue", "doi", "url", "language", "keywords")
_START = re.compile(r'\s*(?:\{\s*["}]|\[\s*[\]{])')
# An array, or an object spread over lines: the file is read value by value, not line by line.
_DOCUMENT = re.compile(r"\s*(?:\[\s*[\]{]|\{[ \t]*\n)")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_OPENING = 100
# Control characters inside strings are against the standard, frequent, and harmless: cleaning takes them out.
# A number of more digits than Python reads is no year and no identifier.
_DECODER = json.JSONDecoder(strict=False, parse_int=lambda digits: int(digits) if len(digits) < 100 else inf)


class _UnusableError(ValueError):
    """What is wrong with one record."""


def is_jsonl(head: str) -> bool:
    """Whether a file that begins so is JSON: at once, or in most of its first lines."""
    lines = [line for line in head.split("\n", 40)[:40] if line.strip()]
    objects = sum(line.lstrip().startswith('{"') for line in lines)
    return _START.match(head) is not None or 2 * objects > len(lines)


def read_jsonl(source: Source) -> Iterator[Paper | Rejected]:
    """Read every record of a JSON file; one that cannot be read is a `Rejected` with its line.

    Raises:
        SourceError: The file is a single object around something else, such as a service's reply.
    """
    records = _records(source.text)
    first = list(islice(records, 2))
    if len(first) == 1 and _is_reply(first[0][1]):
        hint = 'Write one object a line, each with a "title", or an array of them.'
        raise SourceError("is JSON, but no paper or list of papers.", where=source.name, hint=hint)
    lines: dict[str, int] = {}
    for line, record in chain(first, records):
        where = f"{source.name}:{line}"
        try:
            paper = _paper(record, where)
        except _UnusableError as why:
            yield Rejected(where, str(why))
            continue
        if paper.id in lines:
            taken = lines[paper.id]
            yield Rejected(
                where, f"the id “{paper.id}” is already taken on line {taken}. Change or delete one."
            )
        else:
            lines[paper.id] = line
            yield paper


def to_json(paper: Paper) -> dict[str, object]:
    """The JSON form of a paper, which `read_jsonl` reads back as the same paper."""
    values = {key: getattr(paper, key) for key in (*_KEYS, "truncated", "source")}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}


def _records(text: str) -> Iterator[tuple[int, object]]:
    """Every JSON value with its line; in place of one that cannot be decoded, what is wrong with it."""
    if _DOCUMENT.match(text):
        yield from _values(text)
        return
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            value, end = _decode(line, len(line) - len(line.lstrip()))
            if line[end:].strip(" \t,"):
                value = _UnusableError("more follows the object on this line. Write one object a line.")
            yield number, value


def _values(text: str) -> Iterator[tuple[int, object]]:
    position, counted, line = _skip(text, 0), 0, 1
    # The objects of an array start alike, so after a damaged one the next is found by its indentation.
    next_object = "\n" + text[text.rfind("\n", 0, position) + 1 : position].lstrip("[") + "{"
    while position < len(text):
        line += text.count("\n", counted, position)
        counted = position
        value, end = _decode(text, position)
        yield line, value
        if isinstance(value, _UnusableError):
            end = text.find(next_object, position)
        position = _skip(text, end) if end >= 0 else len(text)


def _skip(text: str, position: int) -> int:
    """Pass over what stands between the values of an array."""
    while position < len(text) and text[position] in " \t\n,[]":
        position += 1
    return position


def _decode(text: str, position: int) -> tuple[object, int]:
    """The value at a position and where it ends."""
    try:
        value, end = _DECODER.raw_decode(text, position)
    except RecursionError:
        return _UnusableError("not readable as JSON: nested too deeply."), len(text)
    except json.JSONDecodeError as error:
        place = f"(line {error.lineno}, column {error.colno})" if "\n" in text else f"(column {error.colno})"
        return _UnusableError(f"not valid JSON: {error.msg} {place}. Mend it, or export it again."), len(text)
    if _SURROGATE_ESCAPE.search(text, position, end) and _SURROGATE.search(
        json.dumps(value, ensure_ascii=False)
    ):
        return _UnusableError(
            "holds half a character (a lone \\ud800 to \\udfff). Export it again as UTF-8."
        ), end
    return value, end


def _is_reply(record: object) -> bool:
    """Whether an object has no title but holds other objects."""
    if not isinstance(record, dict) or "title" in record:
        return False
    inside = chain.from_iterable(v if isinstance(v, list) else [v] for v in record.values())
    return any(isinstance(value, dict) for value in inside)


def _paper(record: object, where: str) -> Paper:
    """Make a paper of one decoded record; raises `_UnusableError`."""
    if isinstance(record, _UnusableError):
        raise record
    if not isinstance(record, dict):
        raise _UnusableError(
            f'not an object but {_kind(record)}. Write {{"id": …, "title": …, "abstract": …}}.'
        )
    abstract = clean_text(_text(record, "abstract", "text", "summary"))
    title = clean_text(_text(record, "title"))
    if not title and "title" in record:
        title = _opening(abstract)
    if not title:
        raise _UnusableError("the record has no title. Add one.")
    authors = tuple(name for raw in _authors(record) if (name := clean_name(raw)))
    return Paper(
        id=_id(record) or make_id(title, authors),
        title=title,
        abstract=abstract,
        authors=authors,
        year=clean_year(record.get("year")) or clean_year(record.get("date")),
        venue=clean_text(_text(record, "venue", "journal")) or None,
        doi=clean_doi(_text(record, "doi")),
        url=_text(record, "url").strip() or None,
        language=clean_language(_text(record, "language")),
        keywords=_keywords(record),
        source=_text(record, "source").strip() or where,
        truncated=record.get("truncated") is True,
    )


def _opening(abstract: str) -> str:
    """The first words of an abstract: the title of a paper whose collection leaves titles empty."""
    if len(abstract) <= _OPENING:
        return abstract
    return abstract[:_OPENING].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _text(record: dict[str, Any], *keys: str) -> str:
    """The first of some fields that is there; null is the same as missing."""
    key = next((key for key in keys if record.get(key) not in (None, "")), "")
    value = record.get(key, "")
    if not isinstance(value, str):
        raise _UnusableError(f"“{key}” is {_kind(value)}; it must be text.")
    return value


def _id(record: dict[str, Any]) -> str:
    key = next((k for k in ("id", "_id", "paper_id", "corpus_id") if record.get(k) not in (None, "")), "")
    value = record.get(key, "")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _UnusableError(f"“{key}” is {_kind(value)}; it must be text or a whole number.")
    return str(value).strip()


def _authors(record: dict[str, Any]) -> Iterator[str]:
    """Names from a list of texts or of objects with a name, or from one text."""
    authors = record.get("authors") or record.get("author") or []
    if isinstance(authors, str):
        yield from _split_names(authors)
        return
    if not isinstance(authors, list):
        raise _UnusableError(f"“authors” is {_kind(authors)}; it must be a list of names.")
    for author in authors:
        name = author.get("name") if isinstance(author, dict) else author
        if name is None or isinstance(name, str):
            yield name or ""
        else:
            raise _UnusableError(f"“authors” holds {_kind(name)}; each must be a name.")


def _split_names(text: str) -> Iterator[str]:
    """``A; B``, ``A and B``, ``A B, C D and E F``; but ``Bengio, Yoshua``, with a one-word part, is one."""
    if ";" in text:
        yield from text.split(";")
        return
    for part in re.split(r"(?<!\s)\s+and\s+", text):
        names = part.split(",")
        yield from names if all(" " in name.strip() for name in names) else [part]


def _keywords(record: dict[str, Any]) -> tuple[str, ...]:
    keywords = record.get("keywords") or []
    if isinstance(keywords, str):
        return clean_keywords(keywords)
    if not isinstance(keywords, list) or not all(isinstance(keyword, str) for keyword in keywords):
        raise _UnusableError("“keywords” must be a list of texts.")
    return tuple(keyword for raw in keywords if (keyword := clean_text(raw)))


def _kind(value: object) -> str:
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
