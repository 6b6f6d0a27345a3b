"""Papers set aside on the disk while they are compared, so that memory holds none of them."""

from __future__ import annotations

import json
import os
import tempfile
from array import array
from collections.abc import Iterator
from typing import Any

from semsearch.paper import Original, Paper, Translation, Version

_NESTED = slice(Paper.__slots__.index("translations"), Paper.__slots__.index("versions") + 1)
_ORIGINAL = Paper.__slots__.index("original")


class Spool:
    """A list of papers in a file without a name; to be used in a ``with`` block."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with the spool
        self._ends = array("Q", [0])

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._ends) - 1

    def append(self, paper: Paper) -> None:
        """Set one more aside."""
        written = self._file.write(_packed(paper))
        self._ends.append(self._ends[-1] + written)

    def __getitem__(self, row: int) -> Paper:
        self._file.flush()
        start, end = self._ends[row], self._ends[row + 1]
        return _unpacked(os.pread(self._file.fileno(), end - start, start))

    def __iter__(self) -> Iterator[Paper]:
        self._file.seek(0)
        for start, end in zip(self._ends, self._ends[1:], strict=False):
            yield _unpacked(self._file.read(end - start))


def _packed(paper: Paper) -> bytes:
    values = [getattr(paper, name) for name in Paper.__slots__]
    if paper.translations or paper.versions:
        values[_NESTED] = [[_values(each) for each in many] for many in values[_NESTED]]
    if paper.original:
        values[_ORIGINAL] = _values(paper.original)
    return json.dumps(values).encode()


def _values(record: Translation | Version | Original) -> list[Any]:
    return [getattr(record, name) for name in type(record).__slots__]


def _unpacked(packed: bytes) -> Paper:
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in json.loads(packed)]
    translations, versions = values[_NESTED]
    values[_NESTED] = [
        tuple(Translation(*each) for each in translations),
        tuple(Version(*each) for each in versions),
    ]
    values[_ORIGINAL] = Original(*values[_ORIGINAL]) if values[_ORIGINAL] else None
    return Paper(*values)
