"""Many texts to vectors: each distinct text once, from the cache when it is there, in even batches."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from semsearch.encode.cache import EmbeddingCache, key
from semsearch.encode.encoder import Encoder, Vectors
from semsearch.encode.jobs import Local, Runner

_CHUNK = 512  # texts encoded and stored at a time: what a killed build loses at most


class Writable(Protocol):
    """Where vectors go: an array, or what can be written as one."""

    def __setitem__(self, rows: Any, vectors: Any, /) -> None:
        """Replace some vectors."""
        ...


@dataclass(frozen=True, slots=True)
class Behind:
    """What is written goes behind so many vectors of something larger."""

    out: Writable
    start: int

    def __setitem__(self, rows: NDArray[np.int64], vectors: Vectors) -> None:
        """Replace some vectors, counted from there."""
        self.out[rows + self.start] = vectors


@dataclass(frozen=True, slots=True)
class Encoding:
    """The job of encoding texts in one piece.

    Attributes:
        fingerprint: Of the encoder.
        texts: Whose vectors it gives, in their order.
    """

    encodes: ClassVar[bool] = True
    fingerprint: str
    texts: Sequence[str]

    @property
    def name(self) -> str:
        """See `Job`."""
        return hashlib.sha256(self.fingerprint.encode() + b"".join(map(key, self.texts))).hexdigest()

    def run(self, encoder: Callable[[], Encoder]) -> Vectors:
        """The vectors, shape ``(len(texts), dim)``."""
        return encoder().encode_documents(self.texts)


def embed(
    encoder: Encoder,
    cache: EmbeddingCache,
    texts: Sequence[str],
    out: Writable,
    advance: Callable[[int], None],
) -> int:
    """Write the vector of ``texts[i]`` to ``out[i]``.

    Args:
        encoder: Encodes what the cache does not know.
        cache: Asked first; told every new vector, so that a build started again goes on from there.
        texts: Each no longer than the encoder's window.
        out: Shape ``(len(texts), dim)``; may be memory-mapped.
        advance: Called with the number of texts just finished.

    Returns:
        How many distinct texts had to be encoded.
    """
    places: dict[bytes, list[int]] = {}
    for place, text in enumerate(texts):
        places.setdefault(key(text), []).append(place)

    known: set[bytes] = set()
    for names, vectors in cache.find(places.keys()):
        known.update(names)
        advance(_put(out, [places[name] for name in names], vectors))
    missing = [name for name in places if name not in known]

    # Texts of one length share a batch without padding. The batches then go in a shuffled order, so that
    # the time left which the first ones promise is the time it takes.
    missing.sort(key=lambda name: len(texts[places[name][0]]))
    chunks = [missing[start : start + _CHUNK] for start in range(0, len(missing), _CHUNK)]
    random.Random(0).shuffle(chunks)  # noqa: S311 -- nothing secret
    jobs = (Encoding(cache.fingerprint, [texts[places[name][0]] for name in chunk]) for chunk in chunks)
    for number, vectors in Local(encoder).arrays(jobs):
        chunk = chunks[number]
        cache.put(chunk, vectors)
        advance(_put(out, [places[name] for name in chunk], vectors))
    return len(missing)


def cut(cache: EmbeddingCache, papers: Iterable[Iterable[str]], size: int) -> list[dict[bytes, str]]:
    """The texts that are to be encoded, cut by papers.

    Where a shard begins and ends depends on the papers alone. So a build that is started again, and knows the
    texts of the shards it finished, cuts the others as it did before.

    Args:
        cache: What it knows is left out.
        papers: The texts of each paper. A text that several say is encoded with the first of them.
        size: Papers of a shard.

    Returns:
        Texts by their keys in the cache, the shortest first; no shard without any.
    """
    of_papers = [{key(text): text for text in texts} for texts in papers]
    parts = [of_papers[start : start + size] for start in range(0, len(of_papers), size)]
    said = {name for texts in of_papers for name in texts}
    for known, _ in cache.find(said):
        said.difference_update(known)
    found: list[dict[bytes, str]] = []
    for part in parts:
        texts = {name: text for of_paper in part for name, text in of_paper.items() if name in said}
        said.difference_update(texts)
        found.append(dict(sorted(texts.items(), key=lambda item: len(item[1]))))
    return [texts for texts in found if texts]


def fill(
    runner: Runner, cache: EmbeddingCache, wanted: Sequence[dict[bytes, str]], advance: Callable[[int], None]
) -> int:
    """Have a runner encode shards, and put what comes of each into the cache, where `embed` finds it.

    Args:
        runner: Encodes.
        cache: Told the vectors of a shard as soon as there are any: what a killed build had is not lost.
        wanted: As `cut` gives them.
        advance: Called with 1 for each shard.

    Returns:
        How many distinct texts were encoded.
    """
    jobs = (Encoding(cache.fingerprint, [*texts.values()]) for texts in wanted)
    for number, vectors in runner.arrays(jobs):
        cache.put(wanted[number], vectors)
        advance(1)
    return sum(map(len, wanted))


def _put(out: Writable, places: Sequence[Sequence[int]], vectors: Vectors) -> int:
    """Write each vector to all of its places; returns how many these are."""
    rows = np.fromiter(chain.from_iterable(places), dtype=np.int64)
    out[rows] = vectors.repeat([len(of_one) for of_one in places], axis=0)
    return len(rows)
