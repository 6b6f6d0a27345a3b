"""One score out of several: what meaning, title, best sentence and words say, on one scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]

# Chosen on cranfield, cisi and scifact-train together; docs/benchmarks.md shows what each part gives.
DENSE, TITLE, SENTENCE, WORDS = 0.40, 0.10, 0.20, 0.40
# Papers taken from each of the two indexes before all evidence is looked at.
POOL = 200


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
