"""sentence-transformers, run by torch: in float32, or in bfloat16 where the processor computes in it."""

from __future__ import annotations

import copy
import os
from typing import Any

from semsearch.encode.bert import Bert, bert_of
from semsearch.encode.encoder import Vectors
from semsearch.encode.runtime import CPU_BATCH, GPU_BATCH, INPUTS, Ids


class TorchRuntime:
    """A SentenceTransformer on the device it was loaded to; if it is a plain BERT, by a leaner pass.

    Args:
        model: The SentenceTransformer.
        half: Compute in bfloat16, on a copy of the model.
        threads: How many the computing may use in this process; None for one a core.
    """

    def __init__(self, model: Any, *, half: bool = False, threads: int | None = None) -> None:
        import torch

        torch.set_num_threads(threads or os.cpu_count() or 1)
        self._torch = torch
        bert = bert_of(model)
        self._bert = None if bert is None else Bert(bert, half=half)
        self._model = copy.deepcopy(model).to(torch.bfloat16) if half and bert is None else model
        self._device = model.device
        self.name = f"torch {'bfloat16' if half else 'float32'}"
        self.batch = CPU_BATCH
        if self._device.type != "cpu":
            self.name += f" on {self._device.type}"
            self.batch = GPU_BATCH
        self.multiple = 32 if half else 8  # a tile of the processor's matrix unit has 16 rows or 32

    def __call__(self, ids: Ids, mask: Ids) -> Vectors:
        """See `Runtime`."""
        torch = self._torch
        inputs = [torch.from_numpy(array).to(self._device) for array in (ids, mask)]
        with torch.inference_mode():
            if self._bert is not None:
                vectors = self._bert(*inputs)
            else:
                vectors = self._model(dict(zip(INPUTS, inputs, strict=True)))["sentence_embedding"]
            found: Vectors = vectors.float().cpu().numpy()
        return found
