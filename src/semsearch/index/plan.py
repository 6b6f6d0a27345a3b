"""What an index of so many papers will take, before anything is spent on it.

Everything is derived from what was measured on this machine (`semsearch.index.measuring`) by the formulas
below, and each figure says whether it was measured for one paper and multiplied, or worked out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from semsearch.config import RECALL
from semsearch.index import lists, placement
from semsearch.index.landscape import PLACED
from semsearch.index.measuring import Speed
from semsearch.index.vectors import APPROXIMATE_FROM, EXACT, SCANNED_FROM

WORDS = 170
"""Words of an abstract, where nobody says otherwise: the mean of 75,000 of arXiv."""

_TEXTS_A_PAPER = 2  # the whole, and the title; sentences come on top
_WORDS_A_SENTENCE = 21
_CACHED = 1.08 * 36  # bytes that the cache takes beside a vector: its key, its checksum, what SQLite adds
_PLACING = 2.4e-3  # seconds of a core that t-SNE takes for a paper (docs/benchmarks.md)
_AMONG = 1e-4  # seconds that putting a paper among those that are placed takes
_CODING = 8e-6  # seconds that the code of a vector takes, beside finding its list
_TUNING = 40.0  # seconds that measuring recall takes
_OF_A_PAPER = 2_200  # bytes of memory of a paper without the letters of its abstract
_LETTERS = 7.5  # bytes of a word in memory: six letters and a blank, some of them wider
_KEPT = 130  # bytes of memory for the key of a text
_PROCESS = 450e6  # bytes of a process that builds: the encoder and the libraries
_SERVING = 250e6  # bytes of one that answers


@dataclass(frozen=True, slots=True)
class Part:
    """One figure: what it is of, how much, and where that comes from."""

    name: str
    amount: float
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a build and its serving will take.

    Attributes:
        papers: How many.
        words: Of an abstract.
        index_type: ``Flat``, or FAISS's name of the lists.
        recall: Of the nearest papers, that the build will reach, or else search exactly.
        time: Seconds, by step.
        disk: Bytes, by what they hold.
        memory: Bytes: of the build at most, and of a process that answers.
    """

    papers: int
    words: int
    index_type: str
    recall: float
    time: tuple[Part, ...]
    disk: tuple[Part, ...]
    memory: tuple[Part, ...]

    @property
    def seconds(self) -> float:
        """Of the whole build."""
        return sum(part.amount for part in self.time)


def plan(
    papers: int, speed: Speed, *, memory: int | None = None, recall: float = RECALL, exact: bool = False
) -> Plan:
    """Work out what so many papers take.

    Args:
        papers: How many.
        speed: Of this machine; also says how long abstracts are.
        memory: Bytes that the index of vectors may take.
        recall: That is wanted of it.
        exact: Search exactly, however many papers there are.

    Raises:
        StorageError: The memory is too little.
    """
    dim, listed = speed.dim, papers >= APPROXIMATE_FROM and not exact
    kind = lists.fitting(papers, dim, memory)[0] if listed else None
    looked_through = kind.memory(papers, dim) if kind else papers * dim * (1 if papers >= SCANNED_FROM else 4)
    return Plan(
        papers,
        speed.words,
        f"{kind.name(papers, dim)},RFlat" if kind else EXACT,
        recall if kind else 1.0,
        tuple(_time(papers, speed, listed=listed)),
        tuple(_disk(papers, speed, kind)),
        (
            Part("the build, at most", _PROCESS + papers * _held(speed), "worked out, not measured"),
            Part(
                "a process that answers",
                _SERVING + looked_through,
                "worked out; other files are mapped, read when they are touched, and shared",
            ),
        ),
    )


def _time(papers: int, speed: Speed, *, listed: bool) -> Iterator[Part]:
    rate = speed.papers_per_second
    yield Part("encoding", papers / rate, f"measured: {rate:.1f} papers a second, {speed.encoder}")
    each = {name: seconds for name, seconds in speed.stages.items() if name != "vectors"}
    naming = each.pop("regions", 0.0) * min(papers, PLACED)  # of more, one in so many is read
    indexing = papers * sum(each.values()) + naming + speed.fixed
    yield Part("words, names, metadata", indexing, "measured on a few thousand")
    if listed:
        centres = lists.lists(papers)
        sums = 2 * speed.dim * centres * (lists.ROUNDS * lists.PER_LIST * centres + papers)
        seconds = sums / speed.products_per_second + papers * _CODING + _TUNING
        yield Part("lists of vectors", seconds, "worked out from the speed of products of matrices")
    if placement.method() != placement.PCA:
        seconds = min(papers, PLACED) * _PLACING + max(0, papers - PLACED) * _AMONG
        yield Part("the map", seconds, "worked out from what 50,000 papers took")


def _disk(papers: int, speed: Speed, kind: lists.Kind | None) -> Iterator[Part]:
    files = dict(speed.bytes_of)
    of_vectors = {"vectors.faiss": 4.0, "titles.npy": 1.0, "sentences.npy": 1.0}
    scale = dict.fromkeys(of_vectors, speed.dim / 384)  # the small builds have vectors of 384
    index = papers * sum(each * scale.get(name, 1.0) for name, each in files.items())
    if kind is not None:
        index += kind.memory(papers, speed.dim)
    elif papers >= SCANNED_FROM:
        index += papers * speed.dim
    yield Part("the index", index, "measured on a few thousand papers, but for the lists")
    cached = papers * _texts(speed) * (4 * speed.dim + _CACHED)
    yield Part("the cache of vectors", cached, "worked out; kept so that a rebuild encodes only what changed")
    yield Part("a rebuild, beside these", index, "the next index is whole before this one goes")


def _texts(speed: Speed) -> float:
    """Texts of a paper that are encoded."""
    return _TEXTS_A_PAPER + max(1.0, speed.words / _WORDS_A_SENTENCE)


def _held(speed: Speed) -> float:
    """Bytes of memory for a paper, while the index is built."""
    texts = _OF_A_PAPER + _LETTERS * speed.words
    return texts + 2 * 4 * speed.dim + _KEPT * _texts(speed)
