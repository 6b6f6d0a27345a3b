"""Intervals and p-values against everything that could have happened, enumerated."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from semsearch.evaluate.chance import EXACT, intervals, p_value


def _enumerated(differences: list[float]) -> float:
    """The share of all assignments of signs whose sum is as far from 0 as that of the signs observed."""
    observed = abs(sum(differences))
    sums = [
        abs(sum(sign * size for sign, size in zip(signs, differences, strict=True)))
        for signs in product((1, -1), repeat=len(differences))
    ]
    return sum(s >= observed - 1e-12 for s in sums) / len(sums)


@pytest.mark.parametrize(
    "differences",
    [
        [0.3],
        [0.5, 0.5, 0.5, 0.5, 0.5],
        [0.1, 0.2, -0.3, 0.4, 0.25, -0.05, 0.15],
        [0.1, 0.2, 0.3, -0.6],  # the sums of tied assignments differ in their last bits
        [0.0, 0.4, 0.0, -0.1, 0.2, 0.0],
        [-0.2, -0.1, -0.3, 0.05],
    ],
)
def test_the_p_value_of_few_questions_is_that_of_all_signs(differences: list[float]) -> None:
    assert p_value(np.array(differences)) == pytest.approx(_enumerated(differences))


def test_five_gains_of_five_come_by_chance_twice_in_32_times() -> None:
    assert p_value(np.full(5, 0.1)) == 2 / 32


def test_no_difference_is_all_chance() -> None:
    assert p_value(np.zeros(30)) == 1


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.25])
def test_the_p_value_of_more_questions_is_near_that_of_all_signs(shift: float) -> None:
    differences = np.random.default_rng(5).normal(shift, 0.4, EXACT + 2)
    signs = 1 - 2 * ((np.arange(2 ** len(differences))[:, None] >> np.arange(len(differences))) & 1)
    exact = (np.abs(signs @ differences) >= abs(differences.sum()) - 1e-12).mean()
    assert p_value(differences) == pytest.approx(exact, abs=0.005)  # three standard errors at p = 0.5


def test_a_p_value_that_was_drawn_is_never_0() -> None:
    assert p_value(np.ones(200)) == 1 / 100_001


def test_the_interval_is_that_of_all_resamples() -> None:
    values = [[0.0, 0.0], [0.0, 0.1], [1.0, 0.2], [1.0, 0.4], [1.0, 0.8]]
    means = np.array([np.mean(drawn, axis=0) for drawn in product(values, repeat=5)])
    (low, wide_low), (high, wide_high) = np.quantile(means, [0.025, 0.975], axis=0, method="inverted_cdf")
    found = intervals(np.array(values))
    # 0 hits of 5 has probability 0.4^5 = 0.01 < 0.025; 5 hits of 5 has 0.6^5 = 0.08 > 0.025.
    assert (low, high) == pytest.approx((0.2, 1.0))
    assert found[0] == pytest.approx([low, high])
    assert found[1] == pytest.approx([wide_low, wide_high], abs=0.021)  # means are 0.02 apart


def test_the_interval_of_many_questions_is_that_of_the_normal_distribution() -> None:
    values = np.random.default_rng(1).normal(0.5, 0.3, (2_000, 1))
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert intervals(values)[0] == pytest.approx([values.mean() - half, values.mean() + half], abs=half / 20)


def test_the_same_figures_give_the_same_interval() -> None:
    values = np.random.default_rng(2).random((40, 4))
    np.testing.assert_array_equal(intervals(values), intervals(values))
