"""Vectors in lists around centres, of which a question reads the nearest: from a hundred thousand papers on.

Centres are those of k-means. A list holds codes of vectors: two bits a component, a byte, or one bit (product
and scalar quantisation). What the codes name is compared in full with the vectors themselves, from the mapped
file, so that a code decides what is looked at and never what comes first. How many lists a question reads is
measured when they are written: as few as the wanted recall asks for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Vectors
from semsearch.encode.jobs import Runner
from semsearch.errors import IndexDamaged, StorageError
from semsearch.index import coding, scan
from semsearch.index.manifest import MEND, VectorSpec

if TYPE_CHECKING:
    from semsearch.index.vectors import Mask, Rows

FILE = "scan_lists.faiss"

NEAREST, DEEP = 10, 200
"""How many of the nearest papers recall is measured of; search takes as many as the latter."""

_FARTHER = 1 / 3  # to this power more lists are read where fewer papers are allowed: an eighth, twice as many
PER_LIST = 32  # vectors that a centre is learned from
ROUNDS = 8  # of k-means
_CODED_FROM = 16_384  # vectors that product quantisation is learned from
_FEWEST = 4  # lists that are read
_PACKED, _PLAIN = "x4fs", "x4np"  # FAISS's names of codes of four bits: for fast scans, and one by one


@dataclass(frozen=True, slots=True)
class Kind:
    """What a list holds of a vector.

    Attributes:
        code: FAISS's name of it, for vectors of some dimensions.
        bits: A component.
        parts: Dimensions must be a multiple of this.
    """

    code: str
    bits: int
    parts: int

    def name(self, papers: int, dim: int) -> str:
        """FAISS's name of the whole index."""
        return f"IVF{lists(papers)},{self.code.format(dim // self.parts)}"

    def memory(self, papers: int, dim: int) -> int:
        """Bytes that questions go through: codes, numbers of papers, and centres."""
        return papers * (dim * self.bits // 8 + 8) + lists(papers) * dim * 4


# In the order in which they are tried. Measured on 300,000 papers, two bits find as much as a byte and take a
# quarter of the time; one bit takes least memory and finds less (docs/benchmarks.md).
KINDS = (Kind("PQ{}x4fs", 2, 2), Kind("SQ8", 8, 1), Kind("PQ{}x4fs", 1, 4))


def lists(papers: int) -> int:
    """How many lists so many papers are put into: a power of two near twice the root of their number."""
    return int(2 ** max(4, round(math.log2(2 * math.sqrt(papers)))))


def fitting(papers: int, dim: int, memory: int | None) -> list[Kind]:
    """The kinds that fit a budget, in the order in which they are to be tried.

    Args:
        papers: How many.
        dim: Of their vectors.
        memory: Bytes; None for no limit.

    Raises:
        StorageError: None does.
    """
    possible = [kind for kind in KINDS if dim % kind.parts == 0]
    fit = [kind for kind in possible if memory is None or kind.memory(papers, dim) <= memory]
    if not fit:
        least = min(kind.memory(papers, dim) for kind in possible)
        raise StorageError(
            f"the vectors of {papers:,} papers need {math.ceil(least / 1e6):,} MB of memory at least "
            "to be searched.",
            where="--memory",
            hint=f"Allow as much: --memory {math.ceil(least / 1e6)}MB",
        )
    return fit


def write(
    folder: Path, vectors: Vectors, questions: Vectors, *, memory: int | None, wanted: float, runner: Runner
) -> VectorSpec | None:
    """Write the lists of ``vectors``, shape ``(papers, dim)`` and unit norm.

    Args:
        folder: Of the generation.
        vectors: Row ``i`` is paper ``i``.
        questions: What recall is measured with, shape ``(n, dim)`` and unit norm.
        memory: Bytes that they may take; None for no limit.
        wanted: Recall of the 200 nearest papers that must be reached.
        runner: Where vectors are coded.

    Returns:
        What was written, and its recall against exact search; None where no kind that fits reaches what is
        wanted, and nothing was written.

    Raises:
        StorageError: No kind fits the memory, or the disk is full.
    """
    papers, dim = vectors.shape
    nearest = _nearest(vectors, questions)
    for kind in fitting(papers, dim, memory):
        index = filled(learned(kind, vectors), vectors, runner)
        while True:
            found = ListScan(index)
            near, deep = (_recall(found, vectors, questions, nearest, k) for k in (NEAREST, DEEP))
            if min(near, deep) >= wanted:
                scan.write(index, folder / FILE)
                spec = f"{kind.name(papers, dim)},RFlat"
                return VectorSpec(spec, near, deep, index.nprobe, kind.memory(papers, dim))
            if index.nprobe >= index.nlist:
                break
            index.nprobe = min(index.nlist, math.ceil(index.nprobe * math.sqrt(2)))
    return None


def learned(kind: Kind, vectors: Vectors) -> Any:
    """A FAISS index of lists that has learned from a sample of vectors, and holds none.

    Codes that are to be packed for fast scans are in their plain form: such lists can be filled with codes.
    """
    import faiss

    papers, dim = vectors.shape
    name = kind.name(papers, dim)
    index: Any = faiss.index_factory(dim, name.replace(_PACKED, _PLAIN), faiss.METRIC_INNER_PRODUCT)
    if name.endswith(_PACKED):
        index.by_residual = False  # as the packed form has it
    index.cp.niter, index.cp.spherical = ROUNDS, True
    index.cp.min_points_per_centroid, index.cp.max_points_per_centroid = 1, PER_LIST
    chance = np.random.default_rng(0).permutation(papers)
    index.train(vectors[np.sort(chance[: max(_CODED_FROM, PER_LIST * index.nlist)])])
    return index


def filled(index: Any, vectors: Vectors, runner: Runner) -> Any:
    """The lists that have learned, with all vectors in them; codes are packed where they can be.

    What is given is used up.
    """
    import faiss

    coding.fill(index, vectors, runner)
    if isinstance(index, faiss.IndexIVFPQ):
        plain: Any = index
        index = faiss.IndexIVFPQFastScan(plain)
        plain.own_fields, index.own_fields = False, True  # the centres, which both know
        plain.replace_invlists(None)  # the packed form keeps the plain one, whose codes nobody needs
    index.nprobe = _FEWEST
    return index


def _nearest(vectors: Vectors, questions: Vectors) -> Vectors:
    """The cosines of each question and the papers nearest to it, nearest first, shape ``(n, DEEP)``."""
    import faiss

    most = min(DEEP, len(vectors))
    cosines: Vectors = faiss.knn(questions, vectors, most, metric=faiss.METRIC_INNER_PRODUCT)[0]
    return cosines


def _recall(found: ListScan, vectors: Vectors, questions: Vectors, nearest: Vectors, k: int) -> float:
    """The share of the ``k`` nearest papers that a question finds; the mean.

    By cosine and not by row: which of two papers that are as near is found does not matter.
    """
    k = min(k, nearest.shape[1])
    hits = 0
    for question, cosines in zip(questions, nearest, strict=True):
        near = vectors[found.named(question, scan.fetched(k))] @ question
        hits += min(k, int((near >= cosines[k - 1] - 1e-6).sum()))
    return hits / (k * len(questions))


class ListScan:
    """Names papers of the lists that are nearest to a question."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def opened(cls, folder: Path, papers: int, dim: int) -> ListScan:
        """The lists of a generation, memory-mapped.

        Raises:
            IndexDamaged: The file cannot be read, or is of other vectors.
        """
        import faiss

        index = scan.index(folder / FILE, faiss.IndexIVF, papers, dim)
        if not 0 < index.nprobe <= index.nlist:
            raise IndexDamaged("does not say how many lists are read.", where=folder / FILE, hint=MEND)
        return cls(index)

    def candidates(self, query: NDArray[np.float32], k: int, allowed: Mask | None) -> Rows:
        """See `scan.Scan`; it can always tell."""
        considered = len(self) if allowed is None else int(np.count_nonzero(allowed))
        return self.named(query, min(scan.fetched(k), considered), allowed)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def named(self, query: NDArray[np.float32], count: int, allowed: Mask | None = None) -> Rows:
        """Rows, in order, of as many papers as are wanted, or of all that are allowed.

        The fewer are allowed, the farther away the nearest of them are, and the more lists are read: all, if
        need be, until so many papers are named.
        """
        import faiss

        read: dict[str, Any] = {}
        probes = float(self._index.nprobe)
        if allowed is not None:
            bits = np.packbits(allowed, bitorder="little")
            read["sel"] = faiss.IDSelectorBitmap(len(allowed), faiss.swig_ptr(bits))
            probes *= (len(allowed) / np.count_nonzero(allowed)) ** _FARTHER
        count = min(count, len(self))
        while True:
            read["nprobe"] = min(math.ceil(probes), self._index.nlist)
            only = faiss.SearchParametersIVF(**read)
            _, (rows,) = self._index.search(query[None], count, params=only)
            if rows[-1] >= 0 or read["nprobe"] == self._index.nlist:
                found: Rows = np.sort(rows[rows >= 0])
                return found
            probes *= 4
