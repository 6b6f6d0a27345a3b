"""Large files are hashed once; whatever changes them afterwards is seen."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from semsearch.errors import IndexDamaged
from semsearch.index import arrays, seals, store
from semsearch.index.build import build
from semsearch.index.generation import open_generation
from semsearch.index.manifest import Manifest
from semsearch.index.store import MANIFEST, Store
from tests.support import CORPUS, WordEncoder


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("original")
    build(CORPUS, root, WordEncoder())
    for path in root.glob("generations/*/*"):
        os.utime(path, (time.time() - 60, time.time() - 60))
    return root


@pytest.fixture
def index(original: Path, tmp_path: Path) -> Store:
    """An index all of whose files were found whole, long after they were written."""
    index = Store(shutil.copytree(original, tmp_path / "index"))
    generation = index.published()
    folder = index.generations / generation
    names = [path.name for path in folder.iterdir() if path.name != MANIFEST]
    index.seals.mkdir()
    seal = {name: list(of) for name, of in seals.seals(folder, names).items()}
    (index.seals / f"{generation}.json").write_text(json.dumps(seal))
    return index


def everything(manifest: Manifest) -> list[str]:
    return list(manifest.files)


@pytest.fixture
def remembering(index: Store, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], list[str]]:
    """Opens it as if all its files were large; returns the names of those that were hashed."""

    def opened(thoroughly: bool = False) -> list[str]:
        hashed: list[str] = []
        hashing = store.sha256
        with monkeypatch.context() as patched:
            patched.setattr("semsearch.index.generation.large", everything)
            patched.setattr(store, "large", everything)
            patched.setattr(store, "sha256", lambda path: (hashed.append(path.name), hashing(path))[1])
            open_generation(index, thoroughly=thoroughly)
        return hashed

    return opened


def test_what_was_found_whole_is_not_hashed_again_but_on_demand(
    index: Store, remembering: Callable[[bool], list[str]]
) -> None:
    files = set(index.manifest(index.published()).files)
    assert remembering(False) == []
    assert set(remembering(True)) == files


@pytest.mark.parametrize("how", ["written", "time set back", "replaced"])
def test_one_flipped_bit_in_a_file_that_was_found_whole_is_refused(
    index: Store, remembering: Callable[[bool], list[str]], how: str
) -> None:
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
        remembering(False)


def test_a_shortened_or_missing_file_is_refused_whatever_is_remembered(
    index: Store, remembering: Callable[[bool], list[str]]
) -> None:
    path = index.generations / index.published() / "texts.npy"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(IndexDamaged, match="bytes, and"):
        remembering(False)
    path.unlink()
    with pytest.raises(IndexDamaged, match="is missing"):
        remembering(False)


@pytest.mark.parametrize("text", ["", "[]", "3", '{"texts.npy": 7}', '{"texts.npy": ["x"]}', "[" * 100_000])
def test_where_nothing_can_be_read_of_it_everything_is_hashed(
    index: Store, remembering: Callable[[bool], list[str]], text: str
) -> None:
    (index.seals / f"{index.published()}.json").write_text(text)
    assert set(remembering(False)) == set(index.manifest(index.published()).files)


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
