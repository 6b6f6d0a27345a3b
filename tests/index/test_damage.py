"""What is damaged is refused by name, even where checksums and id are right; what points to it is mended."""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from semsearch.encode import CANARIES
from semsearch.errors import IndexDamaged, IndexForeign, IndexMissing, StorageError
from semsearch.index import manifest as passport
from semsearch.index.build import build
from semsearch.index.generation import open_generation
from semsearch.index.store import MANIFEST, Store, record
from semsearch.search import Searcher
from tests.support import CORPUS, Run, WordEncoder


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index with two generations: of three papers, and of five."""
    root = tmp_path_factory.mktemp("original")
    build(CORPUS[:3], root, WordEncoder())
    build(CORPUS, root, WordEncoder())
    return root


@pytest.fixture
def store(original: Path, tmp_path: Path) -> Store:
    """A copy of it, to be damaged."""
    return Store(shutil.copytree(original, tmp_path / "index"))


def resealed(store: Store, edit: Callable[[dict[str, Any], Path], object]) -> str:
    """Change the published generation, and make checksums and id right again; returns the id."""
    folder = store.generations / store.published()
    manifest = json.loads((folder / MANIFEST).read_text())
    edit(manifest, folder)
    now = {name: {"size": r.size, "sha256": r.sha256} for name, r in record(folder).items()}
    manifest["files"] = {k: v for k, v in manifest["files"].items() if "/" in k} | now
    text = json.dumps(manifest)
    (folder / MANIFEST).write_text(text)
    generation = f"000003-{passport.digest(text)}"
    folder.rename(store.generations / generation)
    store.publish(generation)
    return generation


def test_every_array_of_another_kind_or_length_is_refused_by_name(original: Path, tmp_path: Path) -> None:
    folder = Store(original).generations / Store(original).published()
    arrays = sorted(path.name for path in folder.glob("*.npy"))
    assert len(arrays) > 30
    for name in arrays:
        array = np.load(folder / name)
        kind = array.astype(np.float64) if array.dtype.names is None else array["scale"]
        for changed in (kind, array[..., None], array[:-1]):
            store = Store(shutil.copytree(original, tmp_path / "index"))
            if len(array):
                resealed(store, lambda _, at, name=name, changed=changed: np.save(at / name, changed))  # type: ignore[misc]
                with pytest.raises(IndexDamaged, match=r"\.npy") as refused:
                    open_generation(store)
                if changed.dtype != array.dtype or changed.ndim != array.ndim:
                    assert Path(refused.value.where).name == name
            shutil.rmtree(tmp_path / "index")


@pytest.mark.parametrize(
    "name",
    [
        "posting_rows.npy",
        "title_rows.npy",
        "title_keys_entries.npy",
        "names_entries.npy",
        "lexicon_neighbours.npy",
        "sentence_starts.npy",
        "postings.npy",
        "terms_ends.npy",
        "text_ends.npy",
    ],
)
def test_numbers_of_what_is_not_there_are_refused_by_name(store: Store, name: str) -> None:
    def beyond(_: dict[str, Any], folder: Path) -> None:
        array = np.load(folder / name)
        array.flat[array.size // 2] = np.iinfo(array.dtype).max
        np.save(folder / name, array)

    resealed(store, beyond)
    with pytest.raises(IndexDamaged, match=name):
        open_generation(store)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("created", "yesterday", "yesterday"),
        ("created", 3, "created"),
        ("counts", [], "counts"),
        ("sources", "x", "sources"),
        ("papers_of", {"x": "many"}, "papers_of of x"),
        ("calibration", {}, "french"),
        ("calibration", {"french": None}, "calibration of french"),
        ("golden", 1, "golden"),
        ("parent", 1, "parent"),
        ("unheard of", 1, "unheard of"),
    ],
)
def test_a_manifest_of_other_kinds_of_values_says_which(
    store: Store, name: str, value: object, said: str
) -> None:
    resealed(store, lambda manifest, _: manifest.update({name: value}))
    with pytest.raises(IndexDamaged, match=said) as refused:
        open_generation(store)
    assert Path(refused.value.where).name == MANIFEST


@pytest.mark.parametrize("text", ["", "[]", "3", "[" * 100_000, "{", '{"schema": 6}'])
def test_what_is_no_manifest_is_refused(store: Store, text: str) -> None:
    (store.generations / store.published() / MANIFEST).write_text(text)
    with pytest.raises(IndexDamaged, match=MANIFEST):
        open_generation(store)


def test_counts_that_lie_are_refused(store: Store) -> None:
    resealed(store, lambda manifest, _: manifest["counts"].update(papers=4))
    with pytest.raises(IndexDamaged, match=r"papers\.sqlite.*5 papers, and 4 were indexed"):
        open_generation(store)


@pytest.mark.parametrize(
    ("count", "dim", "metric"),
    [(4, 32, faiss.METRIC_INNER_PRODUCT), (5, 16, faiss.METRIC_INNER_PRODUCT), (5, 32, faiss.METRIC_L2)],
)
def test_vectors_of_others_are_refused(store: Store, count: int, dim: int, metric: int) -> None:
    def exchange(_: dict[str, Any], folder: Path) -> None:
        index = faiss.IndexFlat(dim, metric)
        index.add(np.ones((count, dim), dtype=np.float32))
        faiss.write_index(index, str(folder / "vectors.faiss"))

    resealed(store, exchange)
    with pytest.raises(IndexDamaged, match=r"vectors\.faiss"):
        open_generation(store)


@pytest.mark.parametrize("name", ["vectors.faiss", "papers.sqlite", "names.sqlite", "map.json", "added.npy"])
@pytest.mark.parametrize("content", [None, b"", b"nonsense" * 99])
def test_a_file_of_nonsense_with_its_checksum_is_refused(
    store: Store, name: str, content: bytes | None
) -> None:
    resealed(
        store, lambda _, at: (at / name).write_bytes(content) if content is not None else (at / name).unlink()
    )
    with pytest.raises(IndexDamaged, match=name):
        open_generation(store)


def test_another_encoder_of_the_same_dimension_is_refused(store: Store) -> None:
    other = WordEncoder(salt="other").encode_documents(CANARIES)
    resealed(store, lambda _, folder: np.save(folder / passport.CANARIES, other))
    with pytest.raises(IndexForeign, match="no longer gives the vectors"):
        Searcher(open_generation(store), WordEncoder())


def test_a_link_or_a_folder_is_no_file(store: Store, tmp_path: Path) -> None:
    path = store.generations / store.published() / "titles.npy"
    shutil.move(path, tmp_path / "titles.npy")
    path.symlink_to(tmp_path / "titles.npy")
    with pytest.raises(IndexDamaged, match=r"titles\.npy: is no file"):
        open_generation(store)
    path.unlink()
    path.mkdir()
    with pytest.raises(IndexDamaged, match=r"titles\.npy: is no file"):
        open_generation(store)


def test_a_manifest_names_no_file_outside(store: Store) -> None:
    resealed(
        store, lambda manifest, _: manifest["files"].update({"../../CURRENT": manifest["files"]["map.json"]})
    )
    with pytest.raises(IndexDamaged, match="CURRENT: is missing"):
        open_generation(store)


def test_what_is_no_generation_is_not_counted_among_them(store: Store) -> None:
    ids = store.ids()
    (store.generations / "notes.txt").write_text("mine")
    (store.generations / "000009-0123456789ab").symlink_to(store.generations / ids[0])
    assert store.ids() == ids
    build(CORPUS, store.root, WordEncoder())
    assert store.published().startswith("000003-")
    assert (store.generations / "notes.txt").exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"../../etc\n", b"000001\n", b"x" * 10_000])
def test_a_damaged_pointer_is_named_and_mended_by_what_the_error_says(
    store: Store, content: bytes, run: Run
) -> None:
    (store.root / "CURRENT").write_bytes(content)
    for attempt in (lambda: open_generation(store), lambda: build(CORPUS, store.root, WordEncoder())):
        with pytest.raises(IndexDamaged, match="CURRENT") as refused:
            attempt()
    command = refused.value.hint.split("semsearch ")[1].split()
    assert run(*command, "--index", store.root)[0] == 0
    assert len(open_generation(store).papers) == 5


def test_a_missing_pointer_is_no_empty_index(store: Store, run: Run) -> None:
    (store.root / "CURRENT").unlink()
    with pytest.raises(IndexMissing, match="CURRENT: is missing"):
        open_generation(store)
    assert run("rollback", "--index", store.root)[0] == 1
    assert run("rollback", store.ids()[0], "--index", store.root)[0] == 0
    assert len(open_generation(store).papers) == 3


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"held": "no"}', b"\xff", b"[" * 100_000])
def test_a_damaged_verdict_keeps_nobody_from_building(store: Store, content: bytes) -> None:
    first, second = store.ids()
    store.publish(first)
    path = store.verdicts / f"{second}.json"
    path.write_bytes(content)
    with pytest.raises(IndexDamaged, match=second):
        store.verdict(second)
    assert store.held() == []
    build(CORPUS[:4], store.root, WordEncoder())
    assert len(open_generation(store).papers) == 4
    assert second in store.ids()


def test_too_many_open_files_are_not_called_damage(store: Store) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))  # those that are open stay open
    try:
        with pytest.raises(StorageError, match="ulimit"):
            store.verify(store.published())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
