"""Parquet tables of papers, under the same column names as other tables, to papers."""

from __future__ import annotations

import shutil
import tempfile
from typing import IO, TYPE_CHECKING, Any

from semsearch.errors import MissingExtra, SourceError
from semsearch.ingest.formats.columns import Columns
from semsearch.paper import Paper, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semsearch.ingest.source import Source

_MAGIC = b"PAR1"
_ROWS = 1_000  # that are in memory at once


def is_parquet(begins: bytes) -> bool:
    """Whether a file that begins so is Parquet."""
    return begins.startswith(_MAGIC)


def read_parquet(source: Source) -> Iterator[Paper | Rejected]:
    """Read every row of a Parquet file; one that cannot be read is a `Rejected` with its number, from 1.

    What the file holds is said at its end, so it is copied to disk first: it may come from an archive.

    Raises:
        SourceError: The file is damaged, or has no column of titles.
        MissingExtra: pyarrow is not installed.
    """
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(source.bytes(), copy)
        copy.seek(0)
        yield from _rows(source.name, copy)


def _rows(name: str, file: IO[bytes]) -> Iterator[Paper | Rejected]:
    try:
        import pyarrow
        from pyarrow.parquet import ParquetFile
    except ImportError as error:
        raise MissingExtra("pyarrow", "formats") from error
    try:
        table = ParquetFile(file, memory_map=False, pre_buffer=False)
        names = table.schema_arrow.names
        every = Columns.of(names)
        if not every.has_papers:
            raise SourceError(
                f"is Parquet, but no table of papers: its columns are {', '.join(names[:20])}.",
                where=name,
                hint='Call the columns "title", "abstract", "authors", "year", "doi".',
            )
        used = [names[place] for place in every.places]
        columns, number = Columns.of(used), 0
        for batch in table.iter_batches(_ROWS, columns=used, use_threads=False):
            for index in range(batch.num_rows):
                number += 1
                where = f"{name}:{number}"
                item = _row(columns, batch, index, where)
                if item is not None:
                    yield item
    except (pyarrow.ArrowException, OSError) as error:
        reason = str(error).split("\n", 1)[0].rstrip(".")
        raise SourceError(
            f"is damaged or cut short ({reason}).", where=name, hint="Write or fetch it again."
        ) from error


def _row(columns: Columns, batch: Any, index: int, where: str) -> Paper | Rejected | None:
    try:
        cells = [batch.column(place)[index].as_py() for place in range(batch.num_columns)]
    except UnicodeDecodeError as error:
        return Rejected(
            where, f"not UTF-8: byte 0x{error.object[error.start]:02x}. Write the file again as UTF-8."
        )
    return columns.paper(cells, where)
