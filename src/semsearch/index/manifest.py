"""The passport of a generation: what it holds, how it was made, and the checksum of every file."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from semsearch.config import RECALL
from semsearch.encode import Passport
from semsearch.errors import IndexDamaged, IndexForeign

SCHEMA = 6
CANARIES = "canaries.npy"
_CALIBRATION = {"french", "foreign_mean", "foreign_std", "pair_mean", "pair_std"}  # see index.calibration


@dataclass(frozen=True, slots=True)
class FileRecord:
    """Size in bytes and SHA-256 of one file of a generation."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the records that were read.

    Attributes:
        papers: Records in the index.
        without_abstract: Papers among them that have a title alone.
        truncated: Abstracts that the source itself cuts short.
        rejected: Records that could not be used; ``rejected.jsonl`` lists them.
        merged: Records that were merged into others; ``merged.jsonl`` lists them.
        windowed: Texts longer than the encoder reads at once, and therefore read in windows.
        sentences: Sentences of abstracts that have a vector.
        embedded: Texts encoded by this build; the other vectors came from the cache.
    """

    papers: int
    without_abstract: int
    truncated: int
    rejected: int
    merged: int
    windowed: int
    sentences: int
    embedded: int


@dataclass(frozen=True, slots=True)
class VectorSpec:
    """How vectors are searched, and what that finds.

    Attributes:
        spec: ``Flat`` when exact, or else FAISS's factory string.
        recall: Of the 10 nearest papers, against exact search.
        deep_recall: Of the 200 nearest, which are what a question takes.
        probes: How many lists a question reads; 0 where there are none.
        memory: Bytes that questions go through again and again, beside the papers they find.
    """

    spec: str
    recall: float
    deep_recall: float = 1.0
    probes: int = 0
    memory: int = 0


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a rebuild must know beside the sources, to do as the build did.

    Attributes:
        config: The ``semsearch.toml`` that it followed, an absolute path; None where there was none.
        exact: Vectors are searched exactly, however many papers there are.
        memory: Bytes that the index of vectors may take; None for no limit.
        recall: What it must find of what is nearest.
        keep_duplicates: Records of one paper were left apart.
        max_rejected: How many records might be unusable; None for any number.
    """

    config: str | None = None
    exact: bool = False
    memory: int | None = None
    recall: float = RECALL
    keep_duplicates: bool = False
    max_rejected: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself.

    Attributes:
        created: UTC time of the build, ISO 8601.
        parent: Id of the generation that was published before, or None.
        encoder: Passport of the encoder that made the vectors.
        lexicon: Passport of the multilingual encoder of its words.
        vectors: The FAISS index.
        counts: What became of the records.
        sources: The files it was built from, absolute paths; ``semsearch rebuild`` reads them again.
        papers_of: How many records of each of them could be used, those merged into others included.
        recipe: How they were read and indexed; a rebuild does the same.
        golden: The file of golden questions, an absolute path; None where there is none.
        calibration: What unrelated questions score in this index; see `semsearch.index.calibration`.
        files: Every file of the generation but the manifest itself.
        software: Versions of the libraries that wrote it.
        schema: Version of the on-disk format.
    """

    created: str
    parent: str | None
    encoder: Passport
    lexicon: Passport
    vectors: VectorSpec
    counts: Counts
    sources: tuple[str, ...]
    papers_of: Mapping[str, int]
    recipe: Recipe
    golden: str | None
    calibration: Mapping[str, float]
    files: Mapping[str, FileRecord]
    software: Mapping[str, str] = field(default_factory=dict)
    schema: int = SCHEMA

    def to_json(self) -> str:
        """The manifest as it stands on disk."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def digest(text: str) -> str:
    """The part of a generation's id that its manifest decides, so that neither can change alone."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def parse(text: str, where: object) -> Manifest:
    """Read a manifest back.

    Raises:
        IndexDamaged: It is not a manifest.
        IndexForeign: Another version of semsearch wrote it, in another format.
    """
    try:
        raw: Any = json.loads(text)
        schema = raw["schema"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexDamaged("the manifest cannot be read.", where=where, hint=MEND) from error
    if schema != SCHEMA:
        raise IndexForeign(
            f"is in format {schema}, and this semsearch reads format {SCHEMA}.",
            where=where,
            hint="Build it again: semsearch index SOURCE...",
        )
    try:
        manifest: Manifest = _as(Manifest, raw, "it")
        datetime.fromisoformat(manifest.created)
        if missing := _CALIBRATION - set(manifest.calibration):
            raise ValueError(f"calibration lacks {', '.join(sorted(missing))}")
    except ValueError as error:
        raise IndexDamaged(f"the manifest does not hold ({error}).", where=where, hint=MEND) from error
    return manifest


def _as(kind: Any, raw: Any, name: str) -> Any:
    """A value from JSON, as the type it is declared with.

    Raises:
        ValueError: It is of another.
    """
    origin, of = get_origin(kind), get_args(kind)
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(raw, dict):
        fields = _fields(kind)
        if raw.keys() != fields.keys():
            raise ValueError(f"{name} lacks or adds {', '.join(sorted(raw.keys() ^ fields.keys()))}")
        return kind(**{field: _as(fields[field], value, field) for field, value in raw.items()})
    if origin is UnionType:
        return None if raw is None else _as(of[0], raw, name)
    if origin is tuple and isinstance(raw, list):
        return tuple(_as(of[0], value, name) for value in raw)
    if origin is Mapping and isinstance(raw, dict):
        return {key: _as(of[1], value, f"{name} of {key}") for key, value in raw.items()}
    if kind is float and type(raw) in {int, float} and math.isfinite(raw):
        return float(raw)
    if kind in {bool, int, str} and type(raw) is kind and not (kind is int and raw < 0):
        return raw
    raise ValueError(f"{name} is {json.dumps(raw)[:40]}")


@cache
def _fields(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


MEND = (
    "Go back to an earlier generation (semsearch generations, semsearch rollback ID) "
    "or build again (semsearch rebuild, or semsearch index SOURCE...)."
)
