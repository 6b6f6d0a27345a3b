"""Lists that are filled block by block, against those that FAISS fills in one go."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from typing import Any

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from semsearch.encode import Vectors
from semsearch.encode.jobs import Job, Local
from semsearch.index import lists
from semsearch.index.coding import Coding, fill
from semsearch.index.lists import KINDS, Kind, filled
from tests.index.test_scan import clustered

PAPERS, DIM = 3_000, 24


class Backwards(Local):
    """Does everything, and gives the last first."""

    def arrays(self, jobs: Iterable[Job]) -> Iterator[tuple[int, NDArray[Any]]]:
        yield from reversed(list(super().arrays(jobs)))


@pytest.fixture(scope="module")
def many() -> Vectors:
    return clustered(3, PAPERS, DIM, 0.5, 0.0, 0.1)


def learned(vectors: Vectors, name: str = "IVF16,SQ8") -> Any:
    """Lists that have learned, without a vector yet."""
    index: Any = faiss.index_factory(vectors.shape[1], name, faiss.METRIC_INNER_PRODUCT)
    index.cp.min_points_per_centroid = 1
    index.train(vectors)
    return index


@pytest.mark.parametrize("block", [1, 700, PAPERS, 10 * PAPERS])
@pytest.mark.parametrize("runner", [Local(), Backwards()])
def test_blocks_in_any_order_are_merged_in_that_of_rows(many: Vectors, runner: Local, block: int) -> None:
    some = many[: 40 * block]
    direct, index = learned(many), learned(many)
    direct.add(some)
    fill(index, some, runner, block)
    assert faiss.serialize_index(index).tobytes() == faiss.serialize_index(direct).tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_what_faiss_makes_of_its_name(many: Vectors, kind: Kind) -> None:
    made = filled(lists.learned(kind, many), many, Backwards())
    direct: Any = faiss.index_factory(DIM, kind.name(PAPERS, DIM), faiss.METRIC_INNER_PRODUCT)
    direct.cp.niter, direct.cp.spherical = 8, True
    direct.cp.min_points_per_centroid, direct.cp.max_points_per_centroid = 1, 32
    direct.train(many)
    direct.add(many)
    direct.nprobe = made.nprobe = 16
    queries = clustered(4, 50, DIM, 0.5, 0.0, 0.0)
    for found, expected in zip(made.search(queries, 150), direct.search(queries, 150), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert faiss.serialize_index(made).tobytes() == faiss.serialize_index(direct).tobytes()


def test_a_job_is_named_by_what_was_learned_and_by_the_vectors(many: Vectors) -> None:
    other = faiss.serialize_index(learned(many[::2])).tobytes()
    bytes_ = faiss.serialize_index(learned(many)).tobytes()
    jobs = [Coding(bytes_, many[:9]), Coding(bytes_, many[1:10]), Coding(bytes_, many[:9, ::-1])]
    jobs.append(Coding(other, many[:9]))
    assert len({job.name for job in jobs}) == 4
    assert Coding(bytes_, many[:9].copy()).name == jobs[0].name
    sent = pickle.loads(pickle.dumps(jobs[0]))
    assert sent.name == jobs[0].name
    ((_, here), (_, there)) = Local().arrays([jobs[0], sent])
    np.testing.assert_array_equal(here, there)
