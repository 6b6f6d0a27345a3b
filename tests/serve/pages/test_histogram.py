"""The histogram: every paper in a bar, every year in the right one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.serve.pages.histogram import HEIGHT, WIDTH, histogram

_counts = st.dictionaries(st.integers(1000, 2100), st.integers(1, 500), min_size=2).map(
    lambda counts: tuple(sorted(counts.items()))
)


@given(_counts)
def test_bars_count_every_paper_once_and_stand_side_by_side(years: tuple[tuple[int, int], ...]) -> None:
    drawn = histogram(years)
    assert drawn is not None
    assert sum(bar.papers for bar in drawn.bars) == sum(papers for _, papers in years)
    for year, papers in years:
        (bar,) = (bar for bar in drawn.bars if bar.first <= year <= bar.last)
        assert bar.papers >= papers
    edges = [(bar.x, bar.x + bar.width) for bar in drawn.bars]
    assert edges == sorted(edges)
    assert edges[-1][1] <= WIDTH
    assert max(bar.height for bar in drawn.bars) == HEIGHT
    assert all((bar.height > 0) == (bar.papers > 0) for bar in drawn.bars)
    assert len(drawn.bars) <= 48


def test_few_years_have_a_bar_each_and_the_chosen_ones_are_told() -> None:
    drawn = histogram([(2019, 4), (2021, 1), (2022, 2)], 2021, 2021)
    assert drawn is not None
    assert [(bar.first, bar.last, bar.papers, bar.chosen) for bar in drawn.bars] == [
        (2019, 2019, 4, False),
        (2020, 2020, 0, False),
        (2021, 2021, 1, True),
        (2022, 2022, 2, False),
    ]
    assert drawn.bars[3].height == pytest.approx(HEIGHT / 2)


def test_many_years_share_bars() -> None:
    drawn = histogram([(1905, 1), (1953, 2), (2024, 3)])
    assert drawn is not None
    assert (drawn.bars[0].first, drawn.bars[0].last) == (1905, 1909)
    assert (drawn.bars[-1].first, drawn.bars[-1].last, drawn.last) == (2020, 2024, 2024)


def test_one_year_is_nothing_to_choose_from() -> None:
    assert histogram([]) is None
    assert histogram([(2020, 5)]) is None
