"""Models are numbers: nothing that comes with one is run, and none is used whose weights are not its own."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import pytest

from semsearch.encode import export, models, multilingual, pretrained
from semsearch.encode.models import fetch, locate
from semsearch.encode.reranker import Reranker
from semsearch.errors import EncoderError

MODULE = """
from pathlib import Path
Path({marker!r}).touch()
import torch
class Custom(torch.nn.Module):
    def __init__(self, *args, **kwargs): super().__init__()
    @classmethod
    def load(cls, *args, **kwargs): return cls()
    def forward(self, features): return features
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with the default model, to be tampered with."""
    return Path(shutil.copytree(locate("all-MiniLM-L6-v2"), tmp_path / "model"))


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """What code that comes with a model would make."""
    return tmp_path / "ran"


def change(path: Path, **values: Any) -> None:
    content = json.loads(path.read_text())
    path.write_text(json.dumps(content | values))


class Exploit:
    """Runs when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self._marker = marker

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._marker,)


def test_a_model_that_is_as_it_should_be_is_let_in(copy: Path) -> None:
    assert fetch(str(copy)) == copy


def test_a_module_of_its_own_is_not_imported(copy: Path, marker: Path) -> None:
    (copy / "custom.py").write_text(MODULE.format(marker=str(marker)))
    modules = json.loads((copy / "modules.json").read_text())
    (copy / "modules.json").write_text(
        json.dumps([*modules, {"idx": 3, "name": "3", "path": "", "type": "custom.Custom"}])
    )
    for load in (pretrained.load, pretrained.files_sha256, Reranker):
        with pytest.raises(EncoderError, match=r"wants code to be run .*custom\.Custom"):
            load(str(copy))
    assert not marker.exists()


def test_nor_is_one_that_is_installed(copy: Path) -> None:
    """A configuration names a class to be called: any class there is would do."""
    modules = json.loads((copy / "modules.json").read_text())
    modules[2]["type"] = "subprocess.Popen"
    (copy / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(EncoderError, match=r"subprocess\.Popen"):
        pretrained.load(str(copy))


def test_nor_is_one_within_another(copy: Path) -> None:
    (copy / "router_config.json").write_text(
        json.dumps(
            {"types": {"query_0": "sentence_transformers.models.Pooling", "document_0": "evil.Module"}}
        )
    )
    with pytest.raises(EncoderError, match=r"evil\.Module"):
        fetch(str(copy))


@pytest.mark.parametrize("key", ["activation_function", "activation_fn"])
def test_nor_a_function_that_a_setting_names(copy: Path, key: str) -> None:
    change(copy / "config.json", sentence_transformers={key: "os.system"})
    with pytest.raises(EncoderError, match=r"os\.system"):
        fetch(str(copy))
    change(copy / "config.json", sentence_transformers={key: "torch.nn.modules.linear.Identity"})
    assert fetch(str(copy)) == copy


def test_code_that_transformers_would_fetch_is_not_run(copy: Path, marker: Path) -> None:
    (copy / "modeling_evil.py").write_text(MODULE.format(marker=str(marker)))
    change(copy / "config.json", model_type="evil", auto_map={"AutoModel": "modeling_evil.Custom"})
    with pytest.raises(EncoderError):
        pretrained.load(str(copy))
    assert not marker.exists()


def test_pickled_weights_are_refused_before_they_are_read(copy: Path, marker: Path) -> None:
    (copy / "model.safetensors").unlink()
    (copy / "pytorch_model.bin").write_bytes(pickle.dumps(Exploit(marker)))
    for load in (pretrained.load, pretrained.files_sha256, Reranker):
        with pytest.raises(EncoderError, match="pickled weights"):
            load(str(copy))
    assert not marker.exists()
    pickle.loads((copy / "pytorch_model.bin").read_bytes())
    assert marker.exists(), "which would have run"


def test_so_are_those_of_a_part_alone(copy: Path) -> None:
    (copy / "2_Dense").mkdir()
    (copy / "2_Dense" / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(EncoderError, match="pickled weights") as caught:
        pretrained.load(str(copy))
    assert "2_Dense" in caught.value.where


def test_pickled_weights_beside_others_are_let_lie(copy: Path, marker: Path) -> None:
    (copy / "pytorch_model.bin").write_bytes(pickle.dumps(Exploit(marker)))
    assert pretrained.load(str(copy)).passport.dim == 384
    assert not marker.exists()


def test_of_a_hub_only_numbers_and_descriptions_are_fetched(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def snapshot_download(name: str, **options: Any) -> str:
        asked.update(options, name=name)
        return str(copy)

    monkeypatch.setattr("huggingface_hub.snapshot_download", snapshot_download)
    assert fetch("somebody/some-model") == copy
    assert asked["name"] == "somebody/some-model"
    assert asked["allow_patterns"] == ["*.safetensors", "*.json", "*.txt", "*.model"]


def test_words_with_other_weights_than_were_published_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert multilingual.MultilingualEncoder().passport.weights_sha256 == multilingual.WEIGHTS_SHA256
    monkeypatch.setattr(multilingual, "WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(EncoderError, match="not those that were published"):
        multilingual.MultilingualEncoder()


def test_the_embedded_weights_are_those_that_were_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "DEFAULT_WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(EncoderError, match="not those of the published model"):
        pretrained.load()


def test_an_export_names_every_file_of_it_and_no_other(tmp_path: Path) -> None:
    """Whoever can write a record beside an index gets no file read that is not an export's own."""
    record = {
        "passport": {
            "name": "m",
            "revision": None,
            "weights_sha256": "0" * 64,
            "template": "t",
            "pooling": "p",
            "normalisation": "l2",
            "max_tokens": 8,
            "dim": 2,
        },
        "source_sha256": "0" * 64,
        "prompts": ["", ""],
        "files": dict.fromkeys(("model.onnx", "weights.bin", "tokenizer.json", "canaries.npy"), "0" * 64),
    }

    def found(folder: str, fingerprint: str = "", **changes: Any) -> export.Export | None:
        path = tmp_path / folder
        path.mkdir(exist_ok=True)
        (path / "encoder.json").write_text(json.dumps(record | changes))
        return export.find(tmp_path, fingerprint or folder)

    honest = export._parse(tmp_path, record).passport.fingerprint
    assert found(honest[:32], honest) is not None
    assert found(honest[:32], honest, files={}) is None
    assert found(honest[:32], honest, files={"model.onnx": "0" * 64}) is None
    files: Any = record["files"]
    assert found(honest[:32], honest, files=files | {"../../secret": "0" * 64}) is None
    assert found("f" * 32, "f" * 64) is None, "the export of another encoder, in this one's place"
