"""Encoders on disk: the same vectors without torch, and nothing that was changed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from semsearch.encode import Vectors, choosing, export, pretrained
from semsearch.encode.export import Export
from semsearch.encode.models import locate
from semsearch.encode.runtime import Ids, Runtime, run
from semsearch.encode.transformer import TransformerEncoder
from semsearch.errors import EncoderError

TEXTS = (
    "x",
    "Graph Attention Networks",
    "Les réseaux de neurones apprennent.",
    "How do agents remember what they learned? " * 90,
    "",
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Export:
    """The embedded default, exported."""
    return export.write(pretrained.load(), tmp_path_factory.mktemp("encoders"), "0" * 64)


def test_the_exported_encoder_gives_the_same_vectors(exported: Export, encoder: TransformerEncoder) -> None:
    loaded = exported.load(threads=1)
    assert loaded.passport == encoder.passport
    np.testing.assert_allclose(loaded.encode_documents(TEXTS), encoder.encode_documents(TEXTS), atol=1e-5)
    np.testing.assert_allclose(loaded.encode_queries(TEXTS), encoder.encode_queries(TEXTS), atol=1e-5)
    assert loaded.over_limit(TEXTS) == 1
    exported.prove(loaded)


def test_it_needs_no_torch(exported: Export) -> None:
    program = (
        "import sys; from pathlib import Path; from semsearch.encode import export\n"
        "encoder = export.find(Path(sys.argv[1]), sys.argv[2]).load()\n"
        "print(encoder.encode_queries(['DNA']).shape, {'torch', 'transformers'} & set(sys.modules))"
    )
    arguments = [str(exported.folder.parent), exported.passport.fingerprint]
    found = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "(1, 384) set()"


@pytest.mark.parametrize("name", [export.GRAPH, export.WEIGHTS, export.TOKENIZER, export.CANARY_VECTORS])
def test_a_flipped_bit_is_refused_by_name(exported: Export, tmp_path: Path, name: str) -> None:
    shutil.copytree(exported.folder, tmp_path / exported.folder.name)
    path = tmp_path / exported.folder.name / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    found = export.find(tmp_path, exported.passport.fingerprint)
    assert found is not None
    with pytest.raises(EncoderError, match="changed after it was exported") as caught:
        found.load()
    assert caught.value.where == str(path)


def test_an_encoder_whose_vectors_moved_is_refused(exported: Export) -> None:
    loaded = exported.load()
    loaded.prompts = ("something said before ", "")
    with pytest.raises(EncoderError, match="no longer gives the vectors"):
        exported.prove(loaded)


def test_it_is_found_by_the_files_of_its_model(exported: Export, tmp_path: Path) -> None:
    source = pretrained.files_sha256("all-MiniLM-L6-v2")
    copy = tmp_path / "copy"
    shutil.copytree(Path(locate("all-MiniLM-L6-v2")), copy)
    assert pretrained.files_sha256(str(copy)) == source
    settings = copy / "sentence_bert_config.json"
    settings.write_text(settings.read_text().replace("256", "128"))
    assert pretrained.files_sha256(str(copy)) != source
    assert export.find_source(exported.folder.parent, source) is None
    assert export.find_source(exported.folder.parent, "0" * 64) == exported
    assert export.find(exported.folder.parent, "1" * 64) is None


def test_what_a_killed_export_left_is_swept_away(exported: Export) -> None:
    left = exported.folder.parent / ".staging-left"
    left.mkdir()
    export._sweep(exported.folder.parent)
    assert not left.exists()
    assert exported.folder.exists()


def test_a_build_exports_once_and_goes_by_the_export(
    exported: Export, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = choosing.load(exports=tmp_path)
    monkeypatch.setattr(pretrained, "load", lambda name: pytest.fail("loaded again"))
    second = choosing.load(exports=tmp_path)
    np.testing.assert_array_equal(first.encode_documents(TEXTS), second.encode_documents(TEXTS))
    third = choosing.load(exports=tmp_path, runtime="onnx")
    assert (second.runtime.name, third.faster) == ("onnx float32", None)


class Signed:
    """A runtime whose vectors are those of another, or their opposites."""

    multiple, batch = 8, 64

    def __init__(self, name: str, runtime: Runtime, sign: float) -> None:
        self.name, self._runtime, self._sign = name, runtime, sign

    def __call__(self, ids: Ids, mask: Ids) -> Vectors:
        return np.asarray(self._sign * self._runtime(ids, mask), dtype=np.float32)


def test_the_fastest_runtime_is_one_whose_vectors_are_right(
    exported: Export, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    current = exported.load().runtime
    others = [Signed("wrong", current, -1), Signed("slow", current, 1), Signed("fast", current, 1)]
    seconds = {"onnx float32": 2.0, "wrong": 0.1, "slow": 3.0, "fast": 1.0}
    monkeypatch.setattr(choosing, "candidates", lambda *_: iter(others))
    monkeypatch.setattr(choosing, "_seconds", lambda runtime, _: seconds[runtime.name])
    assert choosing.fastest(current, [[101, 2000, 102], [101, 102]], exported).name == "fast"
    assert "wrong gives other vectors" in caplog.text


def test_much_to_encode_is_worth_a_look_for_the_fastest(exported: Export) -> None:
    loaded = exported.load()
    asked: list[int] = []
    sign = Signed("fast", loaded.runtime, 1)

    def faster(sample: Sequence[Sequence[int]]) -> Runtime:
        asked.append(len(sample))
        return sign

    loaded.faster = faster
    loaded.encode_documents(["a few words"] * 2_048)
    assert asked == []
    loaded.encode_documents(["one"])
    loaded.encode_documents(["more"])
    assert (asked, loaded.runtime) == ([1], sign)


def test_a_batch_holds_no_more_than_it_may_and_little_padding(exported: Export) -> None:
    """Each text alone and all together are the same vectors, in the order of the texts."""
    runtime = Signed("small batches", exported.load().runtime, 1)
    shapes: list[tuple[int, ...]] = []

    class Watched(Signed):
        def __call__(self, ids: Ids, mask: Ids) -> Vectors:
            shapes.append(ids.shape)
            return super().__call__(ids, mask)

    inputs = [[101, *range(2000, 2000 + n), 102] for n in (1, 30, 3, 90, 5, 6, 6)]
    together = run(Watched("watched", runtime, 1), inputs)
    assert shapes == [(1, 96), (2, 32), (4, 8)]
    alone = np.concatenate([run(runtime, [ids]) for ids in inputs])
    np.testing.assert_allclose(together, alone, atol=1e-6)
