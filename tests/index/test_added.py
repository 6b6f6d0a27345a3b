"""When papers came into an index: counted from the build that first had them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from semsearch.errors import IndexDamaged
from semsearch.index import added
from semsearch.index.build import build
from semsearch.index.generation import Generation, open_generation
from semsearch.index.store import Store
from tests.support import CORPUS, WordEncoder


def times(generation: Generation) -> dict[str, int]:
    return dict(zip(generation.papers.ids(), generation.added.tolist(), strict=True))


def test_a_paper_keeps_the_time_of_the_build_that_first_had_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, encoder = Store(tmp_path), WordEncoder()
    build(CORPUS[:2], tmp_path, encoder)
    first = times(open_generation(store))
    later = max(first.values()) + 86_400
    monkeypatch.setattr(added, "seconds", lambda _: later)
    changed = replace(CORPUS[1], title="Another title")
    build([CORPUS[2], changed], tmp_path, encoder)
    assert times(open_generation(store)) == {CORPUS[2].id: later, CORPUS[1].id: first[CORPUS[1].id]}


def test_what_is_damaged_is_built_again_with_all_papers_new(tmp_path: Path) -> None:
    store, encoder = Store(tmp_path), WordEncoder()
    build(CORPUS[:2], tmp_path, encoder)
    file = store.generations / store.published() / added.FILE
    file.write_bytes(file.read_bytes()[:-8])
    with pytest.raises(IndexDamaged):
        open_generation(store)
    assert added.known(store) == {}
    build(CORPUS[:2], tmp_path, encoder)
    assert len(times(open_generation(store))) == 2
