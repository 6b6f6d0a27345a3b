"""Reading the hand-written XML files as a user's file is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from semsearch.ingest.formats import format_of
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Rejected
from tests.support import source_of

Reader = Callable[[Source], Iterator[Paper | Rejected]]
DATA = Path(__file__).parents[3] / "data"


def papers(name: str, reader: Reader) -> list[Paper]:
    """The papers of a good file, which is told to be of the reader's format, and of which all is read."""
    source = Source.of(name, (DATA / name).read_text(encoding="utf-8"))
    assert format_of(source).read is reader
    items = list(reader(source))
    assert [item for item in items if isinstance(item, Rejected)] == []
    return [item for item in items if isinstance(item, Paper)]


def outcomes(name: str, reader: Reader) -> list[str]:
    """What becomes of each record of a malformed file: the title of a paper, or place and reason."""
    source = Source.of("m", (DATA / name).read_text(encoding="utf-8"))
    assert format_of(source).read is reader
    return [item.title if isinstance(item, Paper) else f"{item.where}: {item.why}" for item in reader(source)]


def counts(folder: Path, reader: Reader) -> dict[str, tuple[int, int, int]]:
    """Papers, abstracts and rejected records of each real file in a folder."""
    found = {}
    for file in sorted(folder.iterdir()):
        source = source_of(file)
        assert format_of(source).read is reader
        items = list(reader(source))
        papers = [item for item in items if isinstance(item, Paper)]
        found[file.name] = (
            len(papers),
            sum(bool(paper.abstract) for paper in papers),
            len(items) - len(papers),
        )
    return found
