"""Scans of vectors: what they name, against brute force."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.encode import Vectors, unit
from semsearch.index import vectors
from semsearch.index.manifest import VectorSpec
from semsearch.index.scan import ByteScan
from semsearch.index.vectors import PaperVectors


def clustered(seed: int, papers: int, dim: int, spread: float, offset: float, copies: float) -> Vectors:
    """Vectors around twenty centres, all of them moved away from zero, and some of them twice."""
    chance = np.random.default_rng(seed)
    centres = chance.standard_normal((20, dim))
    made = centres[chance.integers(0, 20, papers)] + spread * chance.standard_normal((papers, dim))
    made += offset * chance.standard_normal(dim)
    copied = chance.random(papers) < copies
    made[copied] = made[chance.integers(0, papers, copied.sum())]
    return unit(made)


@settings(max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    papers=st.integers(900, 2_500),
    dim=st.sampled_from([2, 7, 32, 96]),
    spread=st.sampled_from([0.0, 1e-4, 0.1, 1.0]),
    offset=st.sampled_from([0.0, 3.0]),
    copies=st.sampled_from([0.0, 0.3]),
    k=st.integers(1, 30),
    share=st.sampled_from([None, 0.9]),
)
def test_bytes_never_miss_a_paper(
    seed: int,
    papers: int,
    dim: int,
    spread: float,
    offset: float,
    copies: float,
    k: int,
    share: float | None,
) -> None:
    *documents, query = clustered(seed, papers + 1, dim, spread, offset, copies)
    allowed = None if share is None else np.random.default_rng(seed).random(papers) < share
    with TemporaryDirectory() as folder:
        ByteScan.write(Path(folder), np.stack(documents))
        named = ByteScan(Path(folder), papers, dim).candidates(query, k, allowed)
    if named is None:
        return  # it says that it cannot tell: all are compared
    cosines = np.stack(documents).astype(np.float64) @ query.astype(np.float64)
    if allowed is not None:
        assert allowed[named].all()
        cosines[~allowed] = -np.inf
    # Not only the k nearest: whatever is as near as the last of them, by more than float64 can be wrong.
    must = np.flatnonzero(cosines >= np.sort(cosines)[-k] - 1e-12)
    assert np.isin(must, named).all()
    assert (np.diff(named) > 0).all()


def test_bytes_name_few_papers_of_many(tmp_path: Path) -> None:
    documents = clustered(1, 20_000, 64, 1.0, 0.0, 0.0)
    ByteScan.write(tmp_path, documents)
    scan = ByteScan(tmp_path, 20_000, 64)
    for query in clustered(2, 20, 64, 1.0, 0.0, 0.0):
        named = scan.candidates(query, 10, None)
        assert named is not None
        assert len(named) < 500


@pytest.fixture(scope="module")
def many() -> Vectors:
    return clustered(3, 12_000, 24, 0.5, 0.0, 0.1)


@pytest.fixture(scope="module")
def exact(many: Vectors, tmp_path_factory: pytest.TempPathFactory) -> PaperVectors:
    folder = tmp_path_factory.mktemp("exact")
    assert vectors.write(folder, many) == VectorSpec("Flat", 1.0, 1.0, 0, 12_000 * 24)
    assert (folder / "scan_bytes.faiss").exists()
    return PaperVectors(folder)


QUERIES = clustered(4, 30, 24, 0.5, 0.0, 0.0)


@pytest.mark.parametrize("share", [None, 0.999, 0.5, 0.1, 0.01, 0.0002])
@pytest.mark.parametrize("at_once", [1, 3, 30])
def test_search_is_exact_whatever_is_allowed(
    exact: PaperVectors, many: Vectors, share: float | None, at_once: int
) -> None:
    allowed = None if share is None else np.random.default_rng(5).random(len(many)) < share
    for k in (1, 10, 200):
        scores, rows = exact.search(QUERIES[:at_once], k, allowed)
        cosines = QUERIES[:at_once] @ many.T
        if allowed is not None:
            cosines[:, ~allowed] = -np.inf
            assert allowed[rows].all()
        expected = -np.sort(-cosines, axis=1)[:, : rows.shape[1]]
        assert rows.shape[1] == (k if allowed is None else min(k, allowed.sum()))
        np.testing.assert_allclose(scores, expected, atol=1e-6)
        np.testing.assert_allclose(np.take_along_axis(cosines, rows, axis=1), scores, atol=1e-6)
        assert all(len(set(of_one)) == len(of_one) for of_one in rows.tolist())


def test_the_same_paper_twice_comes_in_order_of_row(exact: PaperVectors, many: Vectors) -> None:
    _, first, copies = np.unique(many, axis=0, return_index=True, return_counts=True)
    twice = first[copies > 1][:20]
    assert len(twice) == 20
    for row in twice:
        same = np.flatnonzero((many == many[row]).all(axis=1))
        _, rows = exact.search(many[row][None], len(same))
        assert rows[0].tolist() == same.tolist()


def test_threads_that_share_an_index_do_not_share_their_filters(exact: PaperVectors, many: Vectors) -> None:
    def asked(i: int) -> bool:
        allowed = np.arange(len(many)) % 7 != i % 7
        _, rows = exact.search(QUERIES[i % 30][None], 20, allowed)
        cosines = np.where(allowed, many @ QUERIES[i % 30], -1)
        return bool(np.allclose(np.sort(cosines[rows[0]]), np.sort(cosines)[-20:], atol=1e-6))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(asked, range(200)))
