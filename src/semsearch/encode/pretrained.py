"""A sentence-transformers model, loaded by torch: where every encoder comes from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from semsearch.encode.encoder import CANARIES, Passport, unit
from semsearch.encode.models import DEFAULT, fetch, loading, locate, weights_sha256
from semsearch.encode.tokens import Tokens
from semsearch.encode.torch_runtime import TorchRuntime
from semsearch.encode.transformer import TransformerEncoder
from semsearch.errors import EncoderError

TEMPLATE = "{title}. {abstract}"
_SAME = 1e-3  # libraries and batches move a float32 vector by less than 1e-5
_HINT = f"Name a folder with a sentence-transformers model, or use the embedded default, {DEFAULT}."


@dataclass(frozen=True, slots=True)
class Pretrained:
    """A loaded SentenceTransformer, and what has to be known of it to run it without sentence-transformers.

    Attributes:
        model: The SentenceTransformer.
        passport: Which encoder it is.
        tokenizer: As JSON, for `tokenizers`.
        prompts: What it wants said before a document, and before a query.
    """

    model: Any
    passport: Passport
    tokenizer: str
    prompts: tuple[str, str]

    def encoder(self, *, half: bool = False, threads: int | None = None) -> TransformerEncoder:
        """The encoder, run by torch; see `TorchRuntime`."""
        runtime = TorchRuntime(self.model, half=half, threads=threads)
        return TransformerEncoder(self.passport, self.tokens(), runtime, self.prompts)

    def tokens(self) -> Tokens:
        """A tokenizer of its own, so that nobody else sets it to cut or to pad."""
        from tokenizers import Tokenizer

        return Tokens(Tokenizer.from_str(self.tokenizer), self.passport.max_tokens)


def load(name: str = DEFAULT) -> Pretrained:
    """Load a model: the embedded default, a folder, or a name on the model hub.

    Raises:
        EncoderError: It cannot be found or loaded.
    """
    location = locate(name)
    with loading("encoder", name, _HINT):
        from sentence_transformers import SentenceTransformer

        folder = fetch(location)
        model = SentenceTransformer(
            str(folder),
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        ).eval()
    tokenizer = getattr(model.tokenizer, "backend_tokenizer", None)
    if tokenizer is None:
        raise EncoderError("has no tokenizer of the fast kind (tokenizer.json).", where=name, hint=_HINT)
    passport = Passport(
        name=name,
        revision=_revision(folder),
        weights_sha256=weights_sha256(folder),
        template=TEMPLATE,
        pooling=f"{_pooling(model)}, windows by their tokens",
        normalisation="l2",
        max_tokens=int(model.max_seq_length or 512),
        dim=int(model.get_embedding_dimension() or 0),
    )
    prompts = _prompt(model, "document", "passage", "corpus"), _prompt(model, "query")
    found = Pretrained(model, passport, tokenizer.to_str(), prompts)
    _check(found)
    return found


def files_sha256(name: str) -> str:
    """SHA-256 over the names and contents of all files that decide a model's vectors, without loading it.

    Raises:
        EncoderError: There is no such model.
    """
    try:
        folder = fetch(locate(name))
    except OSError as error:
        raise EncoderError(f"cannot be fetched ({error}).", where=name, hint=_HINT) from error
    digest = hashlib.sha256(weights_sha256(folder).encode())
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".json", ".txt", ".model"}:
            digest.update(f"{path.relative_to(folder)} {path.stat().st_size}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _revision(folder: Path) -> str | None:
    """The commit a model hub's cache keeps in the path; None for a plain folder."""
    return folder.name if folder.parent.name == "snapshots" else None


def _pooling(model: Any) -> str:
    for module in model:
        mode = getattr(module, "pooling_mode", None)
        if mode is not None:
            return str(mode)
    return "unknown"


def _prompt(model: Any, *kinds: str) -> str:
    """As ``encode_document`` and ``encode_query`` choose: the first of these prompts, or the default one."""
    prompts = model.prompts or {}
    for kind in (*kinds, model.default_prompt_name):
        if prompts.get(kind) is not None:
            return str(prompts[kind])
    return ""


def _check(found: Pretrained) -> None:
    """A model that prepares texts in its own way (another network for questions) would be run wrongly."""
    encoder, texts = found.encoder(), list(CANARIES[:-1])
    for ours, theirs in (
        (encoder.encode_documents, found.model.encode_document),
        (encoder.encode_queries, found.model.encode_query),
    ):
        expected = unit(theirs(texts, show_progress_bar=False, convert_to_numpy=True))
        if not np.abs(ours(texts) - expected).max() < _SAME:
            raise EncoderError(
                "prepares texts in a way that semsearch does not know.", where=found.passport.name, hint=_HINT
            )
