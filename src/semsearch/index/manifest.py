"""The passport of a generation: what it holds, how it was made, and the checksum of every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from semsearch.encode import Passport
from semsearch.errors import IndexDamaged, IndexForeign

SCHEMA = 5
CANARIES = "canaries.npy"


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
        merged: Records that were merged into others; the versions of a paper say which.
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
    """How vectors are searched: ``Flat`` when exact, or FAISS's factory string, and the recall@10 of that."""

    spec: str
    recall: float


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
        papers_of: How many papers came from each of them.
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
        raw: dict[str, Any] = json.loads(text)
        schema = raw["schema"]
    except (ValueError, KeyError, TypeError) as error:
        raise IndexDamaged("the manifest cannot be read.", where=where, hint=MEND) from error
    if schema != SCHEMA:
        raise IndexForeign(
            f"is in format {schema}, and this semsearch reads format {SCHEMA}.",
            where=where,
            hint="Build it again: semsearch index SOURCE...",
        )
    try:
        raw["encoder"] = Passport(**raw["encoder"])
        raw["lexicon"] = Passport(**raw["lexicon"])
        raw["vectors"] = VectorSpec(**raw["vectors"])
        raw["counts"] = Counts(**raw["counts"])
        raw["sources"] = tuple(raw["sources"])
        raw["files"] = {name: FileRecord(**record) for name, record in raw["files"].items()}
        return Manifest(**raw)
    except (KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(f"the manifest lacks something ({error}).", where=where, hint=MEND) from error


MEND = (
    "Go back to an earlier generation (semsearch generations, semsearch rollback ID) "
    "or build again (semsearch rebuild, or semsearch index SOURCE...)."
)
