"""The encoder of papers and questions: a sentence-transformers model, whatever library runs it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from semsearch.encode.encoder import Passport, Vectors, pooled, unit
from semsearch.encode.runtime import Runtime, run
from semsearch.encode.tokens import Tokens, Window

_PART = 64  # texts tokenised while those before them are computed
_MANY = 2_048  # texts after which it pays to look for a faster runtime


class TransformerEncoder:
    """An `Encoder` of tokens and a runtime. Safe to share between threads.

    Args:
        passport: Which encoder it is.
        tokens: Makes the input of the runtime.
        runtime: Makes vectors of it.
        prompts: What the model wants said before a document, and before a query.

    Attributes:
        runtime: What computes now.
        faster: Finds a faster runtime for texts such as these token ids; asked once, when many were encoded.
    """

    def __init__(
        self, passport: Passport, tokens: Tokens, runtime: Runtime, prompts: tuple[str, str] = ("", "")
    ) -> None:
        self.passport, self.tokens, self.runtime, self.prompts = passport, tokens, runtime, prompts
        self.faster: Callable[[Sequence[Sequence[int]]], Runtime] | None = None
        self._running = threading.Lock()
        self._encoded = 0

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return self._encode(texts, self.prompts[0])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return self._encode(texts, self.prompts[1])

    def over_limit(self, texts: Sequence[str]) -> int:
        """See `Encoder`."""
        return self.tokens.over_limit(texts)

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        if not texts:
            return np.empty((0, self.passport.dim), dtype=np.float32)
        if prompt:
            texts = [prompt + text for text in texts]
        return np.concatenate([self._vectors(windows) for windows in self._windows(texts)])

    def _windows(self, texts: Sequence[str]) -> Iterator[list[list[Window]]]:
        """Part after part, the next one tokenised beside the computing."""
        parts = [texts[start : start + _PART] for start in range(0, len(texts), _PART)]
        if len(parts) == 1:
            yield self.tokens.windows(texts)
            return
        with ThreadPoolExecutor(1, "semsearch-tokens") as pool:
            ready = pool.submit(self.tokens.windows, parts[0])
            for part in parts[1:]:
                windows, ready = ready.result(), pool.submit(self.tokens.windows, part)
                yield windows
            yield ready.result()

    def _vectors(self, texts: Sequence[Sequence[Window]]) -> Vectors:
        windows = [window for text in texts for window in text]
        inputs = [window.ids for window in windows]
        with self._running:
            if self.faster is not None and self._encoded >= _MANY:
                self.runtime, self.faster = self.faster(inputs), None
            parts = unit(run(self.runtime, inputs))
            self._encoded += len(texts)
        return pooled(parts, [len(text) for text in texts], [window.weight for window in windows])
