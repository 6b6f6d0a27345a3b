"""One score out of several: what meaning, title, best sentence and words say, on one scale.

Weights and constants were chosen on cranfield, cisi and scifact-train together, by what gains on all of them;
docs/benchmarks.md shows what each part gives.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Vectors
from semsearch.index.vectors import Rows

Scores = NDArray[np.float64]

DENSE, TITLE, SENTENCE, WORDS = 0.30, 0.10, 0.30, 0.40
_FEW_PAPERS = 20
# Papers taken from each of the two indexes before all evidence is looked at.
POOL = 200

_FEEDBACK, _FEEDBACK_PAPERS, _FEEDBACK_TEMPERATURE = 0.5, 3, 0.4
_SMOOTHING, _NEIGHBOURS = 0.2, 3
_LOOKED_AT = 3  # times as many candidates as are wanted are smoothed before any is left out


def words_weight(papers: int) -> float:
    """The weight of BM25: less among few papers, which tell little of how rare a word is."""
    return WORDS * papers / (papers + _FEW_PAPERS)


def standardise(scores: NDArray[np.floating]) -> Scores:
    """To mean 0 and standard deviation 1, so that cosines and BM25 scores can be added; constant to 0.

    Args:
        scores: Of one kind, shape ``(n,)``, or of several, shape ``(kinds, n)``.
    """
    values: Scores = np.asarray(scores, dtype=np.float64)
    if not values.size:
        return values
    values = values - values.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((values * values).mean(axis=-1, keepdims=True))
    return np.where(deviation > 1e-9, values / np.maximum(deviation, 1e-9), 0.0)


def fuse(*weighted: tuple[float, NDArray[np.floating]]) -> Scores:
    """The weighted sum of standardised scores of the same candidates."""
    weights, scores = zip(*weighted, strict=True)
    total: Scores = np.array(weights) @ standardise(np.array(scores))
    return total


def feed_back(scores: Scores, vectors: Vectors) -> Scores:
    """Add how near each candidate is to what the best candidates are about (pseudo-relevance feedback).

    As in Rocchio's method, but with the best candidates weighted by a softmax over their scores, so that one
    that stands far out is followed alone.

    Args:
        scores: Shape ``(n,)``.
        vectors: Of the same candidates, shape ``(n, dim)``, unit norm.
    """
    if len(scores) <= _FEEDBACK_PAPERS:
        return scores
    best = np.argsort(-scores, kind="stable")[:_FEEDBACK_PAPERS]
    weights = np.exp((scores[best] - scores[best[0]]) / _FEEDBACK_TEMPERATURE)
    centre = (weights @ vectors[best]).astype(np.float32)
    return scores + _FEEDBACK * standardise(vectors @ (centre / np.linalg.norm(centre)))


def smooth(scores: Scores, vectors: Vectors, k: int | None = None) -> Scores:
    """Let each candidate share a fifth of its score with its nearest neighbours among them.

    Papers about one thing answer one question (the cluster hypothesis), and a paper whose neighbours all
    answer is likelier to than one that stands alone.

    Args:
        scores: Shape ``(n,)``.
        vectors: Of the same candidates, shape ``(n, dim)``, unit norm.
        k: How many of the best are wanted; None for all. Candidates that cannot be among them get the most
            that they could have, which is less than each of the best has.
    """
    if len(scores) <= _NEIGHBOURS:
        return scores
    smoothed: Scores = (1 - _SMOOTHING) * scores + _SMOOTHING * scores.max()
    wanted = len(scores) if k is None else k
    first, rest = np.split(np.argsort(-scores), [_LOOKED_AT * wanted])
    smoothed[first] = _smoothed(first, scores, vectors)
    if len(rest):
        rest = rest[smoothed[rest] >= np.sort(smoothed[first])[-wanted]]
        smoothed[rest] = _smoothed(rest, scores, vectors)
    return smoothed


def _smoothed(rows: Rows, scores: Scores, vectors: Vectors) -> Scores:
    """The scores of some candidates, shared with their neighbours among all."""
    cosines, place = vectors[rows] @ vectors.T, np.arange(len(rows))
    cosines[place, rows] = -2
    total, shared = np.zeros((2, len(rows)))
    for _ in range(_NEIGHBOURS):  # looked for one after the other: faster than any sorting of the row
        nearest = cosines.argmax(axis=1)
        weights = np.maximum(cosines[place, nearest], 1e-6)
        total += weights
        shared += weights * scores[nearest]
        cosines[place, nearest] = -2
    smoothed: Scores = (1 - _SMOOTHING) * scores[rows] + _SMOOTHING * shared / total
    return smoothed
