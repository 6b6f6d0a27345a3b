"""Codes of vectors for lists: a block at a time, wherever jobs are done, and merged in the order of rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Encoder, Vectors
from semsearch.encode.jobs import Runner

BLOCK = 32_768  # vectors of a job: 50 MB of 384 dimensions, and two to ten seconds of a core


@dataclass(frozen=True, slots=True, eq=False)
class Coding:
    """The job of finding the list and the code of some vectors.

    Attributes:
        learned: A FAISS index of lists, without a vector yet, as bytes.
        vectors: Shape ``(n, dim)``.
    """

    encodes: ClassVar[bool] = False
    learned: bytes
    vectors: Vectors

    @property
    def name(self) -> str:
        """See `semsearch.encode.jobs.Job`."""
        digest = hashlib.sha256(self.learned)
        digest.update(np.ascontiguousarray(self.vectors).data.cast("B"))
        return digest.hexdigest()

    def run(self, encoder: Callable[[], Encoder]) -> NDArray[np.uint8]:
        """The number of the list of each vector, and then its code; shape ``(n, bytes)``."""
        import faiss

        index = faiss.deserialize_index(np.frombuffer(self.learned, dtype=np.uint8))
        codes: NDArray[np.uint8] = index.sa_encode(self.vectors)
        return codes


def fill(index: Any, vectors: Vectors, runner: Runner, block: int = BLOCK) -> None:
    """Add vectors to lists; row ``i`` is known as ``i``.

    Blocks come back in any order, and are added in that of their rows: so lists are the same as those that
    FAISS fills in one go.

    Args:
        index: A FAISS index of lists that has learned and is empty. One whose codes are packed for
            fast scans cannot be filled with codes; its plain form can.
        vectors: Shape ``(papers, dim)``.
        runner: Where codes are made.
        block: Vectors of a job.
    """
    import faiss

    learned = faiss.serialize_index(index).tobytes()
    jobs = (Coding(learned, vectors[start : start + block]) for start in range(0, len(vectors), block))
    early: dict[int, NDArray[Any]] = {}
    following = 0
    for number, codes in runner.arrays(jobs):
        early[number] = codes
        while following in early:
            index.add_sa_codes(early.pop(following))
            following += 1
