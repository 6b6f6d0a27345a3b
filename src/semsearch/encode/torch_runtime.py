"""sentence-transformers, run by torch: in float32, or in bfloat16 where the processor computes in it."""

from __future__ import annotations

import copy
import os
from typing import Any

import numpy as np

from semsearch.encode.encoder import Vectors
from semsearch.encode.runtime import Ids


class TorchRuntime:
    """The modules of a SentenceTransformer, one after the other, on the device it was loaded to.

    Args:
        model: The SentenceTransformer.
        half: Compute in bfloat16, on a copy of the model.
        threads: How many the computing may use in this process; None for one a core.
    """

    def __init__(self, model: Any, *, half: bool = False, threads: int | None = None) -> None:
        import torch

        torch.set_num_threads(threads or os.cpu_count() or 1)
        self._torch = torch
        self._model = copy.deepcopy(model).to(torch.bfloat16) if half else model
        self._device = model.device
        self.name = f"torch {'bfloat16' if half else 'float32'}"
        if self._device.type != "cpu":
            self.name += f" on {self._device.type}"
        self.multiple = 32 if half else 8  # a tile of the processor's matrix unit has 16 rows or 32

    def __call__(self, ids: Ids, mask: Ids) -> Vectors:
        """See `Runtime`."""
        torch = self._torch
        features = {
            "input_ids": torch.from_numpy(ids).to(self._device),
            "attention_mask": torch.from_numpy(mask).to(self._device),
        }
        with torch.inference_mode():
            vectors = self._model(features)["sentence_embedding"].float().cpu().numpy()
        return np.asarray(vectors, dtype=np.float32)
