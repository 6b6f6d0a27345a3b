"""Reading the hand-written files of services as a user's file is read."""

from __future__ import annotations

from pathlib import Path

from semsearch.ingest.formats.jsonl import read_jsonl
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Rejected
from tests.support import source_of

DATA = Path(__file__).parents[3] / "data"


def read(text: str, name: str = "a.json") -> list[Paper | Rejected]:
    return list(read_jsonl(Source.of(name, text)))


def papers(name: str) -> list[Paper]:
    """The papers of a good file, of which every record is one."""
    items = read((DATA / name).read_text(encoding="utf-8"), name)
    assert [item for item in items if isinstance(item, Rejected)] == []
    return [item for item in items if isinstance(item, Paper)]


def outcomes(name: str) -> list[str]:
    """What becomes of each record of a malformed file: the title of a paper, or place and reason."""
    items = read((DATA / name).read_text(encoding="utf-8"), "m")
    return [item.title if isinstance(item, Paper) else f"{item.where}: {item.why}" for item in items]


def counts(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Papers, abstracts and rejected records of each real file in a folder."""
    found = {}
    for file in sorted(folder.iterdir()):
        items = list(read_jsonl(source_of(file)))
        papers = [item for item in items if isinstance(item, Paper)]
        found[file.name] = (
            len(papers),
            sum(bool(paper.abstract) for paper in papers),
            len(items) - len(papers),
        )
    return found
