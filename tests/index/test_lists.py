"""Lists of vectors: what they find, against brute force; which kind is chosen, and what it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from semsearch.config import RECALL
from semsearch.encode import Vectors
from semsearch.errors import IndexDamaged, StorageError
from semsearch.index import lists, vectors
from semsearch.index.lists import KINDS
from semsearch.index.manifest import VectorSpec
from semsearch.index.vectors import PaperVectors
from tests.index.test_scan import clustered

PAPERS, DIM = 12_000, 24
ASKED = clustered(4, 330, DIM, 0.5, 0.0, 0.0)  # around other centres than the papers
QUERIES, QUESTIONS = ASKED[:30], ASKED[30:]


@pytest.fixture(scope="module")
def many() -> Vectors:
    return clustered(3, PAPERS, DIM, 0.5, 0.0, 0.1)


@pytest.fixture(scope="module")
def listed(many: Vectors, tmp_path_factory: pytest.TempPathFactory) -> tuple[PaperVectors, VectorSpec]:
    folder = tmp_path_factory.mktemp("listed")
    spec = _written(folder, many)
    return PaperVectors(folder), spec


def _written(folder: Path, many: Vectors, **wanted: float) -> VectorSpec:
    of_lists = {"questions": QUESTIONS, "approximate_from": len(many)}
    return vectors.write(folder, many, **of_lists, **wanted)  # type: ignore[arg-type]


def _share(index: PaperVectors, many: Vectors, queries: Vectors, k: int, allowed: np.ndarray | None) -> float:
    """Of the ``k`` nearest papers, how many are found, or others that are as near."""
    found = 0.0
    for query in queries:
        scores, rows = index.search(query[None], k, allowed)
        cosines = many @ query if allowed is None else np.where(allowed, many @ query, -2)
        assert rows.shape == (1, k)
        assert allowed is None or allowed[rows].all()
        np.testing.assert_allclose(scores[0], cosines[rows[0]], atol=1e-6)
        assert (np.diff(scores[0]) <= 0).all()
        found += float((scores[0] >= np.sort(cosines)[-k] - 1e-6).mean())
    return found / len(queries)


def test_the_recall_that_is_wanted_is_reached_and_recorded(
    listed: tuple[PaperVectors, VectorSpec], many: Vectors
) -> None:
    index, spec = listed
    assert spec.spec == "IVF256,SQ8,RFlat"  # of so few dimensions, two bits each tell too little
    assert RECALL <= min(spec.recall, spec.deep_recall) <= 1
    assert 0 < spec.probes <= 256
    assert _share(index, many, QUESTIONS, 10, None) == pytest.approx(spec.recall, abs=1e-6)
    assert _share(index, many, QUESTIONS, 200, None) == pytest.approx(spec.deep_recall, abs=1e-6)


@pytest.mark.parametrize("share", [0.999, 0.5, 0.2, 0.05, 0.001])
def test_a_filter_starves_no_list_and_keeps_the_recall(
    listed: tuple[PaperVectors, VectorSpec], many: Vectors, share: float
) -> None:
    allowed = np.random.default_rng(6).random(PAPERS) < share
    k = min(20, int(allowed.sum()))
    assert _share(listed[0], many, QUERIES, k, allowed) > (0.97 if share > 0.1 else 0.999999)


def test_a_filter_whose_papers_are_all_far_away_starves_no_list(
    listed: tuple[PaperVectors, VectorSpec], many: Vectors
) -> None:
    for query in QUERIES[:10]:
        cosines = many @ query
        allowed = cosines < np.quantile(cosines, 0.3)
        assert _share(listed[0], many, query[None], 200, allowed) > 0.9


def test_many_questions_at_once_find_what_each_does(listed: tuple[PaperVectors, VectorSpec]) -> None:
    _, rows = listed[0].search(QUERIES, 10)
    for query, of_one in zip(QUERIES, rows, strict=True):
        assert listed[0].search(query[None], 10)[1][0].tolist() == of_one.tolist()


def test_more_recall_takes_a_finer_code_or_more_lists(many: Vectors, tmp_path: Path) -> None:
    found = []
    for wanted in (0.5, 0.9, 0.999):
        (tmp_path / str(wanted)).mkdir()
        found.append(_written(tmp_path / str(wanted), many, recall=wanted))
        assert min(found[-1].recall, found[-1].deep_recall) >= wanted
    coarse, _, fine = found
    assert (coarse.spec, fine.spec) == ("IVF256,PQ12x4fs,RFlat", "IVF256,SQ8,RFlat")
    assert coarse.probes < fine.probes


def test_without_questions_recall_is_measured_beside_the_papers(many: Vectors, tmp_path: Path) -> None:
    spec = vectors.write(tmp_path, many, approximate_from=PAPERS)
    assert spec.recall >= RECALL
    near = many[::100] + 0.1 * clustered(11, 120, DIM, 1.0, 0.0, 0.0)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    assert _share(PaperVectors(tmp_path), many, near, 10, None) > 0.97


def test_the_budget_decides_the_kind(many: Vectors, tmp_path: Path) -> None:
    half, byte, quarter = (kind.memory(PAPERS, DIM) for kind in KINDS)
    assert quarter < half < byte
    # Codes and numbers of papers, and the centres of the lists.
    assert half == PAPERS * (DIM // 4 + 8) + 256 * DIM * 4
    assert lists.fitting(PAPERS, DIM, byte) == list(KINDS)
    assert lists.fitting(PAPERS, DIM, half) == [KINDS[0], KINDS[2]]
    spec = _written(tmp_path, many, memory=quarter, recall=0.5)
    assert spec.spec == "IVF256,PQ6x4fs,RFlat"
    assert spec.memory == quarter
    with pytest.raises(StorageError, match=r"12,000 papers need 1 MB of memory at least") as refused:
        _written(tmp_path, many, memory=quarter - 1)
    assert "--memory 1MB" in refused.value.hint


def test_where_no_kind_that_fits_reaches_the_recall_search_is_exact(many: Vectors, tmp_path: Path) -> None:
    spec = _written(tmp_path, many, memory=KINDS[2].memory(PAPERS, DIM), recall=0.9999)
    assert (spec.spec, spec.recall) == ("Flat", 1.0)
    assert not (tmp_path / lists.FILE).exists()
    assert _share(PaperVectors(tmp_path), many, QUERIES, 10, None) == 1


def test_exact_can_be_asked_for(many: Vectors, tmp_path: Path) -> None:
    spec = vectors.write(tmp_path, many, exact=True, approximate_from=len(many))
    assert spec == VectorSpec("Flat", 1.0, 1.0, 0, PAPERS * DIM)
    assert not (tmp_path / lists.FILE).exists()


def test_lists_are_the_same_at_every_build(many: Vectors, tmp_path: Path) -> None:
    files = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        _written(tmp_path / name, many)
        files.append((tmp_path / name / lists.FILE).read_bytes())
    assert files[0] == files[1]


@pytest.mark.parametrize("change", ["papers", "probes", "kind"])
def test_lists_of_others_are_refused(many: Vectors, tmp_path: Path, change: str) -> None:
    _written(tmp_path, many)
    index: Any = faiss.read_index(str(tmp_path / lists.FILE))
    if change == "papers":
        index.add(many[:1])
    elif change == "probes":
        index.nprobe = 1_000
    else:
        index = faiss.IndexFlatIP(DIM)
        index.add(many)
    faiss.write_index(index, str(tmp_path / lists.FILE))
    with pytest.raises(IndexDamaged, match=r"scan_lists\.faiss"):
        PaperVectors(tmp_path)


def test_there_are_more_lists_of_more_papers() -> None:
    assert [lists.lists(n) for n in (100, 100_000, 1_000_000, 10_000_000)] == [16, 512, 2_048, 8_192]
