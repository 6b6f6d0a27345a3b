"""Large files are hashed once; whatever changes them afterwards is seen."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from semsearch.errors import IndexDamaged
from semsearch.index import arrays, seals
from semsearch.index.build import build
from semsearch.index.generation import open_generation
from semsearch.index.store import Store
from tests.support import CORPUS, WordEncoder


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("original")
    build(CORPUS, root, WordEncoder())
    return root


@pytest.fixture
def index(original: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """An index that remembers even its smallest files, and was opened ten seconds after they were written."""
    index = Store(shutil.copytree(original, tmp_path / "index"), large=0)
    later = time.time_ns() + 10**10
    monkeypatch.setattr(time, "time_ns", lambda: later)
    open_generation(index)
    return index


def unchanged(index: Store) -> set[str]:
    """Names of the files that need not be hashed."""
    generation = index.published()
    manifest, folder = index.manifest(generation), index.generations / generation
    return set(index.unchanged(manifest, generation, seals.seals(folder, manifest.files)))


def test_what_was_found_whole_is_not_hashed_again(index: Store) -> None:
    manifest = index.manifest(index.published())
    assert unchanged(index) == set(manifest.files)
    path = index.generations / index.published() / "texts.npy"
    path.write_bytes(path.read_bytes())
    assert unchanged(index) == set(manifest.files) - {"texts.npy"}
    open_generation(index)
    assert unchanged(index) == set(manifest.files)


def test_only_what_is_not_known_is_read(index: Store) -> None:
    path = index.generations / index.published() / "texts.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"~")
    index.verify(index.published(), {"texts.npy"})
    with pytest.raises(IndexDamaged, match=r"texts\.npy.*was changed after it was written"):
        index.verify(index.published(), unchanged(index))


def test_every_byte_is_read_where_that_is_asked_for(index: Store) -> None:
    path = index.generations / index.published() / "texts.npy"
    path.write_bytes(path.read_bytes()[:-1] + b"~")
    remembered = index.seals / f"{index.published()}.json"
    known = json.loads(remembered.read_text())
    # As if the disk had lost a bit by itself: nothing that the system says of the file has changed.
    known["texts.npy"] = list(seals.seals(path.parent, ["texts.npy"])["texts.npy"])
    remembered.write_text(json.dumps(known))
    open_generation(index)
    with pytest.raises(IndexDamaged, match=r"was changed after it was written"):
        open_generation(index, thoroughly=True)


@pytest.mark.parametrize("how", ["written", "time set back", "replaced"])
def test_one_flipped_bit_in_a_file_that_was_found_whole_is_refused(index: Store, how: str) -> None:
    path = index.generations / index.published() / "posting_rows.npy"
    content, before = bytearray(path.read_bytes()), path.stat()
    content[-1] ^= 1
    if how == "replaced":
        path.rename(path.with_name(".old"))
        path.write_bytes(content)
        path.with_name(".old").unlink()
    else:
        path.write_bytes(content)
    if how != "written":
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(IndexDamaged, match="was changed after it was written"):
        open_generation(index)


def test_a_shortened_or_missing_file_is_refused_whatever_is_remembered(index: Store) -> None:
    path = index.generations / index.published() / "texts.npy"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(IndexDamaged, match="bytes, and"):
        open_generation(index)
    path.unlink()
    with pytest.raises(IndexDamaged, match="is missing"):
        open_generation(index)


@pytest.mark.parametrize("text", ["", "[]", "3", '{"texts.npy": 7}', '{"texts.npy": ["x"]}', "[" * 100_000])
def test_where_nothing_can_be_read_of_it_everything_is_hashed(index: Store, text: str) -> None:
    (index.seals / f"{index.published()}.json").write_text(text)
    assert unchanged(index) == set()
    open_generation(index)
    assert unchanged(index) == set(index.manifest(index.published()).files)


def test_what_was_only_just_written_is_not_remembered(tmp_path: Path) -> None:
    now = time.time_ns()
    old, young = (1, 2, now - 10**10, now - 10**10), (1, 2, now - 10**10, now)
    seals.write(tmp_path / "seals" / "x.json", {"old": old, "young": young})
    assert seals.read(tmp_path / "seals" / "x.json") == {"old": old}


def test_nothing_is_remembered_of_a_small_index(original: Path) -> None:
    open_generation(Store(original))
    assert not (original / "seals").exists()


def test_what_is_remembered_goes_with_its_generation(index: Store) -> None:
    build(CORPUS[:3], index.root, WordEncoder(), keep=1)
    assert [*index.seals.iterdir()] == []


def test_only_what_is_new_is_looked_through(tmp_path: Path) -> None:
    np.save(tmp_path / "rows.npy", np.array([0, 9], dtype=np.int32))
    with pytest.raises(IndexDamaged, match="names what the files beside it do not hold"):
        arrays.indices(tmp_path / "rows.npy", np.int32, None, below=5)
    with arrays.seen_before({tmp_path / "rows.npy"}):
        assert len(arrays.indices(tmp_path / "rows.npy", np.int32, None, below=5)) == 2
        with pytest.raises(IndexDamaged):  # its length and its kind are still held against what they must be
            arrays.indices(tmp_path / "rows.npy", np.int64, None, below=5)
    with pytest.raises(IndexDamaged):
        arrays.indices(tmp_path / "rows.npy", np.int32, None, below=5)
