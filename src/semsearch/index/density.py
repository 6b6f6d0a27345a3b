"""How densely papers lie in the plane, and the regions around the peaks of that."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from semsearch.index.placement import Positions

Labels = NDArray[np.int64]
"""The region of each paper, numbered by peak from the highest down; shape ``(papers,)``."""

_CELLS = 256  # along each side of the grid
_MARGIN = 0.02
_NARROWEST, _WIDEST, _WIDER = 0.004, 1.0, 1.12  # of the blur, in sides of the grid


def regions(positions: Positions, most: Sequence[int]) -> list[tuple[Labels, Positions]]:
    """Divide the plane along the valleys between its peaks, once for each of some numbers of regions.

    Every paper belongs to the peak that it comes to by going uphill. The density is blurred just as much as
    leaves so many peaks or fewer.

    Args:
        positions: At least one paper.
        most: Numbers of regions, fewest first.

    Returns:
        For each of them the region of each paper, and where the peak of each region is.
    """
    low, size = _square(positions)
    grid = np.clip(((positions - low) / size * _CELLS).astype(np.int64), 0, _CELLS - 1)
    cells = grid[:, 0] * _CELLS + grid[:, 1]
    counts = np.bincount(cells, minlength=_CELLS**2).reshape(_CELLS, _CELLS).astype(np.float64)
    width = _NARROWEST
    found = []
    for wanted in reversed(most):
        while True:
            density = _blurred(counts, width)
            peak_of = _uphill(density)[cells]
            peaks, labels = np.unique(peak_of, return_inverse=True)
            if len(peaks) <= wanted or width > _WIDEST:
                break
            width *= _WIDER
        order = np.argsort(-density.ravel()[peaks], kind="stable")
        number = np.empty(len(order), dtype=np.int64)
        number[order] = np.arange(len(order))
        summits = np.column_stack(np.divmod(peaks[order], _CELLS))
        found.append((number[labels.ravel()], (low + (summits + 0.5) / _CELLS * size).astype(np.float32)))
    return found[::-1]


def _square(positions: Positions) -> tuple[NDArray[np.float64], float]:
    """Lower corner and side of a square around all papers."""
    low, high = positions.min(axis=0).astype(np.float64), positions.max(axis=0).astype(np.float64)
    size = float((high - low).max()) * (1 + 2 * _MARGIN) or 1.0
    return (low + high) / 2 - size / 2, size


def _blurred(counts: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Each cell with its surroundings, weighted by a normal distribution of so many sides of the grid."""
    at = np.arange(_CELLS) / _CELLS
    kernel = np.exp(-((at[:, None] - at) ** 2) / (2 * width**2))
    return kernel @ counts @ kernel


def _uphill(density: NDArray[np.float64]) -> NDArray[np.int64]:
    """The number of the peak that each cell belongs to, shape ``(cells,)``."""
    # By rank no two cells are equally high, so that nobody goes in circles on a plateau.
    height = np.empty(density.size, dtype=np.int64)
    height[np.argsort(density.ravel(), kind="stable")] = np.arange(density.size)
    cell_at = np.empty_like(height)
    cell_at[height] = np.arange(density.size)
    padded = np.pad(height.reshape(density.shape), 1, constant_values=-1)
    around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).max(axis=(2, 3))
    above = cell_at[around.ravel()]
    while not np.array_equal(further := above[above], above):
        above = further
    peaks: NDArray[np.int64] = above
    return peaks
