"""Storage that a cluster shares: whole or not there at all."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from semsearch.errors import ClusterError

pytest.importorskip("fsspec", reason="skipped: extra [cluster] not installed")

from semsearch.cluster.storage import Storage

VECTORS = np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.fixture(params=["folder", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """On the disk, and as a store of objects, which knows no folders."""
    return Storage(str(tmp_path) if request.param == "folder" else f"memory://{tmp_path}")


def test_what_is_written_is_read(storage: Storage) -> None:
    name = storage.shard("f" * 64, ["one", "two", "three"])
    assert storage.read(name, 3, 4) is None
    storage.write(name, VECTORS)
    found = storage.read(name, 3, 4)
    assert found is not None
    np.testing.assert_array_equal(found, VECTORS)
    storage.forget("e" * 64)
    assert storage.read(name, 3, 4) is not None
    storage.forget("f" * 64)
    assert storage.read(name, 3, 4) is None


def test_a_name_is_of_the_texts_their_order_and_the_encoder() -> None:
    storage = Storage("anywhere")
    names = {
        storage.shard(encoder * 64, texts)
        for encoder in "ab"
        for texts in (["one", "two"], ["two", "one"], ["onetwo"], ["one"])
    }
    assert len(names) == 8
    assert storage.shard("a" * 64, ["one", "two"]) in names


def test_what_is_damaged_or_of_another_shape_is_not_there(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path))
    storage.write("f/one", VECTORS)
    assert storage.read("f/one", 4, 3) is None
    path = tmp_path / "f" / "one"
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:20], b"", whole[:60] + bytes([whole[60] ^ 1]) + whole[61:]):
        path.write_bytes(damaged)
        assert storage.read("f/one", 3, 4) is None


def test_nothing_else_is_left_where_something_was_written(tmp_path: Path) -> None:
    Storage(str(tmp_path)).write("f/one", VECTORS)
    assert [path.name for path in (tmp_path / "f").iterdir()] == ["one"]


def test_each_machine_opens_it_for_itself(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path))
    storage.write("f/one", VECTORS)
    sent = pickle.loads(pickle.dumps(storage))
    assert sent == storage
    assert vars(sent) == {"url": str(tmp_path)}
    assert sent.read("f/one", 3, 4) is not None


def test_an_encoder_is_fetched_once_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "exports" / "0123"
    folder.mkdir(parents=True)
    for name in ("model.onnx", "weights.bin"):
        (folder / name).write_bytes(name.encode() * 1000)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for storage in (Storage(str(tmp_path / "shared")), Storage(f"memory://{tmp_path}/shared")):
        storage.put_encoder(folder)
        for _ in range(2):
            here = storage.encoders("0123") / "0123"
            assert {path.name: path.read_bytes() for path in here.iterdir()} == {
                path.name: path.read_bytes() for path in folder.iterdir()
            }


def test_a_file_system_that_nobody_knows_is_said_so() -> None:
    with pytest.raises(ClusterError, match="cannot be used as storage"):
        Storage("nowhere://bucket").read("f/one", 3, 4)
