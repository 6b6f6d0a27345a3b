"""One score out of several: what meaning, title, best sentence and words say, on one scale.

Weights and constants were chosen on cranfield, cisi and scifact-train together, by what gains on all of them;
docs/benchmarks.md shows what each part gives.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Vectors

Scores = NDArray[np.float64]

DENSE, TITLE, SENTENCE, WORDS = 0.30, 0.10, 0.30, 0.40
_FEW_PAPERS = 20
# Papers taken from each of the two indexes before all evidence is looked at.
POOL = 200

_FEEDBACK, _FEEDBACK_PAPERS, _FEEDBACK_TEMPERATURE = 0.5, 3, 0.4
_SMOOTHING, _NEIGHBOURS = 0.2, 3


def words_weight(papers: int) -> float:
    """The weight of BM25: less among few papers, which tell little of how rare a word is."""
    return WORDS * papers / (papers + _FEW_PAPERS)


def standardise(scores: NDArray[np.floating]) -> Scores:
    """To mean 0 and standard deviation 1, so that cosines and BM25 scores can be added; constant to 0."""
    values = np.asarray(scores, dtype=np.float64)
    if not len(values):
        return values
    deviation = values.std()
    return (values - values.mean()) / deviation if deviation > 1e-9 else np.zeros_like(values)


def fuse(*weighted: tuple[float, NDArray[np.floating]]) -> Scores:
    """The weighted sum of standardised scores of the same candidates."""
    total: Scores = np.sum([weight * standardise(scores) for weight, scores in weighted], axis=0)
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
    centre = weights @ vectors[best]
    return scores + _FEEDBACK * standardise(vectors @ (centre / np.linalg.norm(centre)))


def smooth(scores: Scores, vectors: Vectors) -> Scores:
    """Let each candidate share a fifth of its score with its nearest neighbours among them.

    Papers about one thing answer one question (the cluster hypothesis), and a paper whose neighbours all
    answer is likelier to than one that stands alone.

    Args:
        scores: Shape ``(n,)``.
        vectors: Of the same candidates, shape ``(n, dim)``, unit norm.
    """
    if len(scores) <= _NEIGHBOURS:
        return scores
    cosines, rows = vectors @ vectors.T, np.arange(len(vectors))
    cosines[rows, rows] = -2
    total, shared = np.zeros(len(vectors)), np.zeros(len(vectors))
    for _ in range(_NEIGHBOURS):  # looked for one after the other: faster than any sorting of the row
        nearest = cosines.argmax(axis=1)
        weights = np.maximum(cosines[rows, nearest], 1e-6)
        total += weights
        shared += weights * scores[nearest]
        cosines[rows, nearest] = -2
    smoothed: Scores = (1 - _SMOOTHING) * scores + _SMOOTHING * shared / total
    return smoothed
