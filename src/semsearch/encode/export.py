"""An encoder on disk that needs no torch: an ONNX graph, its tokenizer, and what proves that they are whole.

A folder holds ``model.onnx``, ``weights.bin`` (memory-mapped, so that processes share its pages),
``tokenizer.json``, ``canaries.npy`` and ``encoder.json``: the encoder's passport, and the others' SHA-256.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from semsearch.encode.encoder import CANARIES, CANARY_TOLERANCE, Passport
from semsearch.encode.graph_runtime import OUTPUT, OnnxRuntime, OpenVinoRuntime
from semsearch.encode.models import sha256
from semsearch.encode.runtime import INPUTS
from semsearch.encode.tokens import Tokens
from semsearch.encode.transformer import TransformerEncoder
from semsearch.errors import EncoderError

if TYPE_CHECKING:
    from semsearch.encode.pretrained import Pretrained

GRAPH, WEIGHTS, TOKENIZER, CANARY_VECTORS = "model.onnx", "weights.bin", "tokenizer.json", "canaries.npy"
_FILES = (GRAPH, WEIGHTS, TOKENIZER, CANARY_VECTORS)
RECORD = "encoder.json"
GraphName = Literal["onnx", "openvino"]
_STAGING = ".staging-"
_OPSET = 17
_EXACT = 1e-4  # how far an exported model's canaries may be from the model's own
_MEND = "Delete the folder; the next build makes it again."


@dataclass(frozen=True, slots=True)
class Export:
    """An exported encoder, not yet loaded.

    Attributes:
        folder: Where it is.
        passport: Which encoder it is.
        source_sha256: Over the files of the model it was made from, see `pretrained.files_sha256`.
        prompts: What the model wants said before a document, and before a query.
        files: SHA-256 of each file but the record.
    """

    folder: Path
    passport: Passport
    source_sha256: str
    prompts: tuple[str, str]
    files: Mapping[str, str]

    def load(
        self, runtime: GraphName = "onnx", *, half: bool = False, threads: int | None = None
    ) -> TransformerEncoder:
        """The encoder, ready to run, once every file has proved to be what was exported.

        Raises:
            EncoderError: A file is missing or was changed.
            MissingExtra: The library is not installed.
        """
        from tokenizers import Tokenizer

        for name, expected in self.files.items():
            path = self.folder / name
            if not path.is_file() or sha256(path) != expected:
                raise EncoderError(
                    "is missing, or was changed after it was exported.", where=path, hint=_MEND
                )
        graph = self.folder / GRAPH
        chosen = (
            OpenVinoRuntime(graph, half=half, threads=threads)
            if runtime == "openvino"
            else OnnxRuntime(graph, threads=threads)
        )
        tokens = Tokens(Tokenizer.from_file(str(self.folder / TOKENIZER)), self.passport.max_tokens)
        return TransformerEncoder(self.passport, tokens, chosen, self.prompts)

    def prove(self, encoder: TransformerEncoder) -> None:
        """Check that an encoder that was loaded gives the vectors it gave when it was exported.

        Raises:
            EncoderError: It does not.
        """
        known = np.load(self.folder / CANARY_VECTORS, allow_pickle=False)
        moved = np.linalg.norm(encoder.encode_documents(CANARIES) - known, axis=1).max()
        if not moved <= CANARY_TOLERANCE:
            raise EncoderError(
                f"no longer gives the vectors it gave when it was exported (moved by {moved:.2f}).",
                where=self.folder,
                hint=_MEND,
            )


def find(exports: Path, fingerprint: str) -> Export | None:
    """The export of an encoder, by its fingerprint; None when there is none that can be read."""
    found = _read(folder_of(exports, fingerprint))
    return found if found is not None and found.passport.fingerprint == fingerprint else None


def find_source(exports: Path, source_sha256: str) -> Export | None:
    """The export that was made from a model's files; None when there is none."""
    folders = exports.iterdir() if exports.is_dir() else ()
    found = (_read(folder) for folder in folders)
    return next((export for export in found if export and export.source_sha256 == source_sha256), None)


def folder_of(exports: Path, fingerprint: str) -> Path:
    """Where the export of an encoder lies among all exports."""
    return exports / fingerprint[:32]


