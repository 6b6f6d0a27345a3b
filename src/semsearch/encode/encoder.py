"""What an encoder is: texts in, unit vectors out, and a passport that says which encoder it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

# Encoded when an index is built and again when it is opened: an encoder whose vectors moved is refused.
# Two languages, a formula, an acronym, a single word and a text longer than any window.
CANARIES = (
    "How do agents remember what they learned in an earlier task?",
    "Comment les réseaux de neurones généralisent-ils à des données jamais vues ?",
    "BERT",
    "The loss decays as O(1/√n) when α < 0.5 and the batch size doubles every 10³ steps.",
    "A long abstract says the same thing in many words. " * 60,
)
# Largest distance between two encodings of one canary. Another build of a library or another CPU moves a
# float32 vector by less than 1e-5 and bfloat16 by about 1e-2; another model by more than 0.5.
CANARY_TOLERANCE = 0.05


@dataclass(frozen=True, slots=True)
class Passport:
    """Everything that decides what vector a text gets.

    Attributes:
        name: Name or path the encoder was loaded by.
        revision: The publisher's revision of it, when known.
        weights_sha256: SHA-256 of the weights.
        template: How title and abstract become one text.
        pooling: How token vectors become one vector.
        normalisation: How the vector is scaled.
        max_tokens: Longest text read at once, in tokens; longer ones are read in windows.
        dim: Length of a vector.
    """

    name: str
    revision: str | None
    weights_sha256: str
    template: str
    pooling: str
    normalisation: str
    max_tokens: int
    dim: int

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all fields but the name: the same weights under another path are the same encoder."""
        fields = {key: value for key, value in asdict(self).items() if key not in {"name", "revision"}}
        return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()


class Encoder(Protocol):
    """Texts to float32 vectors of unit norm, shape ``(len(texts), dim)``."""

    @property
    def passport(self) -> Passport:
        """Which encoder this is."""
        ...

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """Encode texts of papers; one over the limit is read in windows, see `pooled`."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode questions, long ones likewise."""
        ...

    def over_limit(self, texts: Sequence[str]) -> int:
        """How many of the texts are longer than the encoder reads at once."""
        ...


def unit(vectors: NDArray[np.floating]) -> Vectors:
    """Scale rows to unit Euclidean norm, as float32; the one place where vectors are normalised.

    Raises:
        ValueError: A row is zero or not finite.
    """
    rows = np.ascontiguousarray(vectors, dtype=np.float32)
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    if not np.isfinite(norms).all() or (norms < 1e-12).any():
        raise ValueError("the encoder returned a vector that is zero or not finite")
    return np.asarray(rows / norms, dtype=np.float32)


def pooled(parts: Vectors, lengths: Sequence[int], weights: Sequence[float]) -> Vectors:
    """Average consecutive groups of vectors and normalise: the windows of a text become one vector.

    Args:
        parts: Shape ``(sum(lengths), dim)``.
        lengths: How many parts each text has; at least one each.
        weights: Of each part within its text, above 0.
    """
    if not lengths:
        return parts
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    weighted = parts * np.asarray(weights, dtype=np.float32)[:, None]
    return unit(np.add.reduceat(weighted, starts, axis=0))
