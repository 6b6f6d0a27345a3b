"""Papers to a published generation: embed, write, sync, check, publish."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semsearch.config import KEEP, RECALL
from semsearch.encode import CANARIES, Encoder, Vectors, sentences, unit
from semsearch.encode.bulk import Behind, Writable, cut, embed, fill
from semsearch.encode.cache import EmbeddingCache, key
from semsearch.encode.jobs import Runner
from semsearch.encode.multilingual import multilingual
from semsearch.errors import NothingToIndex
from semsearch.index import (
    added,
    compact,
    evidence,
    landscape,
    lexicon,
    lists,
    names,
    outcome,
    papers,
    texts,
    titles,
    vectors,
    words,
)
from semsearch.index import manifest as manifests
from semsearch.index.calibration import calibrate
from semsearch.index.files import storage
from semsearch.index.gate import Gate, Verdict, by_source
from semsearch.index.generation import open_generation
from semsearch.index.harvesting import Harvested
from semsearch.index.manifest import Counts, Manifest, Recipe
from semsearch.index.progress import Progress, Silent, Timed
from semsearch.index.store import Store, record
from semsearch.ingest.language import spoken
from semsearch.paper import Paper, Rejected

SHARD = 250  # papers that a runner is given at a time: a minute or two of one core
_AT_ONCE = 50_000  # papers whose texts are in memory twice, to be encoded
_PARTS = {part.__name__.rpartition(".")[2]: part.write for part in (papers, words, titles, texts, names)}
_LIBRARIES = ("semsearch", "faiss-cpu", "numpy", "sentence-transformers", "torch")


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    Attributes:
        generation: Id of the generation it published.
        counts: What became of the records.
        rejected: The records that could not be used.
        pruned: Ids of the old generations it removed.
        seconds: How long it took, the reading of files included where semsearch read them.
        stages: The seconds of each step, in their order.
        placed_by: What placed the papers on the map; see `semsearch.index.placement`.
        verdict: What the gate found before it was published.
        config: The ``semsearch.toml`` that it followed; None where there was none.
        harvests: What became of asking services.
    """

    generation: str
    counts: Counts
    rejected: tuple[Rejected, ...]
    pruned: tuple[str, ...]
    seconds: float
    stages: Mapping[str, float]
    placed_by: str
    verdict: Verdict
    config: str | None = None
    harvests: tuple[Harvested, ...] = ()


@dataclass(frozen=True, slots=True)
class _Embedding:
    """The vectors of one build, and what it took to make them."""

    documents: Vectors
    windowed: int
    sentences: int
    embedded: int
    keys: set[bytes]


