"""Addresses: what they say is read back, whatever it is."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from semsearch.search import MODES, Filters
from semsearch.serve.pages.address import LAST_PAGE, Address, of_paper, read

_texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(str.strip).filter(bool)
_years = st.none() | st.integers(1, 9999)
_addresses = st.builds(
    Address,
    q=_texts | st.just(""),
    mode=st.sampled_from(MODES),
    filters=st.builds(Filters, _years, _years, st.none() | _texts, st.none() | _texts),
    page=st.integers(1, LAST_PAGE),
    generation=st.none() | _texts,
    lang=st.sampled_from([None, "en", "fr"]),
)


def _followed(path: str) -> Address:
    return read(QueryParams(urlsplit(path).query))


@given(_addresses)
def test_an_address_is_read_back(address: Address) -> None:
    assert _followed(address.path("/")) == address


@given(_addresses)
def test_a_filter_begins_at_the_first_page_of_the_newest_papers(address: Address) -> None:
    there = _followed(address.to(year_from=1999, author=None))
    assert (there.page, there.generation) == (1, None)
    assert (there.filters.year_from, there.filters.author) == (1999, None)
    assert (there.q, there.mode, there.filters.venue) == (address.q, address.mode, address.filters.venue)


@given(_addresses)
def test_another_page_is_of_the_same_generation(address: Address) -> None:
    there = _followed(address.to(page=7, generation="000012-abc"))
    assert (there.page, there.generation, there.filters) == (7, "000012-abc", address.filters)


def test_what_cannot_be_read_is_said() -> None:
    address = read(QueryParams("q=x&year_from=soon&year_to=2020&page=0&mode=magic&lang=de"))
    assert address.filters == Filters(year_to=2020)
    assert (address.page, address.mode, address.lang) == (1, "auto", None)
    assert {*address.unread} == {"soon", "0", "magic"}


def test_empty_fields_of_a_form_are_no_filters() -> None:
    assert read(QueryParams("q=x&year_from=&year_to=&author=+&venue=&mode=")) == Address("x")


@pytest.mark.parametrize(
    ("identifier", "path"),
    [
        ("gan", "/papers/gan"),
        ("10.1038/171737a0", "/papers/10.1038/171737a0"),
        ("https://x.org/a?b#c", "/papers/https%3A%2F%2Fx.org%2Fa%3Fb%23c"),
        ("a/../b", "/papers/a%2F..%2Fb"),
        ("100 % sûr", "/papers/100%20%25%20s%C3%BBr"),
    ],
)
def test_a_paper_has_a_path_that_nobody_rewrites(identifier: str, path: str) -> None:
    assert of_paper(identifier) == path
    assert unquote(path) == f"/papers/{identifier}"
