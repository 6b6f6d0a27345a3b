"""Many texts to vectors: each distinct text once, from the cache when it is there, in even batches."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from semsearch.encode.cache import EmbeddingCache, key
from semsearch.encode.encoder import Encoder

_CHUNK = 512  # texts encoded and stored at a time: what a killed build loses at most


class Writable(Protocol):
    """Where vectors go: an array, or what can be written as one."""

    def __setitem__(self, rows: Any, vectors: Any, /) -> None:
        """Replace some vectors."""
        ...


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

    keys = list(places)
    missing: list[bytes] = []
    for start in range(0, len(keys), _CHUNK):
        part = keys[start : start + _CHUNK]
        known = cache.get(part)
        for name in part:
            if name in known:
                out[places[name]] = known[name]
                advance(len(places[name]))
            else:
                missing.append(name)

    # Texts of one length share a batch without padding. The batches then go in a shuffled order, so that
    # the time left which the first ones promise is the time it takes.
    missing.sort(key=lambda name: len(texts[places[name][0]]))
    chunks = [missing[start : start + _CHUNK] for start in range(0, len(missing), _CHUNK)]
    random.Random(0).shuffle(chunks)  # noqa: S311 -- nothing secret
    for chunk in chunks:
        vectors = encoder.encode_documents([texts[places[name][0]] for name in chunk])
        cache.put(chunk, vectors)
        for name, vector in zip(chunk, vectors, strict=True):
            out[places[name]] = vector
            advance(len(places[name]))
    return len(missing)
