"""A cross-encoder: reads a question and a paper together, and says how well the one answers the other.

It is slower than an encoder by as many times as there are papers, and sees what two separate vectors cannot;
so it is given the best few only.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semsearch.encode.models import fetch, loading, locate, weights_sha256
from semsearch.errors import EncoderError

_BATCH = 8  # papers differ in length, and a batch is as long as its longest: 32 took twice the time
_HUB_OWNER = "cross-encoder"  # of models that are named without theirs, as in sentence-transformers
_HINT = (
    "Name a folder with a sentence-transformers CrossEncoder, or one on the model hub that can be reached."
)


class Reranker:
    """Any CrossEncoder of sentence-transformers that gives one score a pair. Safe to share between threads.

    Args:
        name: A folder, or a name on the model hub.

    Raises:
        EncoderError: It cannot be found or loaded, or is no such model.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        location = locate(name)
        if not Path(location).is_dir() and "/" not in location:
            location = f"{_HUB_OWNER}/{location}"
        with loading("reranker", name, _HINT):
            from sentence_transformers import CrossEncoder

            folder = fetch(location)
            weights_sha256(folder)  # refuses a folder without safetensors
            self._model = CrossEncoder(
                str(folder),
                trust_remote_code=False,
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            )
        _check(self._model, name)
        self._model.eval()
        self._running = threading.Lock()

    def scores(self, question: str, texts: Sequence[str]) -> NDArray[np.float64]:
        """How well each text answers the question, shape ``(len(texts),)``; higher is better.

        These are the model's logits: a sigmoid would keep their order, until it rounds the best of them to 1.
        Of a pair longer than the model reads, the end is not read.

        Raises:
            EncoderError: The model gives what is no number.
        """
        import torch

        if not texts:
            return np.empty(0)
        # One at a time, because tokenizers are not to be shared; that one may use every core.
        with self._running:
            threads = torch.get_num_threads()
            torch.set_num_threads(os.cpu_count() or 1)
            try:
                given = self._model.predict(
                    [(question, text) for text in texts],
                    batch_size=_BATCH,
                    activation_fn=torch.nn.Identity(),
                    show_progress_bar=False,
                    convert_to_numpy=True,
                )
            finally:
                torch.set_num_threads(threads)
        scores = np.asarray(given, dtype=np.float64)
        if not np.isfinite(scores).all():
            raise EncoderError("the reranker gave a score that is no number.", where=self.name, hint=_HINT)
        return scores


def _check(model: Any, name: str) -> None:
    """A model without a trained head for pairs would be given a random one, and rank at random."""
    trained = getattr(model.model.config, "architectures", None) or ()
    if type(model.model).__name__ not in trained:
        raise EncoderError(
            "is no cross-encoder: it has no trained head for a question and a text together.",
            where=name,
            hint=_HINT,
        )
    if model.num_labels != 1:
        raise EncoderError(
            f"gives {model.num_labels} scores a pair, and a reranker gives one.", where=name, hint=_HINT
        )
