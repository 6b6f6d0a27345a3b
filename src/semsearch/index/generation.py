"""An opened generation: checked against its manifest, then read by whoever answers from it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from semsearch.encode import Vectors
from semsearch.errors import IndexDamaged, IndexMissing
from semsearch.index import added
from semsearch.index.added import Times
from semsearch.index.evidence import PaperSentences
from semsearch.index.landscape import Landscape
from semsearch.index.lexicon import Lexicon
from semsearch.index.manifest import CANARIES, MEND, Manifest
from semsearch.index.names import PaperNames
from semsearch.index.papers import PaperTable
from semsearch.index.store import Store
from semsearch.index.texts import PaperTexts
from semsearch.index.titles import PaperTitles
from semsearch.index.vectors import PaperVectors
from semsearch.index.words import PaperWords


@dataclass(frozen=True, slots=True)
class Generation:
    """One immutable build; row ``i`` is the same paper in every part."""

    id: str
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


def open_generation(store: Store, generation: str | None = None) -> Generation:
    """Open a generation, by default the published one, after checking every file of it.

    Raises:
        IndexMissing: There is none.
        IndexDamaged: A file is missing, shortened or changed, or the parts do not fit together.
        IndexForeign: It is of another format.
    """
    if generation is not None:
        store.path(generation)
        return _open(store, generation)
    published = store.published()
    while True:
        try:
            return _open(store, published)
        except (IndexMissing, IndexDamaged):
            # A build may have published a newer generation and pruned this one since CURRENT was read.
            newer = store.published()
            if newer == published:
                raise
            published = newer


def _open(store: Store, generation: str) -> Generation:
    manifest = store.verify(generation)
    folder = store.generations / generation
    papers, vectors = PaperTable(folder), PaperVectors(folder)
    expected = manifest.counts.papers
    if not len(papers) == len(vectors) == expected or vectors.dim != manifest.encoder.dim:
        raise IndexDamaged(
            f"{expected} papers were indexed, but {len(papers)} records and {len(vectors)} vectors are here.",
            where=folder,
            hint=MEND,
        )
    titles, texts = PaperTitles(folder, expected), PaperTexts(folder)
    if not titles.fits() or len(texts) != expected:
        raise IndexDamaged(
            f"{expected} papers were indexed, but their titles or texts are of others.",
            where=folder,
            hint=MEND,
        )
    return Generation(
        generation,
        store.encoders,
        manifest,
        papers,
        vectors,
        PaperWords(folder, expected),
        PaperSentences(folder),
        Lexicon(folder),
        titles,
        texts,
        PaperNames(folder),
        added.opened(folder, expected),
        Landscape(folder, expected),
        np.load(folder / CANARIES, allow_pickle=False),
    )
