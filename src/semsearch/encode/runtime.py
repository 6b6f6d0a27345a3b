"""What computes: token ids to vectors, by one of several libraries, in batches of texts of one length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from semsearch.encode.encoder import Vectors

RuntimeName = Literal["auto", "torch", "onnx", "openvino"]
RUNTIMES: tuple[RuntimeName, ...] = get_args(RuntimeName)
INPUTS = ("input_ids", "attention_mask")  # as models of transformers call them
Ids = NDArray[np.int64]

# Tokens of a batch, padding included: what fits a core's cache. 8 windows of 256, or 64 sentences of 32.
CPU_BATCH = 2_048
GPU_BATCH = 131_072
# From so many tokens on, a batch gains nothing by growing with texts that are mostly padding.
_ENOUGH_TOKENS, _PADDED = 256, 0.8


class Runtime(Protocol):
    """A model, ready to run. Need not be safe to share between threads.

    Attributes:
        name: Library and number format, for people: "torch bfloat16".
        multiple: The lengths, in tokens, that it computes fastest are multiples of this.
        batch: Tokens that it is given at once, padding included.
    """

    name: str
    multiple: int
    batch: int

    def __call__(self, ids: Ids, mask: Ids) -> Vectors:
        """Vectors of a batch.

        Args:
            ids: Token ids, shape ``(texts, tokens)``, padded at the end.
            mask: 1 where there is a token, 0 where there is padding, same shape.

        Returns:
            Shape ``(texts, dim)``, not yet normalised by semsearch.
        """
        ...


def run(runtime: Runtime, inputs: Sequence[Sequence[int]]) -> Vectors:
    """Vectors of token ids, shape ``(len(inputs), dim)``, in small batches of about one length."""
    order = sorted(range(len(inputs)), key=lambda i: -len(inputs[i]))
    found: Vectors | None = None
    for batch, width in _batches([len(inputs[i]) for i in order], runtime):
        members = [order[i] for i in batch]
        ids = np.zeros((len(members), width), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, i in enumerate(members):
            ids[row, : len(inputs[i])] = inputs[i]
            mask[row, : len(inputs[i])] = 1
        vectors = runtime(ids, mask)
        if found is None:
            found = np.empty((len(inputs), vectors.shape[1]), dtype=np.float32)
        found[members] = vectors
    if found is None:
        raise ValueError("there is nothing to encode")
    return found


def _batches(lengths: Sequence[int], runtime: Runtime) -> Iterator[tuple[range, int]]:
    """Runs of descending lengths that share a batch, and its width in tokens."""
    start = 0
    while start < len(lengths):
        width = -(-lengths[start] // runtime.multiple) * runtime.multiple
        end = start + 1
        while end < len(lengths) and (end + 1 - start) * width <= runtime.batch:
            if (end - start) * width >= _ENOUGH_TOKENS and lengths[end] < _PADDED * width:
                break
            end += 1
        yield range(start, end), width
        start = end
