"""Which searcher answers: the published one, those before it, and one that is asked for by id."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from semsearch.api import build
from semsearch.errors import GenerationGone
from semsearch.index.store import Store
from semsearch.serve import live as watching
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


@pytest.mark.parametrize("content", [b"", b"\xff", b"../../etc", b"000099-0123456789ab\n", None])
def test_a_damaged_pointer_leaves_the_old_one_serving_and_the_watch_going(
    tmp_path: Path, content: bytes | None
) -> None:
    live = live_on(tmp_path, CORPUS[:3])
    pointer = tmp_path / "CURRENT"
    if content is None:
        pointer.unlink()
    else:
        pointer.write_bytes(content)
    live.refresh()
    assert live.problem is not None
    assert "CURRENT" in live.problem or "000099-0123456789ab" in live.problem
    assert len(live.searcher) == 3
    with pytest.raises(GenerationGone):
        live.at("000099-0123456789ab")
    Store(tmp_path).publish(live.searcher.generation.id)
    live.refresh()
    assert live.problem is None


def test_what_was_refused_for_want_of_open_files_is_served_later(tmp_path: Path) -> None:
    live = live_on(tmp_path, CORPUS[:3])
    newer = build(CORPUS, tmp_path, encoder=WordEncoder()).generation
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        live.refresh()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert live.problem is not None
    assert "too many open files" in live.problem
    assert len(live.searcher) == 3
    live.refresh()
    assert live.at_hand(newer) is live.searcher
    assert not live.problem


def test_files_that_are_put_back_are_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live = live_on(tmp_path, CORPUS[:3])
    newer = build(CORPUS, tmp_path, encoder=WordEncoder()).generation
    file = tmp_path / "generations" / newer / "titles.npy"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    monkeypatch.setattr(watching, "_AGAIN", 0.0)
    live.refresh()
    assert live.searcher.generation.id != newer
    file.write_bytes(whole)
    live.refresh()
    assert live.searcher.generation.id == newer
    assert not live.problem
