"""What a search returns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, overload

from semsearch.ingest.formats.jsonl import to_json
from semsearch.paper import Paper

Mode = Literal["auto", "hybrid", "dense", "lexical"]
MODES: tuple[Mode, ...] = ("auto", "hybrid", "dense", "lexical")
MatchedBy = Literal[
    "identifier",
    "title",
    "author",
    "acronym",
    "word",
    "phrase",
    "meaning and words",
    "meaning",
    "words",
    "related",
]
NAMED: frozenset[MatchedBy] = frozenset({"identifier", "title", "author", "acronym", "word", "phrase"})
Confidence = Literal["strong", "fair", "weak"]
CONFIDENCES: tuple[Confidence, ...] = ("strong", "fair", "weak")  # best first
Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentence of an abstract that answers best.

    Attributes:
        text: The sentence.
        start: Where it begins in the abstract: ``paper.abstract[start:end] == text``.
        end: Where it ends there.
        words: The words in it that are the question's too, as offsets into the abstract, in order; among
            related papers, the words that are reasons.
    """

    text: str
    start: int
    end: int
    words: Spans = ()

    def to_dict(self) -> dict[str, Any]:
        """The evidence as the command line and HTTP give it."""
        return {"text": self.text, "start": self.start, "end": self.end, "words": _lists(self.words)}


@dataclass(frozen=True, slots=True)
class Reasons:
    """What a related paper shares with one of its seeds at least, each as the paper itself writes it.

    Attributes:
        words: The few words that say most, rarest and most used first.
        authors: In the paper's order.
        venue: The paper's, when it is a seed's too.
    """

    words: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    venue: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """The reasons as the command line and HTTP give them."""
        return {"words": list(self.words), "authors": list(self.authors), "venue": self.venue}


@dataclass(frozen=True, slots=True)
class Hit:
    """One paper of an answer.

    Attributes:
        paper: The paper.
        rank: From 1.
        score: What the answer is ordered by, the reranker's where there is one; higher is better, comparable
            within one answer only.
        similarity: Cosine of question and paper; None when the mode does not look at meaning.
        confidence: How far the similarity stands out from that of unrelated papers; None without one.
        matched_by: Why the paper is here.
        evidence: None when the paper has no abstract.
        title_words: As ``evidence.words``, in the title.
        reasons: What a related paper shares with its seeds; None for the answer to a question.
    """

    paper: Paper
    rank: int
    score: float
    similarity: float | None
    confidence: Confidence | None
    matched_by: MatchedBy
    evidence: Evidence | None
    title_words: Spans = ()
    reasons: Reasons | None = None

    def to_dict(self) -> dict[str, Any]:
        """The hit as the command line and HTTP give it."""
        return {
            "rank": self.rank,
            "score": round(self.score, 6),
            "similarity": None if self.similarity is None else round(self.similarity, 6),
            "confidence": self.confidence,
            "matched_by": self.matched_by,
            "evidence": self.evidence.to_dict() if self.evidence else None,
            "title_words": _lists(self.title_words),
            "reasons": self.reasons.to_dict() if self.reasons else None,
            "paper": public(self.paper),
        }


def public(paper: Paper) -> dict[str, Any]:
    """A paper as the command line and HTTP give it: without how and where its sources wrote it."""
    document = to_json(paper)
    document.pop("original", None)
    for each in (document, *document["versions"]):
        del each["source"]
    return document


def _lists(spans: Spans) -> list[list[int]]:
    return [list(span) for span in spans]


class Note(str):
    """A sentence for the asker, that can be said in another language.

    Attributes:
        kind: ``prose``: quotes and minus signs had no effect; ``missing``: no paper holds the phrases.
        phrases: What it is about.
    """

    __slots__ = ("kind", "phrases")

    def __new__(cls, text: str, kind: Literal["prose", "missing"], phrases: tuple[str, ...] = ()) -> Note:
        """The sentence, in English, with what it says."""
        note = super().__new__(cls, text)
        note.kind, note.phrases = kind, phrases
        return note

    kind: Literal["prose", "missing"]
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Results(Sequence[Hit]):
    """The hits of one question, best first.

    Attributes:
        query: The question as it was asked; for related papers, the ids of the seeds.
        mode: The mode that was asked for.
        generation: Id of the generation that answered.
        hits: Best first.
        notes: What the asker should know of how the question was read, in sentences.
        stages: Milliseconds that each stage took, see `search.stages`; in the order they came in.
        more: There are hits after these.
    """

    query: str
    mode: str
    generation: str
    hits: tuple[Hit, ...]
    notes: tuple[Note, ...] = ()
    stages: Mapping[str, float] = field(default_factory=dict)
    more: bool = False

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Hit]: ...

    def __getitem__(self, index: int | slice) -> Hit | Sequence[Hit]:
        return self.hits[index]

    @property
    def took_ms(self) -> float:
        """From question to hits, in milliseconds."""
        return sum(self.stages.values())

    @property
    def confidence(self) -> Confidence | None:
        """That of the whole answer, which is its best hit's: weak when there is nothing here about it.

        None without hits, and in a mode that does not look at meaning.
        """
        found = {hit.confidence for hit in self.hits}
        return next((confidence for confidence in CONFIDENCES if confidence in found), None)

    def to_dict(self) -> dict[str, Any]:
        """The answer as the command line and HTTP give it."""
        return {
            "query": self.query,
            "mode": self.mode,
            "generation": self.generation,
            "took_ms": round(self.took_ms, 2),
            "confidence": self.confidence,
            "notes": list(self.notes),
            "hits": [hit.to_dict() for hit in self.hits],
        }
