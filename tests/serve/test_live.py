"""Which searcher answers: the published one, those before it, and one that is asked for by id."""

from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.api import build
from semsearch.errors import GenerationGone
from semsearch.index.store import Store
from tests.serve.serving import live_on
from tests.support import CORPUS, WordEncoder


def test_the_last_two_that_served_stay_at_hand_though_they_are_pruned(tmp_path: Path) -> None:
    live, encoder = live_on(tmp_path, CORPUS), WordEncoder()
    served = [live.searcher]
    for papers in (4, 3, 2):
        build(CORPUS[:papers], tmp_path, encoder=encoder)
        live.refresh()
        served.append(live.searcher)
    Store(tmp_path).prune(1)
    assert [len(searcher) for searcher in served] == [5, 4, 3, 2]
    assert live.at(None) is served[3]
    for searcher in served[1:]:
        assert live.at(searcher.generation.id) is searcher
    assert served[1].search("Neural Machine Translation by Jointly Learning")[0].paper.id == "bahdanau"
    with pytest.raises(GenerationGone, match="not kept here") as gone:
        live.at(served[0].generation.id)
    assert "without a generation" in gone.value.hint


def test_one_that_is_kept_on_disk_is_opened(tmp_path: Path) -> None:
    encoder = WordEncoder()
    older = build(CORPUS[:3], tmp_path, encoder=encoder).generation
    live = live_on(tmp_path, CORPUS)
    assert live.at_hand(older) is None
    opened = live.at(older)
    assert (opened.generation.id, len(opened)) == (older, 3)
    assert live.at(older) is opened
    assert len(live.searcher) == 5, "it answers only those who ask for it"


def test_one_that_was_published_a_moment_ago_is_opened_at_once(tmp_path: Path) -> None:
    live = live_on(tmp_path, CORPUS)
    before = live.searcher
    newer = build(CORPUS[:3], tmp_path, encoder=WordEncoder()).generation
    assert live.at(newer) is live.searcher
    assert live.searcher.generation.id == newer
    assert live.at(before.generation.id) is before


@pytest.mark.parametrize("generation", ["nonesuch", "", ".", "..", "../generations", "/etc", "a\x00b"])
def test_one_that_never_was_is_gone(tmp_path: Path, generation: str) -> None:
    live = live_on(tmp_path, CORPUS[:1])
    with pytest.raises(GenerationGone):
        live.at(generation)


def test_a_damaged_one_is_gone(tmp_path: Path) -> None:
    older = build(CORPUS[:3], tmp_path, encoder=WordEncoder()).generation
    live = live_on(tmp_path, CORPUS)
    (tmp_path / "generations" / older / "titles.npy").unlink()
    with pytest.raises(GenerationGone):
        live.at(older)


def test_a_problem_ends_when_the_one_that_answers_is_published_again(tmp_path: Path) -> None:
    live = live_on(tmp_path, CORPUS)
    store, good = Store(tmp_path), live.searcher.generation.id
    bad = build(CORPUS[:3], tmp_path, encoder=WordEncoder()).generation
    (store.generations / bad / "titles.npy").unlink()
    live.refresh()
    assert live.problem is not None
    assert "titles.npy" in live.problem
    store.publish(good)
    live.refresh()
    assert live.problem is None
