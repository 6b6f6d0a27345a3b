"""An opened generation: checked against its manifest, then read by whoever answers from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semsearch.encode import CANARIES as TEXTS
from semsearch.encode import Vectors
from semsearch.errors import IndexDamaged, IndexMissing
from semsearch.index import added
from semsearch.index.added import Times
from semsearch.index.arrays import mapped, seen_before
from semsearch.index.evidence import PaperSentences
from semsearch.index.landscape import Landscape
from semsearch.index.lexicon import Lexicon
from semsearch.index.manifest import CANARIES, MEND, Manifest
from semsearch.index.names import PaperNames
from semsearch.index.papers import FILE as PAPERS
from semsearch.index.papers import PaperTable
from semsearch.index.seals import seals
from semsearch.index.store import Store
from semsearch.index.texts import PaperTexts
from semsearch.index.titles import PaperTitles
from semsearch.index.vectors import FILE as VECTORS
from semsearch.index.vectors import PaperVectors
from semsearch.index.words import PaperWords


@dataclass(frozen=True, slots=True)
class Generation:
    """One immutable build; row ``i`` is the same paper in every part."""

    id: str
    folder: Path
    encoders: Path
    manifest: Manifest
    papers: PaperTable
    vectors: PaperVectors
    words: PaperWords
    sentences: PaperSentences
    lexicon: Lexicon
    titles: PaperTitles
    texts: PaperTexts
    names: PaperNames
    added: Times
    landscape: Landscape
    canaries: Vectors


def open_generation(store: Store, generation: str | None = None, *, thoroughly: bool = False) -> Generation:
    """Open a generation, by default the published one, after checking every file of it.

    Args:
        store: The index.
        generation: Its id; None for the published one.
        thoroughly: Read every byte, also of large files that are known to be the same since they were last
            read through; see `semsearch.index.seals`.

    Raises:
        IndexMissing: There is none.
        IndexDamaged: A file is missing, shortened or changed, or the parts do not fit together.
        IndexForeign: It is of another format.
    """
    if generation is not None:
        store.path(generation)
        return _open(store, generation, thoroughly=thoroughly)
    published = store.published()
    while True:
        try:
            return _open(store, published, thoroughly=thoroughly)
        except (IndexMissing, IndexDamaged):
            # A build may have published a newer generation and pruned this one since CURRENT was read.
            newer = store.published()
            if newer == published:
                raise
            published = newer


def _open(store: Store, generation: str, *, thoroughly: bool) -> Generation:
    manifest, folder = store.manifest(generation), store.generations / generation
    now = seals(folder, store.large_files(manifest))
    known = frozenset[str]() if thoroughly else store.unchanged(manifest, generation, now)
    store.verify(generation, known)
    with seen_before({folder / name for name in known}):
        opened = _parts(store, generation, manifest)
    if len(known) < len(now):
        store.remember(generation, now)
    return opened


def _parts(store: Store, generation: str, manifest: Manifest) -> Generation:
    folder = store.generations / generation
    expected, dim = manifest.counts.papers, manifest.encoder.dim
    papers, vectors = PaperTable(folder), PaperVectors(folder)
    if len(papers) != expected:
        raise _others(folder / PAPERS, f"{len(papers):,} papers, and {expected:,} were indexed.")
    if (len(vectors), vectors.dim) != (expected, dim):
        raise _others(
            folder / VECTORS,
            f"{len(vectors):,} vectors of {vectors.dim} dimensions, and {expected:,} of {dim} were indexed.",
        )
    canaries: Vectors = mapped(folder / CANARIES, np.float32, len(TEXTS), dim)
    return Generation(
        generation,
        folder,
        store.encoders,
        manifest,
        papers,
        vectors,
        PaperWords(folder, expected),
        PaperSentences(folder, expected, manifest.counts.sentences, dim),
        Lexicon(folder, manifest.lexicon.dim),
        PaperTitles(folder, expected),
        PaperTexts(folder, expected),
        PaperNames(folder, expected),
        added.opened(folder, expected),
        Landscape(folder, expected),
        canaries,
    )


def _others(path: Path, held: str) -> IndexDamaged:
    return IndexDamaged(f"holds {held}", where=path, hint=MEND)
