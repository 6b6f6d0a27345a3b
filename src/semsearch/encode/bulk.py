"""Many texts to vectors: each distinct text once, from the cache when it is there, in even batches."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from semsearch.encode.cache import EmbeddingCache, key
from semsearch.encode.encoder import Encoder, Vectors

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
    for chunk in chunks:
        vectors = encoder.encode_documents([texts[places[name][0]] for name in chunk])
        cache.put(chunk, vectors)
        advance(_put(out, [places[name] for name in chunk], vectors))
    return len(missing)


def _put(out: Writable, places: Sequence[Sequence[int]], vectors: Vectors) -> int:
    """Write each vector to all of its places; returns how many these are."""
    rows = np.fromiter(chain.from_iterable(places), dtype=np.int64)
    out[rows] = vectors.repeat([len(of_one) for of_one in places], axis=0)
    return len(rows)
