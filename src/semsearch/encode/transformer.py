"""The encoder that sentence-transformers runs: the embedded default, or any other by name or path."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from semsearch.encode.encoder import Passport, Vectors, pooled, unit
from semsearch.encode.models import DEFAULT, fetch, loading, locate, weights_sha256

TEMPLATE = "{title}. {abstract}"
_BATCH = 32
_TOKENISED = 1024  # texts tokenised at a time


class TransformerEncoder:
    """A sentence-transformers model.

    Args:
        name: The embedded default, a folder, or a name on the model hub.
        threads: How many the computing may use in this process; None for one a core. A question is so short
            that a second thread gains little, and waiting for it costs tenfold where the other core is busy.

    Raises:
        EncoderError: It cannot be found or loaded.
    """

    def __init__(self, name: str = DEFAULT, *, threads: int | None = None) -> None:
        import torch

        location = locate(name)
        torch.set_num_threads(threads or os.cpu_count() or 1)
        self._model, folder = _load(name, location)
        self._special = self._model.tokenizer.num_special_tokens_to_add()
        limit = self._model.max_seq_length or 512
        self.passport = Passport(
            name=name,
            revision=_revision(folder),
            weights_sha256=weights_sha256(folder),
            template=TEMPLATE,
            pooling=f"{_pooling(self._model)}, windows by their tokens",
            normalisation="l2",
            max_tokens=int(limit),
            dim=int(self._model.get_embedding_dimension() or 0),
        )

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return self._encode(self._model.encode_document, texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return self._encode(self._model.encode_query, texts)

    def over_limit(self, texts: Sequence[str]) -> int:
        """See `Encoder`."""
        return sum(len(offsets) > self._room for offsets in self._tokens(texts) if offsets is not None)

    @property
    def _room(self) -> int:
        """Tokens of a text that one window holds."""
        return self.passport.max_tokens - int(self._special)

    def _tokens(self, texts: Sequence[str]) -> list[list[tuple[int, int]] | None]:
        """Character offsets of the tokens of each text; None for one too short to reach the limit."""
        found: list[list[tuple[int, int]] | None] = [None] * len(texts)
        long = [
            i for i, text in enumerate(texts) if len(text) > self._room
        ]  # a token has a character or more
        for start in range(0, len(long), _TOKENISED):
            part = long[start : start + _TOKENISED]
            encoded = self._model.tokenizer(
                [texts[i] for i in part],
                add_special_tokens=False,
                truncation=False,
                padding=False,
                return_offsets_mapping=True,
                return_attention_mask=False,
                verbose=False,
            )
            for i, offsets in zip(part, encoded["offset_mapping"], strict=True):
                found[i] = offsets
        return found

    def _windows(self, text: str, offsets: list[tuple[int, int]] | None) -> list[tuple[str, int]]:
        """Consecutive parts of a text that the model reads whole, and how many tokens each has.

        The first holds as much as it can: what a paper is about, title and all, is read in one piece.
        """
        if offsets is None or len(offsets) <= self._room:
            return [(text, 1)]
        starts = range(0, len(offsets), self._room)
        cuts = [0, *(offsets[i][0] for i in starts[1:]), len(text)]
        tokens = [min(self._room, len(offsets) - start) for start in starts]
        return [(text[a:b], count) for (a, b), count in zip(pairwise(cuts), tokens, strict=True)]

    def _encode(self, encode: Any, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.passport.dim), dtype=np.float32)
        windows = [self._windows(*pair) for pair in zip(texts, self._tokens(texts), strict=True)]
        parts, tokens = zip(*(part for group in windows for part in group), strict=True)
        vectors = unit(encode(list(parts), batch_size=_BATCH, show_progress_bar=False, convert_to_numpy=True))
        return pooled(vectors, [len(group) for group in windows], tokens)


def _load(name: str, location: str) -> tuple[Any, Path]:
    """The model, and the folder its files lie in."""
    hint = f"Name a folder with a sentence-transformers model, or use the embedded default, {DEFAULT}."
    with loading("encoder", name, hint):
        from sentence_transformers import SentenceTransformer

        folder = fetch(location)
        model = SentenceTransformer(
            str(folder),
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
    return model.eval(), folder


def _revision(folder: Path) -> str | None:
    """The commit a model hub's cache keeps in the path; None for a plain folder."""
    return folder.name if folder.parent.name == "snapshots" else None


def _pooling(model: Any) -> str:
    for module in model:
        mode = getattr(module, "pooling_mode", None)
        if mode is not None:
            return str(mode)
    return "unknown"