def build(
    corpus: Sequence[Paper],
    root: str | Path,
    encoder: Encoder,
    *,
    rejected: Sequence[Rejected] = (),
    sources: Sequence[str] = (),
    papers_of: Mapping[str, int] | None = None,
    recipe: Recipe | None = None,
    keep: int = KEEP,
    exact: bool = False,
    memory: int | None = None,
    recall: float = RECALL,
    gate: Gate | None = None,
    progress: Progress | None = None,
    runner: Runner | None = None,
    shards: int | None = None,
) -> BuildReport:
    """Build a generation from papers and publish it.

    Nothing that readers see changes before the last step. A build that is interrupted, however, leaves the
    published generation as it was, and its vectors are in the cache for the next one.

    Args:
        corpus: Papers with distinct ids, in the order of their rows.
        root: The data root; made when missing.
        encoder: Makes the vectors.
        rejected: Records that could not be used, to be counted and listed.
        sources: Where the papers came from, for `semsearch rebuild`.
        papers_of: How many records of each of them can be used; None to count papers by the file they name.
        recipe: How they were read, for the same; None where nothing was said.
        keep: How many generations stay, this one included.
        exact: Search vectors exactly, however many papers there are.
        memory: Bytes that the index of vectors may take from 100,000 papers on; None for no limit.
        recall: What it must find there of what is nearest.
        gate: What it must show to be published; None for what every index must.
        progress: Told of every step.
        runner: Encodes what the cache does not know, a shard of papers at a time, and fills the index of
            vectors; None for this process.
        shards: How many parts the papers are cut into for it; None for parts of 250 papers.

    Raises:
        NothingToIndex: There is no paper.
        ValueError: Two papers have the same id.
        BuildHeld: It does not show what it must; the published generation stays.
        IndexBusy: Another process is writing here.
        IndexDamaged: ``CURRENT`` does not say what is published.
        StorageError: The disk is full or may not be written, or the memory is too little.
    """
    from importlib.metadata import version

    gate = gate or Gate()
    progress = progress if isinstance(progress, Timed) else Timed(progress or Silent())
    if not corpus:
        raise NothingToIndex("no paper was found.", where=", ".join(sources), hint="Check the files named.")
    if len({paper.id for paper in corpus}) != len(corpus):
        raise ValueError("two papers have the same id")

    if not exact and len(corpus) >= vectors.APPROXIMATE_FROM:
        lists.fitting(len(corpus), encoder.passport.dim, memory)  # or nothing needs to be encoded

    store = Store(Path(root))
    with store.lock(), EmbeddingCache(store.cache, encoder.passport) as cache, store.staging() as staging:
        parent = store.current()
        with storage(staging):
            embedding = _embed(corpus, encoder, cache, staging, progress, runner, shards)
            translator = multilingual()
            with EmbeddingCache(store.cache, translator.passport) as word_cache:
                word_cache.keep_only(lexicon.write(staging, corpus, translator, word_cache, progress))
            progress.step("vectors")
            of_titles = compact.opened(staging / evidence.TITLES, *embedding.documents.shape)
            spec = vectors.write(
                staging,
                embedding.documents,
                questions=unit(of_titles[vectors.sample(len(corpus))]),
                exact=exact,
                memory=memory,
                recall=recall,
                runner=runner,
            )
            for name, write in _PARTS.items():
                progress.step(name, len(corpus))
                write(staging, corpus, progress.advance)
            placed_by = landscape.write(staging, corpus, embedding.documents, store, progress)
            progress.step("describe")
            now = datetime.now(UTC)
            added.write(staging, corpus, now, added.known(store))
            np.save(staging / manifests.CANARIES, encoder.encode_documents(CANARIES))
            outcome.write(staging, corpus, rejected)
            manifest = Manifest(
                created=now.isoformat(timespec="seconds"),
                parent=parent,
                encoder=encoder.passport,
                lexicon=translator.passport,
                vectors=spec,
                counts=_counts(corpus, rejected, embedding),
                sources=tuple(sources),
                papers_of=by_source(corpus) if papers_of is None else papers_of,
                recipe=replace(recipe or Recipe(), exact=exact, memory=memory, recall=recall),
                golden=gate.questions.path if gate.questions else None,
                calibration=calibrate(
                    encoder,
                    of_titles,
                    embedding.documents,
                ),
                files=record(staging),
                software={name: version(name) for name in _LIBRARIES},
            )
        progress.step("sync")
        generation = store.seal(staging, manifest)
        progress.step("check")
        opened = open_generation(store, generation)
        progress.step("judge")
        verdict = gate.judge(store, opened, encoder)
        progress.step("publish")
        store.publish(generation)
        progress.step("tidy")
        pruned = store.prune(keep)  # first, so that a full disk has room for what the cache writes
        cache.keep_only(embedding.keys)
        if runner is not None:
            runner.done()
        progress.step("done")
    stages = progress.seconds
    return BuildReport(
        generation,
        manifest.counts,
        tuple(rejected),
        tuple(pruned),
        sum(stages.values()),
        stages,
        placed_by,
        verdict,
    )


def document_text(paper: Paper) -> str:
    """What of a paper is embedded as one text."""
    return f"{paper.title}. {paper.abstract}" if paper.abstract else paper.title


