"""How much a similarity is worth in this index: measured against what has nothing to do with it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from semsearch.encode import Vectors
from semsearch.index.generation import Generation
from semsearch.index.vectors import Mask
from semsearch.search.hits import NAMED, Confidence, MatchedBy
from semsearch.search.ranking import Ranking, similarities

# Standard deviations above what everyday questions reach in this index, and above what unrelated papers of it
# have in common. A strong hit clears both.
_ABOVE_FOREIGN, _ABOVE_PAIRS = 2.5, 3.2


def confidence(similarity: float, matched_by: MatchedBy, calibration: Mapping[str, float]) -> Confidence:
    """Strong, fair or weak, by what similarity means in this index, which the build measured.

    A paper that the question names is strong whatever the similarity: a name means nothing to an encoder.
    """
    if matched_by in NAMED:
        return "strong"
    fair = calibration["foreign_mean"] + _ABOVE_FOREIGN * calibration["foreign_std"]
    strong = max(fair, calibration["pair_mean"] + _ABOVE_PAIRS * calibration["pair_std"])
    if similarity >= strong:
        return "strong"
    return "fair" if similarity >= fair else "weak"


def better_than_weak(generation: Generation, found: Ranking, queries: Vectors | None) -> Mask:
    """Which rows of a ranking are more than weak, shape ``(rows,)``; all, in a mode without vectors."""
    if queries is None:
        return np.ones(len(found.rows), dtype=np.bool_)
    near = similarities(generation, found.rows, queries).tolist()
    calibration = generation.manifest.calibration
    return np.array(
        [
            confidence(similarity, matched_by, calibration) != "weak"
            for similarity, matched_by in zip(near, found.matched_by, strict=True)
        ],
        dtype=np.bool_,
    )
