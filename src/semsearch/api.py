"""The Python interface: read, build, open."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from semsearch.config import KEEP, RECALL
from semsearch.encode import DEFAULT, Encoder, choosing
from semsearch.index.build import BuildReport
from semsearch.index.build import build as _build
from semsearch.index.files import storage
from semsearch.index.progress import Progress
from semsearch.index.store import Store
from semsearch.ingest.reader import read
from semsearch.paper import Paper, Rejected
from semsearch.search import open_searcher as open  # noqa: A004 -- the contract's name
from semsearch.search.golden import gate

__all__ = ["build", "open", "read"]


def build(
    papers: Sequence[Paper],
    root: str | Path = "index",
    *,
    encoder: str | Encoder = DEFAULT,
    rejected: Sequence[Rejected] = (),
    sources: Sequence[str] = (),
    keep: int = KEEP,
    exact: bool = False,
    memory: int | None = None,
    recall: float = RECALL,
    golden: str | Path | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> BuildReport:
    """Embed papers, write a generation and publish it.

    Args:
        papers: With distinct ids.
        root: The folder of the index; made when missing.
        encoder: Name or path of a sentence-transformers model, or an encoder that is already loaded.
        rejected: Records that could not be used, to be counted and listed in the index.
        sources: Where the papers came from, for ``semsearch rebuild``.
        keep: How many generations stay, this one included.
        exact: Search vectors exactly, even in 100,000 papers and more.
        memory: Bytes that the index of vectors may take there; None for no limit.
        recall: What it must find there of what is nearest.
        golden: File of golden questions, which the index must answer to be published.
        force: Publish whatever the gate finds.
        progress: Told of every step.

    Raises:
        NothingToIndex, IndexBusy, StorageError, EncoderError, BuildHeld, SourceError: What keeps the index
            from being built or published; the published generation stays as it was.
    """
    judged_by = gate(golden, force=force)
    if isinstance(encoder, str):
        with storage(Path(root)):
            encoder = choosing.load(encoder, exports=Store(Path(root)).encoders)
    return _build(
        papers,
        root,
        encoder,
        rejected=rejected,
        sources=sources,
        keep=keep,
        exact=exact,
        memory=memory,
        recall=recall,
        gate=judged_by,
        progress=progress,
    )
