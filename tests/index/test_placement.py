"""Places in the plane: neighbours stay neighbours, the same vectors give the same places."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from semsearch.encode import Vectors, unit
from semsearch.index.placement import PCA, Positions, apart, method, nearest, place, principal, steps
from semsearch.index.progress import ignore

needs_library = pytest.mark.skipif(method() == PCA, reason="needs the extra map")


def clusters(count: int, each: int, *, noise: float = 0.5, dim: int = 48, seed: int = 3) -> Vectors:
    """Vectors around ``count`` centres that are as unlike as can be; row ``i`` belongs to ``i // each``."""
    random = np.random.default_rng(seed)
    centres = np.linalg.qr(random.standard_normal((dim, dim)))[0][:count]
    of_each = np.repeat(centres, each, axis=0)
    return unit((of_each + noise * random.standard_normal(of_each.shape) / dim**0.5).astype(np.float32))


def kept(vectors: Vectors, positions: Positions, k: int = 10) -> float:
    """The share of the k nearest vectors of a paper that are among its k nearest places; brute force."""
    ours = ((positions[:, None] - positions) ** 2).sum(axis=2)
    theirs = -(vectors @ vectors.T)
    for distances in (ours, theirs):
        np.fill_diagonal(distances, np.inf)
    pairs = zip(np.argsort(ours)[:, :k].tolist(), np.argsort(theirs)[:, :k].tolist(), strict=True)
    return float(np.mean([len({*a} & {*b}) / k for a, b in pairs]))


@needs_library
def test_neighbours_stay_neighbours_far_better_than_by_two_components() -> None:
    vectors = clusters(25, 16)
    by_chance = 10 / (len(vectors) - 1)
    by_components = kept(vectors, principal(vectors))
    by_forces = kept(vectors, place(vectors, None, ignore))
    assert 2 * by_chance < by_components
    assert by_forces > max(0.5, 1.8 * by_components)


@needs_library
def test_neighbours_of_real_papers_stay_neighbours(shared_data: Path) -> None:
    text = pytest.importorskip("sklearn.feature_extraction.text")

    lines = (shared_data / "judged" / "cranfield" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [f"{record['title']} {record['abstract']}" for record in map(json.loads, lines)]
    words = text.TfidfVectorizer(sublinear_tf=True, stop_words="english", max_features=400)
    vectors = unit(words.fit_transform(texts).toarray().astype(np.float32) + 1e-6)
    assert kept(vectors, place(vectors, None, ignore)) > 3 * kept(vectors, principal(vectors))


@needs_library
def test_every_cluster_is_an_island() -> None:
    vectors = clusters(12, 30)
    cluster = np.arange(len(vectors)) // 30
    positions = place(vectors, None, ignore)
    distances = ((positions[:, None] - positions) ** 2).sum(axis=2)
    np.fill_diagonal(distances, np.inf)
    assert np.mean(cluster[distances.argmin(axis=1)] == cluster) > 0.99


def test_the_same_vectors_lie_at_the_same_places() -> None:
    vectors = clusters(10, 12)
    first = place(vectors, None, ignore)
    np.testing.assert_array_equal(place(vectors.copy(), None, ignore), first)
    np.testing.assert_array_equal(place(vectors, first, ignore), place(vectors, first, ignore))


@pytest.mark.parametrize("count", [1, 2, 3, 5, 10, 40])
def test_few_papers_and_equal_ones_have_places(count: int) -> None:
    for vectors in (clusters(1, count), np.repeat(clusters(1, 1), count, axis=0)):
        told: list[int] = []
        positions = apart(place(vectors, None, told.append))
        assert positions.shape == (count, 2)
        assert np.isfinite(positions).all()
        assert len(np.unique(positions, axis=0)) == count
        assert sum(told) == steps(count, settled=False)


def test_components_are_those_of_the_covariance() -> None:
    random = np.random.default_rng(0)
    spread = np.array([5.0, 3.0, 1.0, 0.2])
    vectors = (random.standard_normal((500, 4)) * spread).astype(np.float32)
    positions = principal(vectors)
    centred = vectors - vectors.mean(axis=0)
    _, lengths, axes = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.abs(positions), np.abs(centred @ axes[:2].T), atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(positions, axis=0), lengths[:2], rtol=1e-4)


def test_those_that_share_a_place_are_spread_around_it() -> None:
    positions = np.zeros((50, 2), dtype=np.float32)
    positions[49] = [10, 0]
    spread = apart(positions)
    distances = np.linalg.norm(spread[:49, None] - spread[:49], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert distances.min() > 0.005
    assert np.linalg.norm(spread[:49], axis=1).max() < 0.1
    np.testing.assert_array_equal(spread[[0, 49]], positions[[0, 49]])


def test_nearest_vectors_are_those_of_brute_force() -> None:
    vectors = clusters(5, 40)
    cosines, rows = nearest(vectors, vectors[:7], 6)
    expected = np.argsort(-(vectors[:7] @ vectors.T), axis=1)[:, :6]
    np.testing.assert_array_equal(rows, expected)
    np.testing.assert_allclose(
        cosines, np.take_along_axis(vectors[:7] @ vectors.T, expected, axis=1), atol=1e-6
    )
