"""What became of the records of a build: those that could not be used, and those that were merged."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from semsearch.errors import IndexDamaged
from semsearch.index.files import unreadable
from semsearch.index.manifest import MEND
from semsearch.index.store import Store
from semsearch.ingest.duplicates.merging import merger
from semsearch.paper import Paper, Rejected

REJECTED = "rejected.jsonl"
MERGED = "merged.jsonl"


def write(folder: Path, corpus: Sequence[Paper], rejected: Sequence[Rejected]) -> None:
    """Write both lists."""
    _write(folder / REJECTED, map(asdict, rejected))
    _write(folder / MERGED, (merger(paper) for paper in corpus if paper.versions))


def read(store: Store, generation: str, name: str) -> list[dict[str, Any]]:
    """One of the lists: objects with ``where`` and ``why``, or as `merger` makes them.

    Raises:
        IndexMissing, IndexForeign, IndexDamaged: There is no such generation, or the file cannot be read.
    """
    path = store.path(generation) / name
    try:
        return list(_objects(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise unreadable(path, error) from error
    except (ValueError, RecursionError) as error:
        raise IndexDamaged(f"cannot be read ({error}).", where=path, hint=MEND) from error


def _write(path: Path, records: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as stream:
        for item in records:
            stream.write(json.dumps(item, ensure_ascii=False) + "\n")


def _objects(text: str) -> Iterator[dict[str, Any]]:
    for line in text.split("\n"):
        if line:
            yield json.loads(line)
