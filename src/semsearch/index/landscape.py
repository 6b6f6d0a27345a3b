"""The map of a collection: where each paper lies by meaning, and what the regions are called.

A rebuild in which few papers changed keeps the map: papers that stayed stay where they were, and new ones are
put among the papers they are nearest to. When a tenth has changed since the papers were last placed, all are
placed again, from where they lay.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Vectors
from semsearch.errors import IndexDamaged, IndexForeign, IndexMissing
from semsearch.index import density, naming, placement
from semsearch.index.arrays import mapped
from semsearch.index.files import unreadable
from semsearch.index.papers import PaperTable
from semsearch.index.placement import Positions
from semsearch.index.progress import Progress, Silent
from semsearch.index.store import Store
from semsearch.index.vectors import PaperVectors, Rows
from semsearch.paper import Paper

_POSITIONS, _POINTS, _DESCRIPTION = "map_positions.npy", "map_points.npy", "map.json"
MOST = 32_767
"""The coordinates of points and of regions go from ``-MOST`` to ``MOST``."""

_REGIONS = (10, 45, 180)  # of each level at most
_PAPERS = (16, 8, 5)  # that a region of each level has at least, in the mean
_FINER = 1.7  # times as many regions as the level above; a level of fewer says nothing new
_NAMED = 3  # papers; a region of fewer has no name
_DRIFT = 0.1  # share of the papers changed since all were placed, from which on they are placed again
_SAME = 0.9999  # cosine of the vectors of a paper whose text did not change
_AMONG = 10  # nearest papers that a new one is put in the middle of
PLACED = 100_000
"""Papers that are placed by the forces between them; of more, the others go among these."""


@dataclass(frozen=True, slots=True)
class Region:
    """A region of the map.

    Attributes:
        x, y: Where its papers lie densest, from ``-MOST`` to ``MOST``.
        papers: How many lie in it.
        terms: Its name: one to three terms, the most telling first.
    """

    x: int
    y: int
    papers: int
    terms: tuple[str, ...]


Levels = tuple[tuple[Region, ...], ...]
"""Regions by level, coarse ones first; of each level the largest first."""


@dataclass(frozen=True, slots=True)
class _Before:
    """The map of the published generation: what a new one continues.

    Attributes:
        rows: For each paper of the new one its row there, -1 where it is new.
        same: Whether its vector is the same too.
        removed: How many papers are no more.
    """

    positions: Positions
    rows: Rows
    same: NDArray[np.bool_]
    removed: int
    method: str
    drift: float


def write(
    folder: Path,
    papers: Sequence[Paper],
    vectors: Vectors,
    store: Store,
    progress: Progress | None = None,
) -> str:
    """Write the map of some papers.

    Args:
        folder: Of the generation.
        papers: Row ``i`` is ``papers[i]``.
        vectors: Shape ``(papers, dim)``, unit norm.
        store: Its published generation has the map that this one continues.
        progress: Told of two steps: papers are placed, then regions named.

    Returns:
        What placed the papers: openTSNE with its version, or `placement.PCA`.
    """
    progress = progress or Silent()
    positions, drift = _placed(_before(store, papers, vectors), vectors, progress)
    progress.step("regions", len(papers))
    levels = _named(papers, positions, progress)
    method = placement.method()
    np.save(folder / _POSITIONS, positions)
    years = np.array([paper.year or 0 for paper in papers]).clip(0, 9_999)
    points = np.column_stack([_on_grid(positions, *_extent(positions)), years])
    np.save(folder / _POINTS, np.ascontiguousarray(points.T, dtype="<i2"))
    described = {"method": method, "drift": drift, "levels": [[asdict(r) for r in level] for level in levels]}
    (folder / _DESCRIPTION).write_text(json.dumps(described, ensure_ascii=False) + "\n", encoding="utf-8")
    return method


def _placed(before: _Before | None, vectors: Vectors, progress: Progress) -> tuple[Positions, float]:
    """Where the papers lie now, and how far that has drifted from papers that were placed together."""
    papers, drift = len(vectors), 0.0
    if before is not None:
        drift = before.drift + (int(np.count_nonzero(~before.same)) + before.removed) / papers
    if before is not None and before.method == placement.method() and drift <= _DRIFT:
        progress.step("place")
        return placement.apart(_continued(before, before.same, vectors)), drift
    start = None
    if before is not None and before.method == placement.method() and (before.rows >= 0).any():
        start = _continued(before, before.rows >= 0, vectors)
    placed = np.arange(papers)[:: -(-papers // PLACED)]  # all, or evenly one in so many
    progress.step("place", placement.steps(len(placed), settled=start is not None))
    positions = placement.place(vectors[placed], None if start is None else start[placed], progress.advance)
    if len(placed) < papers:
        positions = _among(placed, positions, vectors)
    return placement.apart(positions if before is None else _turned(positions, before)), 0.0


def _named(papers: Sequence[Paper], positions: Positions, progress: Progress) -> Levels:
    """The regions with their names; those without one are left out."""
    found = density.regions(positions, _most(len(papers)))
    # Of very many papers some say enough; one of each region is among them.
    read = np.arange(len(papers))[:: -(-len(papers) // PLACED)]
    read = np.unique(np.concatenate([read, *(np.unique(of, return_index=True)[1] for of, _ in found)]))
    named = naming.names([papers[row] for row in read], [of[read] for of, _ in found], progress.advance)
    levels = []
    for (labels, peaks), of_level in zip(found, named, strict=True):
        places, sizes = _on_grid(peaks, *_extent(positions)).tolist(), np.bincount(labels).tolist()
        level = [
            Region(x, y, size, terms)
            for (x, y), size, terms in zip(places, sizes, of_level, strict=True)
            if terms and size >= _NAMED
        ]
        levels.append(tuple(sorted(level, key=lambda region: -region.papers)))
    return tuple(levels)


def _most(papers: int) -> list[int]:
    """How many regions each level of so many papers has at most."""
    levels = [1]
    for regions, least in zip(_REGIONS, _PAPERS, strict=True):
        most = min(regions, papers // least)
        if most >= _FINER * levels[-1]:
            levels.append(most)
    return levels[1:] or levels


class Landscape:
    """Reads the map of a generation; arrays are memory-mapped.

    Attributes:
        points: What is drawn: every x, every y (upwards), every year, 0 where none is known; in two bytes
            each, the least first. Shape ``(3, papers)``.
        positions: The places of the papers before they were rounded.
        levels: The regions.
        method: What placed the papers.
        drift: Share of the papers that changed since all were placed.

    Raises:
        IndexDamaged: It cannot be read, or is of other papers.
    """

    def __init__(self, folder: Path, papers: int) -> None:
        try:
            described = json.loads((folder / _DESCRIPTION).read_text(encoding="utf-8"))
            self.method, self.drift = str(described["method"]), float(described["drift"])
            self.levels: Levels = tuple(
                tuple(
                    Region(int(of["x"]), int(of["y"]), int(of["papers"]), tuple(map(str, of["terms"])))
                    for of in level
                )
                for level in described["levels"]
            )
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise unreadable(folder / _DESCRIPTION, error) from error
        self.positions: Positions = mapped(folder / _POSITIONS, np.float32, papers, 2)
        self.points: NDArray[np.int16] = mapped(folder / _POINTS, "<i2", 3, papers)


def _extent(positions: Positions) -> tuple[NDArray[np.float64], float]:
    """The middle of all papers, and half the side of the square around them."""
    low, high = positions.min(axis=0).astype(np.float64), positions.max(axis=0).astype(np.float64)
    return (low + high) / 2, float((high - low).max()) / 2 or 1.0


def _on_grid(positions: Positions, centre: NDArray[np.float64], half: float) -> NDArray[np.int16]:
    return np.rint(np.clip((positions - centre) / half, -1, 1) * MOST).astype(np.int16)


def _before(store: Store, papers: Sequence[Paper], vectors: Vectors) -> _Before | None:
    """The map of the published generation; None where there is none to go by."""
    try:
        generation = store.current()
        if generation is None or not store.manifest(generation).counts.papers:
            return None
        folder = store.generations / generation
        row_of = {identifier: row for row, identifier in enumerate(PaperTable(folder).ids())}
        landscape, old = Landscape(folder, len(row_of)), PaperVectors(folder)
    except (IndexDamaged, IndexForeign, IndexMissing):
        return None  # the papers are placed afresh; the build mends what is damaged
    rows = np.array([row_of.get(paper.id, -1) for paper in papers], dtype=np.int64)
    same = rows >= 0
    if old.dim == vectors.shape[1]:
        same[same] = np.einsum("ij,ij->i", old.vectors(rows[same]), vectors[same]) > _SAME
    else:
        same[:] = False
    removed = len(row_of) - int(np.count_nonzero(rows >= 0))
    return _Before(landscape.positions, rows, same, removed, landscape.method, landscape.drift)


def _continued(before: _Before, kept: NDArray[np.bool_], vectors: Vectors) -> Positions:
    """Papers that are kept where they were, and the others in the middle of the kept ones nearest to each."""
    return _among(np.flatnonzero(kept), before.positions[before.rows[kept]], vectors)


def _among(rows: Rows, at: Positions, vectors: Vectors) -> Positions:
    """Papers that have a place, and the others, each in the middle of those of them nearest to it."""
    positions = np.empty((len(vectors), 2), dtype=np.float32)
    positions[rows] = at
    others = np.ones(len(vectors), dtype=np.bool_)
    others[rows] = False
    if others.any():
        nearest = placement.nearest(vectors[rows], vectors[others], _AMONG)[1]
        positions[others] = np.median(at[nearest], axis=1)
    return positions


def _turned(positions: Positions, before: _Before) -> Positions:
    """Turned and mirrored so that papers lie nearest to where they were (Schönemann 1966)."""
    known = before.rows >= 0
    if not known.any():
        return positions
    here, there = positions[known].astype(np.float64), before.positions[before.rows[known]].astype(np.float64)
    u, _, v = np.linalg.svd((here - here.mean(axis=0)).T @ (there - there.mean(axis=0)))
    turned: Positions = (positions @ (u @ v)).astype(np.float32)
    return turned
