"""Regions: one around each peak of density, as a hill is one."""

from __future__ import annotations

import numpy as np
import pytest

from semsearch.index.density import regions

HILLS = np.array([[0, 0], [10, 0], [0, 10], [10, 10], [5, 25]], dtype=np.float32)


def hills(each: int) -> np.ndarray:
    """So many papers around each of the hills, in their order."""
    random = np.random.default_rng(5)
    return (np.repeat(HILLS, each, axis=0) + random.standard_normal((each * len(HILLS), 2))).astype(
        np.float32
    )


def test_every_hill_is_a_region_with_its_peak_on_it() -> None:
    ((labels, peaks),) = regions(hills(200), (5,))
    of_hill = labels.reshape(5, 200)
    assert len({int(np.bincount(part).argmax()) for part in of_hill}) == 5
    for hill, part in zip(HILLS, of_hill, strict=True):
        region = np.bincount(part).argmax()
        assert np.mean(part == region) > 0.98
        assert np.linalg.norm(peaks[region] - hill) < 1.0


def test_there_are_no_more_regions_than_asked_for() -> None:
    positions = hills(60)
    for most, (labels, peaks) in zip((1, 2, 4, 30), regions(positions, (1, 2, 4, 30)), strict=True):
        assert len(np.unique(labels)) == len(peaks) <= most
        assert labels.min() == 0


def test_near_hills_are_one_region_before_far_ones_are() -> None:
    pair = np.array([[0, 0], [4, 0], [40, 0]], dtype=np.float32)
    positions = np.repeat(pair, 100, axis=0) + np.random.default_rng(1).standard_normal((300, 2))
    ((labels, _),) = regions(positions.astype(np.float32), (2,))
    assert labels[0] == labels[150] != labels[250]


@pytest.mark.parametrize("count", [1, 2, 3, 10])
def test_few_papers_and_one_place(count: int) -> None:
    for positions in (np.zeros((count, 2)), np.random.default_rng(0).standard_normal((count, 2))):
        ((labels, peaks),) = regions(positions.astype(np.float32), (1,))
        assert labels.tolist() == [0] * count
        assert np.isfinite(peaks).all()
