"""How far figures over some questions can be trusted: bootstrap intervals and a randomisation test.

Both draw from a fixed seed: the same figures give the same intervals.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Figures = NDArray[np.float64]

CONFIDENCE = 0.95
RESAMPLES = 10_000
FLIPS = 100_000  # of Smucker and others, who need it for p-values of two digits
EXACT = 16  # up to so many questions that differ, all 2^16 = 65,536 signs are tried
_SEED = 20_070_611
_BLOCK = 1_000_000  # numbers drawn at a time, so that many questions need no more memory than few


def intervals(values: Figures) -> Figures:
    """Where the mean would lie, had other questions of the same kind been asked, at 95% confidence.

    The percentile bootstrap (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13): the
    questions are drawn anew, with replacement, 10,000 times; the interval holds the middle 95% of the means.

    Args:
        values: Shape ``(questions, measures)``, at least one question.

    Returns:
        Lower and upper ends, shape ``(measures, 2)``.
    """
    questions = len(values)
    draw = np.random.default_rng(_SEED)
    means = [
        values[draw.integers(0, questions, (size, questions))].mean(axis=1)
        for size in _blocks(RESAMPLES, questions)
    ]
    tail = (1 - CONFIDENCE) / 2
    ends: Figures = np.quantile(np.concatenate(means), [tail, 1 - tail], axis=0).T
    return ends


def p_value(differences: Figures) -> float:
    """How often chance alone would bring a mean difference as far from 0, on either side.

    The paired randomisation test (Smucker, Allan and Carterette, "A Comparison of Statistical Significance
    Tests for Information Retrieval Evaluation", 2007): were both sides equally good, each question's
    difference could as well have the other sign. All assignments of signs are tried where the questions that
    differ are few; else 100,000 are drawn, and the observed one is counted with them, which keeps the p-value
    above 0 (Phipson and Smyth, "Permutation P-values Should Never Be Zero", 2010).

    Args:
        differences: Of each question, shape ``(questions,)``.
    """
    sizes = np.abs(differences[differences != 0])  # a difference of 0 has no sign to flip
    if not len(sizes):
        return 1.0
    observed = abs(differences.sum()) - 1e-9 * sizes.sum()  # sums in another order differ in their last bits
    if len(sizes) <= EXACT:
        negative = (np.arange(2 ** len(sizes))[:, None] >> np.arange(len(sizes))) & 1
        return float((np.abs(sizes.sum() - 2 * (negative @ sizes)) >= observed).mean())
    draw = np.random.default_rng(_SEED)
    extreme = 0
    for size in _blocks(FLIPS, len(sizes)):
        negative = draw.integers(0, 2, (size, len(sizes)), dtype=np.int8)
        extreme += int((np.abs(sizes.sum() - 2 * (negative @ sizes)) >= observed).sum())
    return (extreme + 1) / (FLIPS + 1)


def _blocks(draws: int, width: int) -> list[int]:
    """Sizes of the blocks in which ``draws`` rows of ``width`` numbers are drawn."""
    size = max(1, min(draws, _BLOCK // width))
    full, rest = divmod(draws, size)
    return [size] * full + [rest] * (rest > 0)