def texts_of(paper: Paper, spans: Iterable[Sequence[int]]) -> list[str]:
    """All texts of a paper that are embedded: the whole, the title, and the sentences at these offsets."""
    return [document_text(paper), paper.title, *(paper.abstract[a:b] for a, b in spans)]


def _embed(
    corpus: Sequence[Paper],
    encoder: Encoder,
    cache: EmbeddingCache,
    staging: Path,
    progress: Progress,
    runner: Runner | None,
    shards: int | None,
) -> _Embedding:
    """Encode papers, titles and sentences; the latter two go straight to their files."""
    progress.step("split", len(corpus))
    spans = array("i")
    starts = [0]
    for paper in corpus:
        language = spoken(paper.abstract, paper.language)
        spans.extend(chain.from_iterable(sentences.split(paper.abstract, language)))
        starts.append(len(spans) // 2)
        progress.advance(1)
    said, dim = np.array(spans, dtype=np.int32).reshape(-1, 2), encoder.passport.dim
    np.save(staging / evidence.SPANS, said)
    np.save(staging / evidence.STARTS, np.array(starts, dtype=np.int64))

    embedded = 0
    if runner is not None:
        embedded = _run(corpus, starts, said, cache, progress, runner, shards)
    progress.step("embed", 2 * len(corpus) + len(said))
    documents = np.empty((len(corpus), dim), dtype=np.float32)
    titles = compact.create(staging / evidence.TITLES, len(corpus), dim)
    quotes = compact.create(staging / evidence.SENTENCES, len(said), dim)
    windowed = 0
    keys = set[bytes]()
    for start in range(0, len(corpus), _AT_ONCE):
        part = corpus[start : start + _AT_ONCE]
        first, last = starts[start], starts[start + len(part)]
        of_paper = np.repeat(np.arange(len(part)), np.diff(starts[start : start + len(part) + 1]))
        places = zip(of_paper.tolist(), said[first:last].tolist(), strict=True)
        texts: tuple[tuple[Writable, int, list[str]], ...] = (
            (documents, start, [document_text(paper) for paper in part]),
            (titles, start, [paper.title for paper in part]),
            (
                quotes,
                first,
                [part[i].abstract[a:b] for i, (a, b) in places],
            ),
        )
        for out, offset, of_part in texts:
            embedded += embed(encoder, cache, of_part, Behind(out, offset), progress.advance)
            keys.update(map(key, of_part))
        windowed += encoder.over_limit(texts[0][2])
    return _Embedding(documents, windowed, len(said), embedded, keys)


def _run(
    corpus: Sequence[Paper],
    starts: Sequence[int],
    said: NDArray[np.int32],
    cache: EmbeddingCache,
    progress: Progress,
    runner: Runner,
    shards: int | None,
) -> int:
    """Have a runner encode what the cache does not know, shard by shard; returns how many texts that was."""
    size = ceil(len(corpus) / shards) if shards else SHARD
    progress.step("shards", ceil(len(corpus) / size))
    at_once, embedded = size * max(1, _AT_ONCE // size), 0
    for start in range(0, len(corpus), at_once):
        block = corpus[start : start + at_once]
        texts = (
            texts_of(paper, said[starts[i] : starts[i + 1]].tolist()) for i, paper in enumerate(block, start)
        )
        wanted = cut(cache, texts, size)
        progress.advance(ceil(len(block) / size) - len(wanted))
        embedded += fill(runner, cache, wanted, progress.advance)
    return embedded


def _counts(corpus: Sequence[Paper], rejected: Sequence[Rejected], embedding: _Embedding) -> Counts:
    return Counts(
        papers=len(corpus),
        without_abstract=sum(not paper.abstract for paper in corpus),
        truncated=sum(paper.truncated for paper in corpus),
        rejected=len(rejected),
        merged=sum(max(0, len(paper.versions) - 1) for paper in corpus),
        windowed=embedding.windowed,
        sentences=embedding.sentences,
        embedded=embedding.embedded,
    )