def write(pretrained: Pretrained, exports: Path, source_sha256: str) -> Export:
    """Export a model; the folder appears complete or not at all.

    Args:
        pretrained: What to export.
        exports: The folder of all exports; made when missing.
        source_sha256: See `Export`.

    Raises:
        EncoderError: The model cannot be exported, or gives other vectors afterwards.
        OSError: The folder cannot be written.
    """
    exports.mkdir(parents=True, exist_ok=True)
    _sweep(exports)
    target = folder_of(exports, pretrained.passport.fingerprint)
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=exports))
    held = os.open(staging, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        _write_graph(pretrained, staging)
        (staging / TOKENIZER).write_text(pretrained.tokenizer, encoding="utf-8")
        expected = pretrained.encoder().encode_documents(CANARIES)
        np.save(staging / CANARY_VECTORS, expected)
        record = {
            "passport": asdict(pretrained.passport),
            "source_sha256": source_sha256,
            "prompts": pretrained.prompts,
            "files": {name: sha256(staging / name) for name in _FILES},
        }
        (staging / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        export = _parse(staging, record)
        moved = np.abs(export.load().encode_documents(CANARIES) - expected).max()
        if not moved <= _EXACT:
            raise EncoderError(
                f"gives other vectors once it is exported to ONNX (by {moved:.1e}).",
                where=pretrained.passport.name,
                hint="Questions and papers will be encoded by torch.",
            )
        staging.chmod(0o755)  # mkdtemp keeps others out; a server may run as another user
        (staging / WEIGHTS).chmod(0o644)  # likewise
        for path in (*staging.iterdir(), staging):
            _sync(path)
        if target.exists():
            _discard(target)
        staging.rename(target)
        _sync(exports)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        os.close(held)
    return _parse(target, record)


def keep_only(exports: Path, fingerprints: Collection[str]) -> None:
    """Delete the exports of all other encoders, and what killed processes left."""
    _sweep(exports)
    kept = {folder_of(exports, fingerprint) for fingerprint in fingerprints}
    for folder in exports.iterdir() if exports.is_dir() else ():
        if folder not in kept and not folder.name.startswith("."):
            _discard(folder)


def _discard(folder: Path) -> None:
    """Delete an export; a process killed meanwhile leaves no export that lacks a part."""
    trash = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder.parent))
    folder.rename(trash)
    shutil.rmtree(trash)


def _sync(path: Path) -> None:
    """Force a file, or a folder's list of names, to the disk: half an export keeps builds from starting."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sweep(exports: Path) -> None:
    """Remove what a killed process left: a folder that nobody holds any more."""
    for folder in exports.glob(f"{_STAGING}*"):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
        except BlockingIOError:
            continue
        finally:
            os.close(descriptor)


def _write_graph(pretrained: Pretrained, folder: Path) -> None:
    """The graph and its weights, by the exporter that traces; the newer one is slow, and so is its graph."""
    import onnx
    import torch

    class Vectors(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = pretrained.model

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            found: torch.Tensor = self.model(dict(zip(INPUTS, (ids, mask), strict=True)))[
                "sentence_embedding"
            ]
            return found

    ids = torch.full((2, 8), 5, dtype=torch.int64, device=pretrained.model.device)
    traced = folder / "traced.onnx"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of deprecation, and of branches that were traced one way
            torch.onnx.export(
                Vectors().eval(),
                (ids, torch.ones_like(ids)),
                str(traced),
                input_names=list(INPUTS),
                output_names=[OUTPUT],
                dynamic_axes={name: {0: "texts", 1: "tokens"} for name in INPUTS} | {OUTPUT: {0: "texts"}},
                opset_version=_OPSET,
                dynamo=False,
            )
    except (RuntimeError, TypeError, ValueError, NotImplementedError) as error:
        raise EncoderError(
            f"cannot be exported to ONNX ({str(error).strip().splitlines()[0]}).",
            where=pretrained.passport.name,
            hint="Questions and papers will be encoded by torch.",
        ) from error
    onnx.save_model(
        onnx.load(traced),
        folder / GRAPH,
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=WEIGHTS,
    )
    traced.unlink()


def _read(folder: Path) -> Export | None:
    try:
        return _parse(folder, json.loads((folder / RECORD).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _parse(folder: Path, record: Mapping[str, Any]) -> Export:
    if {*record["files"]} != {*_FILES}:  # each is held against its checksum, and no other file is read
        raise ValueError("the record does not name the files of an export")
    documents, queries = record["prompts"]
    return Export(
        folder, Passport(**record["passport"]), record["source_sha256"], (documents, queries), record["files"]
    )
