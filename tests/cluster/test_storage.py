"""Storage that a cluster shares: whole or not there at all."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from semsearch.errors import ClusterError

pytest.importorskip("fsspec", reason="skipped: extra [cluster] not installed")

from semsearch.cluster.storage import Storage

VECTORS = np.arange(12, dtype=np.float32).reshape(3, 4)


@pytest.fixture(params=["folder", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """On the disk, and as a store of objects, which knows no folders."""
    return Storage(str(tmp_path) if request.param == "folder" else f"memory://{tmp_path}")


def test_what_is_written_is_read(storage: Storage) -> None:
    assert storage.read("f/one") is None
    arrays: list[NDArray[Any]] = [VECTORS, VECTORS.astype(np.uint8)[:2]]
    for number, array in enumerate(arrays):
        storage.write(f"f/{number}", array)
        found = storage.read(f"f/{number}")
        assert found is not None
        assert found.dtype == array.dtype
        np.testing.assert_array_equal(found, array)
    storage.forget("e")
    assert storage.read("f/0") is not None
    storage.forget("f")
    assert storage.read("f/0") is None


def test_what_is_damaged_is_not_there(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path))
    storage.write("f/one", VECTORS)
    path = tmp_path / "f" / "one"
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:20], b"", whole[:60] + bytes([whole[60] ^ 1]) + whole[61:]):
        path.write_bytes(damaged)
        assert storage.read("f/one") is None


def test_nothing_else_is_left_where_something_was_written(tmp_path: Path) -> None:
    Storage(str(tmp_path)).write("f/one", VECTORS)
    assert [path.name for path in (tmp_path / "f").iterdir()] == ["one"]


def test_each_machine_opens_it_for_itself(tmp_path: Path) -> None:
    storage = Storage(str(tmp_path))
    storage.write("f/one", VECTORS)
    sent = pickle.loads(pickle.dumps(storage))
    assert sent == storage
    assert vars(sent) == {"url": str(tmp_path)}
    assert sent.read("f/one") is not None


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
        Storage("nowhere://bucket").read("f/one")
