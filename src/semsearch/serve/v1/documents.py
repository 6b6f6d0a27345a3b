"""The documents that `/v1` answers with, as the OpenAPI document describes them.

They describe alone: an answer is written from `to_dict` straight to JSON, and tests hold it against these.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from semsearch.search.hits import Confidence, MatchedBy, Mode

Span = tuple[int, int]
_SPANS = "Where the words of the question stand, as pairs of offsets; each counts Unicode characters."
_CONFIDENCE = "How far its similarity stands out from that of unrelated papers; null in the mode `lexical`."


class Translation(BaseModel):
    """Title and abstract in one more language."""

    language: str = Field(description="ISO 639-1.")
    title: str
    abstract: str


class Version(BaseModel):
    """One of the records that a paper was merged from."""

    id: str
    title: str
    year: int | None
    venue: str | None
    doi: str | None
    url: str | None
    why: str = Field(description="What showed that it is of the paper; empty for the first.")


class Paper(BaseModel):
    """One paper."""

    id: str = Field(description="Unique in this index; may hold slashes.")
    title: str
    abstract: str = Field(description="Empty where the source has none.")
    authors: list[str] = Field(description="In the source's order, each as the source writes the name.")
    year: int | None
    venue: str | None = Field(description="Journal, conference or archive.")
    doi: str | None = Field(description="Bare, without `https://doi.org/`.")
    url: str | None = Field(description="Where the paper can be read.")
    language: str | None = Field(
        description="ISO 639-1: what the source says, or what its text is found to be in; else null."
    )
    keywords: list[str]
    truncated: bool = Field(description="The source itself cuts the abstract short.")
    identifiers: list[str] = Field(description="What other services know it by, as `arxiv:1706.03762`.")
    translations: list[Translation]
    versions: list[Version] = Field(description="Empty where it was made of one record.")


class Evidence(BaseModel):
    """The sentence of an abstract that answers best."""

    text: str
    start: int = Field(description="Where it begins in the abstract, in Unicode characters.")
    end: int = Field(description="Where it ends there.")
    words: list[Span] = Field(description=f"{_SPANS} They are offsets into the abstract.")


class Reasons(BaseModel):
    """What a related paper shares with the papers it was asked for."""

    words: list[str]
    authors: list[str]
    venue: str | None


class Hit(BaseModel):
    """One paper of an answer."""

    rank: int = Field(description="From 1, over all pages.")
    score: float = Field(description="What the answer is ordered by; comparable within one answer only.")
    similarity: float | None = Field(description="Cosine of question and paper; null in the mode `lexical`.")
    confidence: Confidence | None = Field(description=_CONFIDENCE)
    matched_by: MatchedBy = Field(description="Why the paper is here.")
    evidence: Evidence | None = Field(description="null where the paper has no abstract.")
    title_words: list[Span] = Field(description=_SPANS)
    reasons: Reasons | None = Field(description="For related papers; null for the answer to a question.")
    paper: Paper


class Relatives(BaseModel):
    """Papers related to others."""

    query: str = Field(description="The ids that were asked for.")
    mode: Literal["related"]
    generation: str = Field(description="The build of the index that answered.")
    took_ms: float = Field(description="How long it took, in milliseconds.")
    confidence: Confidence | None = Field(description="That of the best hit; null without hits.")
    notes: list[str]
    hits: list[Hit] = Field(description="The most related first.")


class Answer(BaseModel):
    """The papers that answer a question."""

    query: str = Field(description="The question as it was asked.")
    mode: Mode
    generation: str = Field(description="The build of the index that answered.")
    took_ms: float = Field(description="How long it took, in milliseconds.")
    confidence: Confidence | None = Field(
        description="That of the best hit: `weak` where nothing here is about it; null where no hit has one."
    )
    notes: list[str] = Field(description="What the asker should know of how the question was read.")
    hits: list[Hit] = Field(description="The best first.")
    offset: int = Field(description="How many of the best were left out before these.")
    next: str | None = Field(
        description="Path of the next page, which stays within this generation; null on the last."
    )


class Answers(BaseModel):
    """The answers to a batch."""

    generation: str = Field(description="The build of the index that answered all of them.")
    results: list[Answer] = Field(description="In the order of the questions.")


class OfYear(BaseModel):
    """A year, and how many papers are of it."""

    year: int
    papers: int


class OfName(BaseModel):
    """An author or a venue, and how many papers are of it."""

    name: str
    papers: int


class Facets(BaseModel):
    """How many papers there are of each year, author and venue."""

    generation: str
    papers: int = Field(description="How many pass all filters and were counted.")
    years: list[OfYear] = Field(description="From the first to the last.")
    authors: list[OfName] = Field(description="Most papers first, the 50 first.")
    venues: list[OfName] = Field(description="The same of journals and conferences.")


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"]


class Ready(BaseModel):
    """Questions can be answered."""

    status: Literal["ready"]
    generation: str = Field(description="The build of the index that answers.")
    papers: int
    problem: str | None = Field(
        None, description="Why a newer generation, which is published, is not the one that answers."
    )
