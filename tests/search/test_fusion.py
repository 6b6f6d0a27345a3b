"""Fusion and diversification against values computed by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from semsearch.encode import unit
from semsearch.search.fusion import feed_back, fuse, smooth, standardise
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


def test_feedback_lifts_what_is_like_the_best() -> None:
    east, north = np.eye(2, dtype=np.float32)
    vectors = np.stack([east, north, east, north, north, north])
    # The first stands so far out (e^-100 for the others) that it is followed alone: the cosines with it are
    # 1, 0, 1, 0, 0, 0, of mean 1/3 and deviation sqrt(2)/3; half of each standardised value is added.
    scores = np.array([60.0, 0, 0, 0, 0, 0])
    high, low = 0.5 * np.sqrt(2), -0.5 / np.sqrt(2)
    np.testing.assert_allclose(
        feed_back(scores, vectors), scores + np.array([high, low, high, low, low, low])
    )


def test_smoothing_shares_a_fifth_with_three_neighbours() -> None:
    east, north = np.eye(2, dtype=np.float32)
    vectors = np.stack([east] * 4 + [north] * 4)
    # Three neighbours of cosine 1 each: the mean of the three others of one's own group.
    scores = np.array([4.0, 1, 1, 1, 0, 0, 0, 8])
    expected = [0.8 * 4 + 0.2 * 1, 0.8 + 0.2 * 2, 0.8 + 0.2 * 2, 0.8 + 0.2 * 2, *[0.2 * 8 / 3] * 3, 0.8 * 8]
    np.testing.assert_allclose(smooth(scores, vectors), expected)


@given(st.integers(1, 40), st.integers(0, 1000))
def test_the_best_are_the_same_whether_all_are_smoothed_or_not(k: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    vectors = unit(random.standard_normal((40, 5)))
    scores = random.standard_normal(40) * 2
    everyone, few = smooth(scores, vectors), smooth(scores, vectors, k)
    best = np.argsort(-everyone)[:k]
    np.testing.assert_array_equal(np.argsort(-few)[:k], best)
    np.testing.assert_allclose(few[best], everyone[best])


def test_few_candidates_are_left_as_they_are() -> None:
    scores, vectors = np.array([2.0, 1.0]), np.eye(2, dtype=np.float32)
    np.testing.assert_array_equal(smooth(feed_back(scores, vectors), vectors), scores)


def test_diversity_prefers_the_paper_unlike_the_first() -> None:
    vectors = np.array([[1, 0], [0.99, 0.141067], [0, 1]], dtype=np.float32)
    scores = np.array([3.0, 2.9, 1.5])
    assert diversify(vectors, scores, 2, 0.0).tolist() == [0, 1]
    # Scaled relevance 1, 0.933, 0. With half the weight on novelty: 0.933 / 2 - 0.99 / 2 < 0 / 2 - 0 / 2.
    assert diversify(vectors, scores, 2, 0.5).tolist() == [0, 2]
