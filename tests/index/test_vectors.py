"""Vector search and evidence against brute force."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from semsearch.encode import unit
from semsearch.index import compact, evidence, vectors
from semsearch.index.evidence import PaperSentences
from semsearch.index.vectors import PaperVectors

RANDOM = np.random.default_rng(7)
DOCUMENTS = unit(RANDOM.standard_normal((300, 24)))
QUERIES = unit(RANDOM.standard_normal((5, 24)))


@pytest.fixture
def index(tmp_path: Path) -> PaperVectors:
    vectors.write(tmp_path, DOCUMENTS)
    return PaperVectors(tmp_path)


@pytest.mark.parametrize("share", [None, 0.5, 0.02, 0.0])
def test_search_is_exact_with_and_without_a_mask(index: PaperVectors, share: float | None) -> None:
    allowed = None if share is None else RANDOM.random(300) < share
    scores, rows = index.search(QUERIES, 10, allowed)
    cosines = QUERIES @ DOCUMENTS.T
    if allowed is not None:
        cosines[:, ~allowed] = -np.inf
    k = 10 if allowed is None else min(10, int(allowed.sum()))
    assert rows.shape == (5, k)
    np.testing.assert_array_equal(rows, np.argsort(-cosines, axis=1)[:, :k])
    np.testing.assert_allclose(scores, -np.sort(-cosines, axis=1)[:, :k], atol=1e-6)


def test_vectors_come_back_as_they_were_written(index: PaperVectors) -> None:
    np.testing.assert_array_equal(index.vectors(np.array([7, 0, 299])), DOCUMENTS[[7, 0, 299]])


def test_the_nearest_sentence_is_that_of_brute_force(tmp_path: Path) -> None:
    counts = RANDOM.integers(0, 5, size=40)
    starts = np.concatenate(([0], np.cumsum(counts)))
    sentences = unit(RANDOM.standard_normal((starts[-1], 24)))
    spans = np.arange(2 * starts[-1], dtype=np.int32).reshape(-1, 2)
    compact.create(tmp_path / evidence.SENTENCES, len(sentences), 24)[:] = sentences
    compact.create(tmp_path / evidence.TITLES, 40, 24)[:] = DOCUMENTS[:40]
    np.save(tmp_path / evidence.STARTS, starts)
    np.save(tmp_path / evidence.SPANS, spans)

    rows = RANDOM.permutation(40)[:25]
    stored = PaperSentences(tmp_path, 40, len(sentences), 24)
    for row, cosines in zip(rows, stored.nearest(QUERIES[:2], rows), strict=True):
        own = sentences[starts[row] : starts[row + 1]]
        expected = (own @ QUERIES[:2].T).max(axis=0) if len(own) else [-1, -1]
        np.testing.assert_allclose(cosines, expected, atol=6e-3)
        assert stored.spans(int(row)) == [
            tuple(span) for span in spans[starts[row] : starts[row + 1]].tolist()
        ]
        vectors, count = stored.vectors(np.array([row]))
        assert count.tolist() == [len(own)]
        np.testing.assert_allclose(vectors, own, atol=6e-3)


def test_a_byte_a_component_moves_a_cosine_by_a_thousandth(tmp_path: Path) -> None:
    vectors = unit(RANDOM.standard_normal((700, 384)))
    written = compact.create(tmp_path / "some.npy", 700, 384)
    for rows in (np.arange(0, 700, 2), np.arange(1, 700, 2)):
        written[rows] = vectors[rows]
    stored, rows = compact.opened(tmp_path / "some.npy", 700, 384), RANDOM.permutation(700)[:600]
    expected = vectors @ vectors[:3].T
    np.testing.assert_allclose(stored.cosines(vectors[:3]), expected, atol=2e-3)
    np.testing.assert_allclose(stored.cosines(vectors[:3], rows), expected[rows], atol=2e-3)
    # Each component is off by half a step at most, of which the largest has 127.
    step = np.abs(vectors).max(axis=1, keepdims=True) / 127
    assert (np.abs(stored[:] - vectors) <= 0.501 * step).all()


def test_no_vectors_are_stored_too(tmp_path: Path) -> None:
    compact.create(tmp_path / "none.npy", 0, 8)
    stored = compact.opened(tmp_path / "none.npy", 0, 8)
    assert (len(stored), stored.cosines(np.zeros((2, 8), np.float32)).shape) == (0, (0, 2))


def test_unit_refuses_what_has_no_direction() -> None:
    with pytest.raises(ValueError, match="zero or not finite"):
        unit(np.zeros((1, 3), dtype=np.float32))
    with pytest.raises(ValueError, match="zero or not finite"):
        unit(np.full((1, 3), np.nan, dtype=np.float32))
