"""One score out of several: what meaning, title, best sentence and words say, on one scale.

Weights and constants were chosen on cranfield, cisi and scifact-train together, by what gains on all of them;
docs/benchmarks.md shows what each part gives.
"""

from __future__ import annotations

from collections.abc import Iterator

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
    order, wanted = np.argsort(-scores), len(scores) if k is None else k
    first, rest = np.split(order, [_LOOKED_AT * wanted])
    smoothed: Scores = (1 - _SMOOTHING) * scores
    cosines = vectors[first] @ vectors.T
    near_first = cosines[:, rest].T.copy()
    smoothed[first] += _SMOOTHING * _shared(cosines, first, scores)
    if len(rest):
        # The neighbours of the rest are among their nearest of the first, or have the scores of the rest.
        most = np.full(len(rest), scores[rest[0]])
        for nearest, _ in _neighbours(near_first):
            most = np.maximum(most, scores[first[nearest]])
        smoothed[rest] += _SMOOTHING * most
        rest = rest[smoothed[rest] >= np.sort(smoothed[first])[-wanted]]
        shared = _shared(vectors[rest] @ vectors.T, rest, scores)
        smoothed[rest] = (1 - _SMOOTHING) * scores[rest] + _SMOOTHING * shared
    return smoothed


def _shared(cosines: Vectors, rows: Rows, scores: Scores) -> Scores:
    """The mean score of each candidate's neighbours, the nearer counting more."""
    cosines[np.arange(len(rows)), rows] = -2  # nobody is a neighbour of itself
    total, shared = np.zeros((2, len(rows)))
    for nearest, near in _neighbours(cosines):
        weights = np.maximum(near, 1e-6)
        total += weights
        shared += weights * scores[nearest]
    mean: Scores = shared / total
    return mean


def _neighbours(cosines: Vectors) -> Iterator[tuple[Rows, Vectors]]:
    """The nearest of each row, then the second nearest, and so on: faster than sorting; overwrites them."""
    rows = np.arange(len(cosines))
    for _ in range(_NEIGHBOURS):
        nearest = cosines.argmax(axis=1)
        yield nearest, cosines[rows, nearest]
        cosines[rows, nearest] = -2
