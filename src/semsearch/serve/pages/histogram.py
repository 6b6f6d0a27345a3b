"""How many papers there are of each year, as bars to choose years with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 240, 56
_MOST_BARS = 48
_GAP = 0.2  # of the width of a bar
_LOWEST = 2.0  # so that one paper is still seen
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of the picture, in its own units.

    Attributes:
        first: First year it counts.
        last: Last year.
        papers: How many papers.
        chosen: Whether the filter lets some of its years pass.
    """

    first: int
    last: int
    papers: int
    chosen: bool
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """Bars from the first year to the last, and how wide a year is."""

    bars: tuple[Bar, ...]
    first: int
    last: int
    year: float


def histogram(
    years: Sequence[tuple[int, int]], year_from: int | None = None, year_to: int | None = None
) -> Histogram | None:
    """The picture of some counts, which are in order; None where there is nothing to choose from.

    Where there are too many years for a bar each, a bar counts 2, 5, 10 or more of them.
    """
    if len(years) < 2:
        return None
    first, last = years[0][0], years[-1][0]
    step = next((step for step in _STEPS if (last // step - first // step) < _MOST_BARS), _STEPS[-1])
    start, end = first // step * step, last // step * step + step
    counts = dict.fromkeys(range(start, end, step), 0)
    for year, papers in years:
        counts[year // step * step] += papers
    most, width = max(counts.values()), WIDTH / len(counts)
    bars = []
    for i, (begin, papers) in enumerate(counts.items()):
        height = max(_LOWEST, papers / most * HEIGHT) if papers else 0.0
        until = begin + step - 1
        chosen = (year_from is None or until >= year_from) and (year_to is None or begin <= year_to)
        bars.append(
            Bar(
                max(begin, first),
                min(until, last),
                papers,
                chosen,
                round(width * (i + _GAP / 2), 2),
                round(HEIGHT - height, 2),
                round(width * (1 - _GAP), 2),
                round(height, 2),
            )
        )
    return Histogram(tuple(bars), start, end - 1, WIDTH / (end - start))
