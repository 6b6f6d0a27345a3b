"""Papers to places in the plane, by meaning: what is alike lies together.

t-SNE (van der Maaten and Hinton 2008) computed by openTSNE, of the extra ``map``: the repulsion of many by
interpolation (Linderman et al. 2019), the attraction along the graph of nearest papers alone, as in
González-Márquez et al., "The landscape of biomedical research" (2024). Without openTSNE, the two
principal components. Neither draws a random number, so the same vectors give the same places.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Vectors
from semsearch.index.progress import Advance
from semsearch.index.vectors import Rows

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Positions = NDArray[np.float32]
"""Where each paper lies, shape ``(papers, 2)``."""

PCA = "PCA"
NEIGHBOURS = 15  # of each paper, that attract it
_FEWEST = 12  # papers; the forces of fewer give no better picture than the principal components
_FLAT = 20_000  # papers; among more, neighbours are looked for in some cells alone
_PROBES = 12
_INTERPOLATED = 5_000  # papers; of fewer, repulsion is computed faster by a tree (van der Maaten 2014)
_EARLY, _LATE = 250, 500  # iterations, openTSNE's own
_SETTLING = 250  # from where the papers lay before
_EXAGGERATION = 12.0
_AT_ONCE = 25  # iterations between two reports
_SPREAD = 1e-4  # of the first places, as openTSNE has it: smaller than any force reaches


def method() -> str:
    """What places papers here: openTSNE with its version, or ``PCA`` where it is not installed."""
    try:
        return f"openTSNE {version('openTSNE')}"
    except PackageNotFoundError:
        return PCA


def steps(papers: int, *, settled: bool) -> int:
    """How many steps `place` reports for so many papers."""
    if method() == PCA or papers < _FEWEST:
        return papers
    return _SETTLING if settled else _EARLY + _LATE


def place(vectors: Vectors, start: Positions | None, advance: Advance) -> Positions:
    """Place papers in the plane.

    Args:
        vectors: Shape ``(papers, dim)``, unit norm.
        start: Where the papers lie before; they move as little as the forces between them ask for. None
            begins with the principal components.
        advance: Told of each of the `steps`.
    """
    if method() == PCA or len(vectors) < _FEWEST:
        advance(len(vectors))
        return principal(vectors)
    return _forces(vectors, start, advance)


def principal(vectors: Vectors) -> Positions:
    """The first two principal components; zeros where the vectors span fewer."""
    centred = vectors - vectors.mean(axis=0)
    # The covariance is as wide as a vector, however many there are.
    values, axes = np.linalg.eigh((centred.T @ centred).astype(np.float64))
    axes = axes[:, ::-1][:, :2] * (values[::-1][:2] > 1e-9 * max(1.0, values[-1]))
    # An axis has no direction of its own: its largest component is made positive.
    axes *= np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(2)])
    return np.ascontiguousarray(centred @ axes, dtype=np.float32)


def nearest(vectors: Vectors, queries: Vectors, k: int) -> tuple[Vectors, Rows]:
    """The nearest vectors of each query, found exactly among few and nearly so among many.

    Returns:
        Cosines and rows, shape ``(len(queries), min(k, len(vectors)))``; -1 for a row that was not found.
    """
    papers, dim = vectors.shape
    index: Any = faiss.IndexFlatIP(dim)
    if papers > _FLAT and len(queries) > _FLAT:
        index = faiss.IndexIVFFlat(index, dim, int(4 * papers**0.5), faiss.METRIC_INNER_PRODUCT)
        index.cp.niter = 8
        index.train(vectors)
        index.nprobe = _PROBES
    index.add(vectors)
    cosines, rows = index.search(np.ascontiguousarray(queries), min(k, papers))
    return cosines, rows


def graph(vectors: Vectors) -> csr_matrix:
    """Who attracts whom: an edge between two papers when either is among the nearest of the other."""
    from scipy.sparse import csr_matrix

    papers = len(vectors)
    k = min(NEIGHBOURS, papers // 3)
    rows = nearest(vectors, vectors, k + 1)[1]
    # Without itself; where as near ones crowd a paper out of its own list, without the last.
    other = rows != np.arange(papers)[:, None]
    other[other.all(axis=1), -1] = False
    other &= rows >= 0
    ends = np.concatenate([[0], np.cumsum(other.sum(axis=1))])
    one_way = csr_matrix((np.ones(ends[-1]), rows[other], ends), shape=(papers, papers))
    return csr_matrix(one_way + one_way.T)


def _forces(vectors: Vectors, start: Positions | None, advance: Advance) -> Positions:
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PrecomputedAffinities

    phases = [(_EARLY, _EXAGGERATION, 0.5), (_LATE, 1.0, 0.8)]
    if start is None:
        start = principal(vectors)
        start *= _SPREAD / max(float(start[:, 0].std()), 1e-12)
    else:
        phases = [(_SETTLING, 1.0, 0.8)]
    many = len(vectors) > _INTERPOLATED
    places = TSNEEmbedding(
        # No two at the same place, or no force would ever part them.
        apart(start),
        PrecomputedAffinities(graph(vectors)),
        # By interpolation the result does not depend on how many threads compute it; by tree it would.
        negative_gradient_method="fft" if many else "bh",
        n_jobs=-1 if many else 1,
    )
    for iterations, exaggeration, momentum in phases:
        for done in range(0, iterations, _AT_ONCE):
            few = min(_AT_ONCE, iterations - done)
            places.optimize(
                few, inplace=True, learning_rate="auto", exaggeration=exaggeration, momentum=momentum
            )
            advance(few)
    return np.asarray(places, dtype=np.float32)


def apart(positions: Positions) -> Positions:
    """The same places, but those that papers share: these lie around it, as seeds lie in a sunflower."""
    size = float(np.ptp(positions, axis=0).max(initial=0.0)) or 1.0
    grid = np.rint(positions / (size / 4_000)).astype(np.int64)
    cell, count = np.unique(grid, axis=0, return_inverse=True, return_counts=True)[1:]
    order = np.argsort(cell.ravel(), kind="stable")
    first = np.cumsum(count) - count
    rank = np.empty(len(positions))
    rank[order] = np.arange(len(positions)) - np.repeat(first, count)
    radius = np.sqrt(rank) * size / 1_000
    angle = rank * np.pi * (3 - 5**0.5)  # the golden angle
    around = np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]
    return (positions + around).astype(np.float32)
