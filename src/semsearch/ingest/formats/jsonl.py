"""JSON to papers and back: one object a line, an array of objects, or the replies of services."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from math import inf
from typing import TYPE_CHECKING, Any

from semsearch.ingest.clean import (
    clean_doi,
    clean_keywords,
    clean_language,
    clean_name,
    clean_printed,
    clean_text,
    clean_year,
    fold,
)
from semsearch.ingest.formats.links import identifiers_in
from semsearch.ingest.formats.names import split_names
from semsearch.ingest.formats.record import UnusableError, kind, text
from semsearch.ingest.formats.services.replies import reader_of, unpacked
from semsearch.ingest.identity import make_id
from semsearch.ingest.source import MOST_LINE, undecoded, why_undecoded
from semsearch.paper import Original, Paper, Rejected, Translation, Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semsearch.ingest.source import Source

_KEYS = ("id", "title", "abstract", "authors", "year", "venue", "doi", "url", "language", "keywords")
_RARE = ("keywords", "truncated", "identifiers", "translations", "versions")
_START = re.compile(r'\s*(?:\{\s*["}]|\[\s*(?:[\]{]|null\b))')
_ARRAY = re.compile(r"\s*\[\s*(?:[\]{]|null\b)")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_OPENING = 100
_VALUE = re.compile(r"[^ \t\n,\[\]]")
_LONG_LINE = 32_768  # characters; a reply of a service is all on one
_CUT = 1_000  # characters before the end of what is at hand, where an error may come from the cut
_MOST_VALUE = 1 << 26  # characters of one value of a document
# Control characters inside strings are against the standard, frequent, and harmless: cleaning takes them out.
# A number of more digits than Python reads is no year and no identifier.
_DECODER = json.JSONDecoder(strict=False, parse_int=lambda digits: int(digits) if len(digits) < 100 else inf)


def is_jsonl(head: str) -> bool:
    """Whether a file that begins so is JSON: at once, or in most of its first lines."""
    lines = [line for line in head.split("\n", 40)[:40] if line.strip()]
    objects = sum(line.lstrip().startswith('{"') for line in lines)
    return _START.match(head) is not None or 2 * objects > len(lines)


def read_jsonl(source: Source) -> Iterator[Paper | Rejected]:
    """Read every record of a JSON file; one that cannot be read is a `Rejected` with its place."""
    for line, value in _records(source):
        for where, record in unpacked(value, f"{source.name}:{line}"):
            try:
                yield _read_record(record, where)
            except UnusableError as why:
                yield Rejected(where, str(why))


def to_json(paper: Paper) -> dict[str, Any]:
    """The JSON form of a paper, which `read_jsonl` reads back as the same paper."""
    values = {key: getattr(paper, key) for key in (*_KEYS, "truncated", "identifiers", "source")}
    written = {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()} | {
        "translations": [asdict(translation) for translation in paper.translations],
        "versions": [asdict(version) for version in paper.versions],
    }
    return written | {"original": asdict(paper.original)} if paper.original else written


def to_line(paper: Paper) -> dict[str, Any]:
    """The same for a file: what few papers have is left out of those that lack it."""
    return {key: value for key, value in to_json(paper).items() if value or key not in _RARE}


def _records(source: Source) -> Iterator[tuple[int, object]]:
    """Every JSON value with its line; in place of one that cannot be decoded, what is wrong with it."""
    if _is_document(source.head):
        yield from _Document(source.chunks()).values()
        return
    for number, line in enumerate(source.lines(strict=False), 1):
        if line.strip():
            yield number, _of_line(line)


def _is_document(head: str) -> bool:
    """Whether a file is to be read value by value: an array, or objects that do not end with their lines."""
    if _ARRAY.match(head):
        return True
    line, end, _ = head.lstrip().partition("\n")
    if not line.startswith("{") or (not end and len(line) > _LONG_LINE):
        return line.startswith("{")
    try:
        _DECODER.raw_decode(line)
    except RecursionError:
        return False
    except json.JSONDecodeError as error:
        return error.pos >= len(line.rstrip())
    return False


def _of_line(line: str) -> object:
    """The one value on a line."""
    if len(line) > MOST_LINE:
        return UnusableError(f"longer than the {MOST_LINE:,} characters that a record may have. Split it.")
    if wrong := undecoded(line):
        return UnusableError(why_undecoded(wrong))
    try:
        value, end = _DECODER.raw_decode(line, len(line) - len(line.lstrip()))
    except (RecursionError, json.JSONDecodeError) as error:
        return _damaged(error)
    if line[end:].strip(" \t,"):
        return UnusableError("more follows the object on this line. Write one object a line.")
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
            if isinstance(value, UnusableError):
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
            return (UnusableError(why_undecoded(wrong)) if wrong else value), end

    def _damaged(self, error: json.JSONDecodeError) -> UnusableError:
        before = self._text[self._position : error.pos]
        column = error.pos - self._text.rfind("\n", 0, error.pos)
        line = self._line + before.count("\n")
        return UnusableError(
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


def _damaged(error: RecursionError | json.JSONDecodeError) -> UnusableError:
    if isinstance(error, RecursionError):
        return UnusableError("not readable as JSON: nested too deeply.")
    return UnusableError(f"not valid JSON: {error.msg} (column {error.colno}). Mend it, or export it again.")


def _whole(value: object, text: str, start: int, end: int) -> object:
    """The value of a piece of text, unless half a character is in it."""
    if _SURROGATE_ESCAPE.search(text, start, end) and _SURROGATE.search(
        json.dumps(value, ensure_ascii=False)
    ):
        return UnusableError("holds half a character (a lone \\ud800 to \\udfff). Export it again as UTF-8.")
    return value


def _read_record(record: object, where: str) -> Paper:
    """Make a paper of one decoded record; raises `UnusableError`."""
    if isinstance(record, UnusableError):
        raise record
    if not isinstance(record, dict):
        raise UnusableError(
            f'not an object but {kind(record)}. Write {{"id": …, "title": …, "abstract": …}}.'
        )
    return (reader_of(record) or _own)(record, where)


def _own(record: dict[str, Any], where: str) -> Paper:
    """Make a paper of a record as `to_json` writes it, or much alike."""
    written = Original(text(record, "title"), text(record, "abstract", "text", "summary"))
    title, abstract = clean_text(written.title), clean_text(written.abstract)
    if not title and "title" in record:
        title = _opening(abstract)
    if not title:
        raise UnusableError("the record has no title. Add one.")
    authors = tuple(name for raw in _authors(record) if fold(name := clean_name(raw)))
    doi, url = clean_doi(text(record, "doi")), text(record, "url").strip()
    return Paper(
        id=_id(record) or make_id(title, authors),
        title=title,
        abstract=abstract,
        authors=authors,
        year=clean_year(record.get("year")) or clean_year(record.get("date")),
        venue=clean_text(text(record, "venue", "journal")) or None,
        doi=doi,
        url=url or None,
        language=clean_language(text(record, "language")),
        keywords=_keywords(record),
        source=text(record, "source").strip() or where,
        truncated=record.get("truncated") is True,
        identifiers=_texts(record, "identifiers")
        if "identifiers" in record
        else identifiers_in([doi or "", url]),
        translations=tuple(filter(None, map(_translation, _objects(record, "translations")))),
        versions=tuple(map(_version, _objects(record, "versions"))),
        printed=clean_printed(str(record.get("volume") or ""), str(record.get("pages") or "")),
        original=_original(record, written),
    )


def _original(record: dict[str, Any], written: Original) -> Original:
    """What an earlier reading kept, or else what stands here."""
    kept = record.get("original")
    if not isinstance(kept, dict):
        return written
    return Original(text(kept, "title") or written.title, text(kept, "abstract") or written.abstract)


def _translation(record: dict[str, Any]) -> Translation | None:
    language = clean_language(text(record, "language"))
    title, abstract = clean_text(text(record, "title")), clean_text(text(record, "abstract"))
    return Translation(language, title, abstract) if language and (title or abstract) else None


def _version(record: dict[str, Any]) -> Version:
    return Version(
        id=_id(record),
        title=clean_text(text(record, "title")),
        year=clean_year(record.get("year")),
        venue=clean_text(text(record, "venue")) or None,
        doi=clean_doi(text(record, "doi")),
        url=text(record, "url").strip() or None,
        source=text(record, "source").strip(),
        why=text(record, "why"),
    )


def _opening(abstract: str) -> str:
    """The first words of an abstract: the title of a paper whose collection leaves titles empty."""
    if len(abstract) <= _OPENING:
        return abstract
    return abstract[:_OPENING].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _id(record: dict[str, Any]) -> str:
    key = next((k for k in ("id", "_id", "paper_id", "corpus_id") if record.get(k) not in (None, "")), "")
    value = record.get(key, "")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise UnusableError(f"“{key}” is {kind(value)}; it must be text or a whole number.")
    return str(value).strip()


def _authors(record: dict[str, Any]) -> Iterator[str]:
    """Names from a list of texts or of objects with a name, or from one text."""
    authors = record.get("authors") or record.get("author") or []
    if isinstance(authors, str):
        yield from split_names(authors)
        return
    if not isinstance(authors, list):
        raise UnusableError(f"“authors” is {kind(authors)}; it must be a list of names.")
    for author in authors:
        name = author.get("name") if isinstance(author, dict) else author
        if name is None or isinstance(name, str):
            yield name or ""
        else:
            raise UnusableError(f"“authors” holds {kind(name)}; each must be a name.")


def _keywords(record: dict[str, Any]) -> tuple[str, ...]:
    keywords = record.get("keywords")
    return clean_keywords(keywords) if isinstance(keywords, str) else _texts(record, "keywords")


def _texts(record: dict[str, Any], key: str) -> tuple[str, ...]:
    values = record.get(key) or []
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise UnusableError(f"“{key}” must be a list of texts.")
    return tuple(text for value in values if (text := clean_text(value)))


def _objects(record: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """Our own nested records; another program may use the name for something else, which is left alone."""
    values = record.get(key)
    return values if isinstance(values, list) and all(isinstance(value, dict) for value in values) else []
