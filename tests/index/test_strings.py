"""Sorted strings on disk against Python's own lists."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from semsearch.index import strings
from semsearch.index.strings import Strings

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.sets(ANY_TEXT), ANY_TEXT)
def test_every_string_is_found_and_no_other(some: set[str], other: str) -> None:
    ordered = sorted(some, key=str.encode)
    with TemporaryDirectory() as folder:
        strings.write(Path(folder), "some", ordered)
        stored = Strings(Path(folder), "some")
        assert list(stored) == ordered
        assert [stored.find(string) for string in ordered] == list(range(len(ordered)))
        assert (stored.find(other) is None) == (other not in some)
