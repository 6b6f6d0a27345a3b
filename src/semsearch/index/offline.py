"""From files to a published index: what ``semsearch index`` and ``scripts/build_index.py`` both do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from semsearch.encode import DEFAULT, choosing
from semsearch.encode.runtime import RuntimeName
from semsearch.errors import NothingToIndex, SourceError
from semsearch.index.build import BuildReport, build
from semsearch.index.files import storage
from semsearch.index.gate import Gate
from semsearch.index.lists import RECALL
from semsearch.index.manifest import Manifest
from semsearch.index.progress import Progress, Silent, Timed
from semsearch.index.store import Store
from semsearch.ingest.reader import read


def build_from_sources(
    sources: Sequence[str],
    root: Path,
    *,
    encoder: str | None = None,
    runtime: RuntimeName = "auto",
    keep: int,
    exact: bool = False,
    memory: int | None = None,
    recall: float = RECALL,
    gate: Gate | None = None,
    keep_duplicates: bool = False,
    max_rejected: int | None = None,
    progress: Progress | None = None,
) -> BuildReport:
    """Read files of papers, build a generation and publish it.

    Args:
        sources: Files, folders, archives or ``-``; remembered in the manifest by their absolute paths.
        root: Folder of the index.
        encoder: Name or path of a sentence-transformers model; None for the embedded default.
        runtime: What runs it, see `choosing.load`.
        keep: How many generations stay.
        exact: Search vectors exactly, however many papers there are.
        memory: Bytes that the index of vectors may take from 100,000 papers on; None for no limit.
        recall: What it must find there of what is nearest.
        gate: What it must show to be published.
        keep_duplicates: Leave records of one paper apart.
        max_rejected: Give up when more records cannot be used; None for no limit.
        progress: Told of every step.

    Raises:
        SourceError: A file cannot be read at all, or was changed while it was read.
        NothingToIndex: The files hold no usable paper.
        EncoderError, IndexBusy, BuildHeld, StorageError: As `build`.
    """
    progress = Timed(progress or Silent())
    progress.step("read")
    with _unchanged(sources):
        papers, rejected = read(
            *sources, keep_duplicates=keep_duplicates, max_rejected=max_rejected, advance=progress.advance
        )
    if not papers:
        reasons = "; ".join(f"{item.where}: {item.why.rstrip('.')}" for item in rejected[:3])
        raise NothingToIndex(
            f"no paper could be read ({reasons})." if reasons else "no paper was found.",
            where=", ".join(sources),
            hint="semsearch convert SOURCE shows what becomes of each record.",
        )
    progress.step("load")
    with storage(root):
        model = choosing.load(encoder or DEFAULT, exports=Store(root).encoders, runtime=runtime)
    paths = [source if source == "-" else str(Path(source).resolve()) for source in sources]
    return build(
        papers,
        root,
        model,
        rejected=rejected,
        sources=paths,
        keep=keep,
        exact=exact,
        memory=memory,
        recall=recall,
        gate=gate,
        progress=progress,
    )


@contextlib.contextmanager
def _unchanged(sources: Sequence[str]) -> Iterator[None]:
    """Hold files to what they were at the beginning: an index is of one state of each, or is not made.

    Raises:
        SourceError: One was changed meanwhile, which also explains whatever error it was read with.
    """
    before = [_stamp(source) for source in sources]
    try:
        yield
    finally:
        for source, stamp in zip(sources, before, strict=True):
            if stamp and _stamp(source) != stamp:
                raise SourceError(
                    "was changed while it was read.",
                    where=source,
                    hint="Run the same command again when nobody writes to it.",
                )


def _stamp(source: str) -> tuple[int, ...]:
    """What tells one state of a file from another; empty where there is none."""
    try:
        found = Path(source).stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def recorded(root: Path) -> Manifest:
    """The manifest of the published generation: its sources, encoder and golden questions make the next one.

    Raises:
        IndexMissing, IndexDamaged, IndexForeign: There is no published generation to ask.
        SourceError: It was built from Python, without naming sources, or from standard input.
    """
    store = Store(root)
    manifest = store.manifest(store.published())
    if not manifest.sources or "-" in manifest.sources:
        raise SourceError(
            "the published index was built from standard input, or does not say from which files.",
            where=root,
            hint="Name them once: semsearch index SOURCE...",
        )
    return manifest
