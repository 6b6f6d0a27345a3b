"""JSON to papers and back: one object a line, or an array of objects."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
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
from semsearch.ingest.source import MOST_LINE, undecoded, why_undecoded
from semsearch.paper import Paper, Rejected, Translation, Version

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
_VALUE = re.compile(r"[^ \t\n,\[\]]")
_CUT = 1_000  # characters before the end of what is at hand, where an error may come from the cut
_MOST_VALUE = 1 << 26  # characters of one value of a document
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
    records = _records(source)
    first = list(islice(records, 2))
    if len(first) == 1 and _is_reply(first[0][1]):
        hint = 'Write one object a line, each with a "title", or an array of them.'
        raise SourceError("is JSON, but no paper or list of papers.", where=source.name, hint=hint)
    for line, record in chain(first, records):
        where = f"{source.name}:{line}"
        try:
            yield _paper(record, where)
        except _UnusableError as why:
            yield Rejected(where, str(why))


def to_json(paper: Paper) -> dict[str, Any]:
    """The JSON form of a paper, which `read_jsonl` reads back as the same paper."""
    values = {key: getattr(paper, key) for key in (*_KEYS, "truncated", "identifiers", "source")}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()} | {
        "translations": [asdict(translation) for translation in paper.translations],
        "versions": [asdict(version) for version in paper.versions],
    }


def _records(source: Source) -> Iterator[tuple[int, object]]:
    """Every JSON value with its line; in place of one that cannot be decoded, what is wrong with it."""
    if _DOCUMENT.match(source.head):
        yield from _Document(source.chunks()).values()
        return
    for number, line in enumerate(source.lines(strict=False), 1):
        if line.strip():
            yield number, _of_line(line)


def _of_line(line: str) -> object:
    """The one value on a line."""
    if len(line) > MOST_LINE:
        return _UnusableError(f"longer than the {MOST_LINE:,} characters that a record may have. Split it.")
    if wrong := undecoded(line):
        return _UnusableError(why_undecoded(wrong))
    try:
        value, end = _DECODER.raw_decode(line, len(line) - len(line.lstrip()))
    except (RecursionError, json.JSONDecodeError) as error:
        return _damaged(error)
    if line[end:].strip(" \t,"):
        return _UnusableError("more follows the object on this line. Write one object a line.")
    return _whole(value, line, 0, end)


class _Document:
    """The values of an array, or of objects spread over lines, each read when it is asked for.

    Args:
        chunks: The text, in pieces.
    """

    def __init__(self, chunks: Iterator[str]) -> None:
        self._chunks, self._text, self._position = chunks, "", 0
        self._line = 1  # of the position

    def values(self) -> Iterator[tuple[int, object]]:
        """Every value with its line."""
        if not self._skip():
            return
        # The objects of an array start alike, so after a damaged one the next is found by its indentation.
        before = self._text[self._text.rfind("\n", 0, self._position) + 1 : self._position]
        next_object = "\n" + before.lstrip("[") + "{"
        while self._skip():
            line = self._line
            value, end = self._value()
            yield line, value
            if isinstance(value, _UnusableError):
                end = self._find(next_object)
            self._advance(end)

    def _value(self) -> tuple[object, int]:
        """The value at the position, and where it ends in what is at hand."""
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._position)
            except RecursionError as error:
                return _damaged(error), self._position
            except json.JSONDecodeError as error:
                # It may be no more than cut off where the text at hand ends.
                cut = error.pos > len(self._text) - _CUT or error.msg.startswith("Unterminated")
                if cut and len(self._text) - self._position < _MOST_VALUE and self._more():
                    continue
                return self._damaged(error), self._position
            if end == len(self._text) and self._more():
                continue  # a number may go on
            value = _whole(value, self._text, self._position, end)
            wrong = undecoded(self._text[self._position : end])
            return (_UnusableError(why_undecoded(wrong)) if wrong else value), end

    def _damaged(self, error: json.JSONDecodeError) -> _UnusableError:
        before = self._text[self._position : error.pos]
        column = error.pos - self._text.rfind("\n", 0, error.pos)
        line = self._line + before.count("\n")
        return _UnusableError(
            f"not valid JSON: {error.msg} (line {line}, column {column}). Mend it, or export it again."
        )

    def _find(self, start: str) -> int:
        """Where the next value begins, after one that is damaged; the end of the text if none does."""
        while (found := self._text.find(start, self._position)) < 0:
            self._advance(max(self._position, len(self._text) - len(start)))
            if not self._more():
                return len(self._text)
        return found

    def _skip(self) -> bool:
        """Pass over what stands between values; whether there is one more."""
        while True:
            found = _VALUE.search(self._text, self._position)
            self._advance(found.start() if found else len(self._text))
            if found or not self._more():
                return found is not None

    def _advance(self, position: int) -> None:
        self._line += self._text.count("\n", self._position, position)
        self._position = position

    def _more(self) -> bool:
        """Have as much again at hand, and let go of what was read; whether there was more."""
        pieces, wanted = list[str](), max(1, len(self._text) - self._position)
        while wanted > 0 and (piece := next(self._chunks, "")):
            pieces.append(piece)
            wanted -= len(piece)
        if not pieces:
            return False
        start = self._text.rfind("\n", 0, self._position) + 1  # the line is kept for the sake of columns
        start = start if self._position - start < _CUT else self._position
        self._text, self._position = "".join((self._text[start:], *pieces)), self._position - start
        return True


def _damaged(error: RecursionError | json.JSONDecodeError) -> _UnusableError:
    if isinstance(error, RecursionError):
        return _UnusableError("not readable as JSON: nested too deeply.")
    return _UnusableError(f"not valid JSON: {error.msg} (column {error.colno}). Mend it, or export it again.")


def _whole(value: object, text: str, start: int, end: int) -> object:
    """The value of a piece of text, unless half a character is in it."""
    if _SURROGATE_ESCAPE.search(text, start, end) and _SURROGATE.search(
        json.dumps(value, ensure_ascii=False)
    ):
        return _UnusableError("holds half a character (a lone \\ud800 to \\udfff). Export it again as UTF-8.")
    return value


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
        identifiers=_texts(record, "identifiers"),
        translations=tuple(filter(None, map(_translation, _objects(record, "translations")))),
        versions=tuple(map(_version, _objects(record, "versions"))),
    )


def _translation(record: dict[str, Any]) -> Translation | None:
    language = clean_language(_text(record, "language"))
    title, abstract = clean_text(_text(record, "title")), clean_text(_text(record, "abstract"))
    return Translation(language, title, abstract) if language and (title or abstract) else None


def _version(record: dict[str, Any]) -> Version:
    return Version(
        id=_id(record),
        title=clean_text(_text(record, "title")),
        year=clean_year(record.get("year")),
        venue=clean_text(_text(record, "venue")) or None,
        doi=clean_doi(_text(record, "doi")),
        url=_text(record, "url").strip() or None,
        source=_text(record, "source").strip(),
        why=_text(record, "why"),
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
    for part in re.split(r"\s+and\s+", text):
        names = part.split(",")
        yield from names if all(" " in name.strip() for name in names) else [part]


def _keywords(record: dict[str, Any]) -> tuple[str, ...]:
    keywords = record.get("keywords")
    return clean_keywords(keywords) if isinstance(keywords, str) else _texts(record, "keywords")


def _texts(record: dict[str, Any], key: str) -> tuple[str, ...]:
    values = record.get(key) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _UnusableError(f"“{key}” must be a list of texts.")
    return tuple(text for value in values if (text := clean_text(value)))


def _objects(record: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Our own nested records; another program may use the name for something else, which is left alone."""
    values = record.get(key)
    return values if isinstance(values, list) and all(isinstance(value, dict) for value in values) else []


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
