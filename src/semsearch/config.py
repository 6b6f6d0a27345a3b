"""What an index is made of, and how: settings from ``semsearch.toml``, or as an index remembers them."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

from semsearch import schedule, sizes
from semsearch.errors import ConfigError
from semsearch.request import Request
from semsearch.schedule import Schedule

FILE = "semsearch.toml"
KEEP = 5
RECALL = 0.98  # of what is nearest, where vectors are not searched exactly
LEAST_RECALL = 0.5
RuntimeName = Literal["auto", "torch", "onnx", "openvino"]
RunnerName = Literal["local", "ray"]

_SERVICES = ("openalex", "arxiv", "hal", "crossref", "semantic-scholar")
_TABLES = ("index", "source", "schedule", "contact")
_KINDS = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number with a point, as 0.95",
    bool: "true or false",
    date: "a date, as 2024-01-31",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """How to build an index.

    Attributes:
        sources: Files, folders and archives, by their paths, and what services are asked for.
        encoder: Name or path of a sentence-transformers model; None for the embedded default.
        runtime: What runs it.
        golden: File of golden questions; None for none.
        keep: How many generations stay.
        exact: Search vectors exactly, however many papers there are.
        memory: Bytes that the index of vectors may take from 100,000 papers on; None for no limit.
        recall: What it must find there of what is nearest.
        keep_duplicates: Leave records of one paper apart.
        max_rejected: Give up when more records cannot be used; None for no limit.
        runner: Where texts are encoded: on this machine, or all over a Ray cluster.
        address: Of the cluster's head, ``host:port``; None for that of ``RAY_ADDRESS``, or of this machine.
        storage: What all its machines reach, a folder or a URL; None for a folder beside the index.
        shards: How many parts the papers are cut into for it; None for parts of so many papers.
        gpus: GPUs of the cluster that encode; 0 for its cores.
        schedule: When to build it again; None where nobody said.
        contact: Address that services are told, to write to somebody who asks too much.
        path: The ``semsearch.toml`` all this is from, an absolute path; None where there is none.
    """

    sources: tuple[str | Request, ...] = ()
    encoder: str | None = None
    runtime: RuntimeName = "auto"
    golden: str | None = None
    keep: int = KEEP
    exact: bool = False
    memory: int | None = None
    recall: float = RECALL
    keep_duplicates: bool = False
    max_rejected: int | None = None
    runner: RunnerName = "local"
    address: str | None = None
    storage: str | None = None
    shards: int | None = None
    gpus: int = 0
    schedule: Schedule | None = None
    contact: str | None = None
    path: str | None = None


_INDEX = {
    "encoder": str,
    "runtime": str,
    "golden": str,
    "keep": int,
    "exact": bool,
    "memory": str,
    "recall": float,
    "keep-duplicates": bool,
    "max-rejected": int,
    "runner": str,
    "address": str,
    "storage": str,
    "shards": int,
    "gpus": int,
}
_SOURCE = {
    "path": str,
    "harvest": str,
    "query": str,
    "institution": str,
    "author": str,
    "category": str,
    "since": date,
    "until": date,
}


def beside(root: Path) -> Path:
    """Where the settings of an index are looked for: in the folder that the index is in."""
    return root.resolve().parent / FILE


def read_settings(path: Path) -> Settings:
    """The settings of a ``semsearch.toml``; its paths are relative to the folder it is in.

    Raises:
        ConfigError: It cannot be read, is no TOML, has a key that there is not or a value that cannot be, or
            names a file that is not there. ``where`` has the line.
    """
    path = path.expanduser().absolute()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        hint = "Name another with --config, or write it: docs/configuration.md has an example."
        raise ConfigError("there is no such file.", where=path, hint=hint) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read ({error}).", where=path) from error
    return _File(path, text).settings()


class _File:
    """One ``semsearch.toml`` while it is read."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._text = path, text

    def settings(self) -> Settings:
        try:
            raw = tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            hint = "Text stands in quotes, [[source]] in double brackets; https://toml.io explains the form."
            raise ConfigError(f"is no TOML: {error}.", where=self._path, hint=hint) from error
        self._known(raw, _TABLES, "")
        index, sources = raw.get("index", {}), raw.get("source", [])
        if not isinstance(index, dict):
            raise self._wrong("", "index", "is a table: write [index] on a line of its own.")
        if not isinstance(sources, list) or not all(isinstance(source, dict) for source in sources):
            raise self._wrong("", "source", "is a list of tables: write [[source]], in double brackets.")
        self._typed(index, _INDEX, "index")
        found = tuple(self._source(source, number) for number, source in enumerate(sources))
        if not found:
            raise self._wrong(
                "", "source", 'is missing. Name what to read: [[source]], then path = "refs.bib".'
            )
        contact = self._text_of(raw, "contact") or os.environ.get("SEMSEARCH_CONTACT") or None
        if contact is None and any(isinstance(source, Request) for source in found):
            said = (
                'is missing. Services want to know who asks: contact = "you@example.org", above all tables.'
            )
            raise self._wrong("", "contact", said)
        golden = index.get("golden")
        return Settings(
            sources=found,
            encoder=self._encoder(index),
            runtime=self._one_of(index, "runtime", get_args(RuntimeName), "index") or "auto",
            golden=golden and self._file(golden, "index", "golden"),
            keep=self._at_least(index, "keep", 1) or KEEP,
            exact=index.get("exact", False),
            memory=self._memory(index),
            recall=self._recall(index),
            keep_duplicates=index.get("keep-duplicates", False),
            max_rejected=self._at_least(index, "max-rejected", 0),
            runner=self._one_of(index, "runner", get_args(RunnerName), "index") or "local",
            address=index.get("address"),
            storage=self._storage(index),
            shards=self._at_least(index, "shards", 1),
            gpus=self._at_least(index, "gpus", 0) or 0,
            schedule=self._schedule(raw),
            contact=contact,
            path=str(self._path),
        )

    def _source(self, raw: Mapping[str, Any], number: int) -> str | Request:
        table = f"source {number + 1}"
        self._typed(raw, _SOURCE, table)
        if ("path" in raw) == ("harvest" in raw):
            said = "has both path and harvest" if "path" in raw else "has neither path nor harvest"
            raise self._wrong(table, "", f"{said}: write one of the two.")
        if "path" in raw:
            if others := sorted(raw.keys() - {"path"}):
                raise self._wrong(table, others[0], "is for a harvest, and this source is a path.")
            return self._file(raw["path"], table, "path")
        service = self._one_of(raw, "harvest", _SERVICES, table)
        asked = {key: value for key, value in raw.items() if key != "harvest"}
        if not asked.keys() - {"since", "until"}:
            said = "asks for everything there is: name a query, institution, author or category."
            raise self._wrong(table, "harvest", said)
        return Request(service, **asked)

    def _schedule(self, raw: Mapping[str, Any]) -> Schedule | None:
        text = self._text_of(raw, "schedule")
        try:
            return schedule.parse(text) if text else None
        except ValueError as error:
            raise self._wrong(
                "", "schedule", f"“{text}” cannot be followed: {error}.", schedule.FORMS
            ) from error

    def _encoder(self, index: Mapping[str, Any]) -> str | None:
        """A model's folder, where there is one of that name here; otherwise its name."""
        name: str | None = index.get("encoder")
        folder = self._path.parent / Path(name).expanduser() if name else None
        return str(folder) if folder and folder.is_dir() else name

    def _storage(self, index: Mapping[str, Any]) -> str | None:
        """A URL, or a folder, which need not be there yet."""
        name: str | None = index.get("storage")
        return name if name is None or "://" in name else str(self._path.parent / Path(name).expanduser())

    def _file(self, name: str, table: str, key: str) -> str:
        path = self._path.parent / Path(name).expanduser()
        if path.exists():
            return str(path)
        near = get_close_matches(path.name, _names(path.parent), 1)
        hint = f"Did you mean “{Path(name).with_name(near[0])}”? " if near else ""
        raise self._wrong(
            table, key, f"there is no {path}.", hint + f"Paths are relative to {self._path.parent}."
        )

    def _text_of(self, raw: Mapping[str, Any], key: str) -> str | None:
        self._typed({key: raw[key]} if key in raw else {}, {key: str}, "")
        return raw.get(key)

    def _one_of(self, raw: Mapping[str, Any], key: str, values: tuple[str, ...], table: str) -> Any:
        value = raw.get(key)
        if value is None or value in values:
            return value
        raise self._wrong(table, key, f"cannot be “{value}”.{_nearest(value, values)}", _all(values))

    def _memory(self, index: Mapping[str, Any]) -> int | None:
        try:
            return sizes.parse(index["memory"]) if "memory" in index else None
        except ValueError as error:
            raise self._wrong("index", "memory", f"{error}.") from error

    def _recall(self, index: Mapping[str, Any]) -> float:
        recall: float = index.get("recall", RECALL)
        if not LEAST_RECALL <= recall <= 1:
            raise self._wrong("index", "recall", f"must be from {LEAST_RECALL} to 1, and is {recall}.")
        return recall

    def _at_least(self, raw: Mapping[str, Any], key: str, least: int) -> int | None:
        value: int | None = raw.get(key)
        if value is not None and value < least:
            raise self._wrong("index", key, f"must be at least {least}, and is {value}.")
        return value

    def _typed(self, raw: Mapping[str, Any], kinds: Mapping[str, type], table: str) -> None:
        """Hold keys and values of a table to what there is."""
        if table:
            self._known(raw, tuple(kinds), table)
        for key, value in raw.items():
            if type(value) is not kinds[key] or value == "":
                said = f"must be {_KINDS[kinds[key]]}, and is {_shown(value)}."
                raise self._wrong(table, key, said)

    def _known(self, raw: Mapping[str, Any], keys: tuple[str, ...], table: str) -> None:
        for key in raw:
            if key not in keys:
                elsewhere = (
                    ""
                    if table
                    else next((f" It belongs into [{name}]." for name, of in _HOMES if key in of), "")
                )
                said = f"there is no such key.{elsewhere or _nearest(key, keys)}"
                raise self._wrong(table, key, said, _all(keys))

    def _wrong(self, table: str, key: str, what: str, hint: str = "") -> ConfigError:
        line = next(self._lines(table, key), None)
        named = " of ".join(filter(None, (key, f"[{table}]" if table == "index" else table)))
        where = f"{self._path}:{line}" if line else self._path
        return ConfigError(f"{named}: {what}", where=where, hint=hint)

    def _lines(self, table: str, key: str) -> Iterator[int]:
        """Lines where a key of a table stands; where its own is not found, that of the table."""
        here, sources, heading = "", 0, None
        for number, line in enumerate(self._text.splitlines(), 1):
            if found := re.match(r"\s*\[+\s*([\w-]+)\s*\]", line):
                sources += found[1] == "source"
                here = f"source {sources}" if found[1] == "source" else found[1]
                heading = number if here == table or (not table and found[1] == key) else heading
            elif here == table and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=.]", line):
                yield number
        if heading:
            yield heading


_HOMES = (("index", _INDEX), ("[source]", _SOURCE))


def _nearest(word: str, words: tuple[str, ...]) -> str:
    near = get_close_matches(word.replace("_", "-"), words, 1)
    return f" Did you mean “{near[0]}”?" if near else ""


def _all(words: tuple[str, ...]) -> str:
    return f"There are {', '.join(words[:-1])} and {words[-1]}."


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"“{value}”" if value else "empty"
    if isinstance(value, int | float | date | datetime):
        return str(value)
    return "a list" if isinstance(value, list) else "a table"


def _names(folder: Path) -> list[str]:
    try:
        return [entry.name for entry in folder.iterdir()]
    except OSError:
        return []
