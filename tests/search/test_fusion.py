"""Fusion and diversification against values computed by hand."""

from __future__ import annotations

import numpy as np

from semsearch.search.fusion import fuse, standardise
from semsearch.search.related import diversify


def test_standardised_scores_have_mean_0_and_deviation_1() -> None:
    # Mean 4, deviations -2, 0, 2, population standard deviation sqrt(8 / 3).
    expected = np.array([-2, 0, 2]) / np.sqrt(8 / 3)
    np.testing.assert_allclose(standardise(np.array([2.0, 4.0, 6.0])), expected)


def test_constant_scores_say_nothing() -> None:
    np.testing.assert_array_equal(standardise(np.full(4, 7.0)), np.zeros(4))


def test_fusion_adds_standardised_scores() -> None:
    # Standardised, [1, 3] is [-1, 1] and [10, 0] is [1, -1].
    np.testing.assert_allclose(fuse((0.7, np.array([1.0, 3.0])), (0.3, np.array([10.0, 0.0]))), [-0.4, 0.4])


def test_diversity_prefers_the_paper_unlike_the_first() -> None:
    vectors = np.array([[1, 0], [0.99, 0.141067], [0, 1]], dtype=np.float32)
    scores = np.array([3.0, 2.9, 1.5])
    assert diversify(vectors, scores, 2, 0.0).tolist() == [0, 1]
    # Scaled relevance 1, 0.933, 0. With half the weight on novelty: 0.933 / 2 - 0.99 / 2 < 0 / 2 - 0 / 2.
    assert diversify(vectors, scores, 2, 0.5).tolist() == [0, 2]
