"""Generations: published whole, refused when damaged, never lost to another command."""

from __future__ import annotations

import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from semsearch.errors import IndexBusy, IndexDamaged, IndexForeign, IndexMissing
from semsearch.index import manifest as passport
from semsearch.index.build import build
from semsearch.index.generation import open_generation
from semsearch.index.store import Store
from tests.support import CORPUS, WordEncoder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An index with two generations: of three papers, and of five."""
    build(CORPUS[:3], tmp_path, WordEncoder())
    build(CORPUS, tmp_path, WordEncoder())
    return Store(tmp_path)


def test_the_published_generation_is_the_last_build(store: Store) -> None:
    first, second = store.ids()
    assert store.current() == second
    assert store.manifest(second).parent == first
    assert len(open_generation(store).papers) == 5
    assert len(open_generation(store, first).papers) == 3


def test_nothing_but_the_documented_files_is_left_behind(store: Store) -> None:
    documented = {"CURRENT", "generations", "cache", "verdicts", ".lock"}
    assert {entry.name for entry in store.root.iterdir()} == documented
    assert {entry.name for entry in store.generations.iterdir()} == set(store.ids())


def test_a_missing_index_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="semsearch index"):
        open_generation(Store(tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def _files(store: Store) -> list[Path]:
    return sorted((store.generations / str(store.current())).iterdir())


def test_every_file_is_missed_by_name(store: Store) -> None:
    for path in _files(store):
        kept = path.read_bytes()
        path.unlink()
        with pytest.raises(IndexDamaged, match=path.name) as caught:
            open_generation(store)
        assert caught.value.hint
        path.write_bytes(kept)
    open_generation(store)


def test_one_flipped_bit_in_any_file_is_refused(store: Store) -> None:
    for path in _files(store):
        kept = path.read_bytes()
        if not kept:
            continue
        middle = len(kept) // 2
        path.write_bytes(kept[:middle] + bytes([kept[middle] ^ 1]) + kept[middle + 1 :])
        with pytest.raises((IndexDamaged, IndexForeign), match=path.name):
            open_generation(store)
        path.write_bytes(kept)
    open_generation(store)


def test_a_shortened_file_is_refused(store: Store) -> None:
    path = store.generations / str(store.current()) / "vectors.faiss"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(IndexDamaged, match=r"vectors\.faiss.*bytes"):
        open_generation(store)


def test_a_file_of_another_generation_is_refused(store: Store) -> None:
    first, second = store.ids()
    shutil.copy(store.generations / first / "titles.npy", store.generations / second / "titles.npy")
    with pytest.raises(IndexDamaged, match=r"titles\.npy"):
        open_generation(store)


def test_a_manifest_that_lies_is_refused(store: Store) -> None:
    path = store.generations / str(store.current()) / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["counts"]["papers"] = 4
    path.write_text(json.dumps(manifest))
    with pytest.raises(IndexDamaged, match="changed after it was written"):
        open_generation(store)


def test_a_stray_file_is_refused(store: Store) -> None:
    (store.generations / str(store.current()) / "extra.bin").write_bytes(b"x")
    with pytest.raises(IndexDamaged, match=r"extra\.bin"):
        open_generation(store)


def test_another_format_is_foreign_not_damaged(store: Store) -> None:
    path = store.generations / str(store.current()) / "manifest.json"
    path.write_text(re.sub(r'"schema": \d+', '"schema": 99', path.read_text()))
    with pytest.raises(IndexForeign, match="format 99"):
        open_generation(store)


def test_publishing_an_older_generation_rolls_back(store: Store) -> None:
    first, second = store.ids()
    store.publish(first)
    assert len(open_generation(store).papers) == 3
    store.publish(second)
    assert len(open_generation(store).papers) == 5
    with pytest.raises(IndexMissing, match="nonesuch"):
        store.publish("nonesuch")
    assert store.current() == second


def test_pruning_never_removes_the_published_generation(store: Store) -> None:
    first, second = store.ids()
    store.publish(first)
    build(CORPUS[:2], store.root, WordEncoder())
    third = store.ids()[-1]
    store.publish(first)
    assert store.prune(1) == [second]
    assert store.ids() == [first, third]
    assert len(open_generation(store).papers) == 3


def test_what_is_open_survives_its_deletion_even_for_a_new_thread(store: Store) -> None:
    opened = open_generation(store, store.ids()[0])
    assert store.prune(1) == [opened.id]
    with ThreadPoolExecutor(1) as later:
        assert later.submit(opened.papers.get, [0, 2]).result() == [CORPUS[0], CORPUS[2]]
        assert later.submit(opened.words.scores, "adversarial").result().argmax() == 0


def test_a_second_writer_is_turned_away(store: Store) -> None:
    before = store.ids()
    with store.lock(), pytest.raises(IndexBusy, match="another build"):
        build(CORPUS, store.root, WordEncoder())
    assert store.ids() == before
    build(CORPUS, store.root, WordEncoder())


def test_the_id_certifies_the_manifest(store: Store) -> None:
    current = str(store.current())
    text = (store.generations / current / "manifest.json").read_text()
    assert current.endswith(passport.digest(text))
