"""A question to rows: the candidates of both indexes, seen by all evidence, put in one order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semsearch.encode import Vectors
from semsearch.index.generation import Generation
from semsearch.index.vectors import Mask, Rows
from semsearch.index.words import Near, top
from semsearch.search.fusion import (
    DENSE,
    POOL,
    SENTENCE,
    TITLE,
    Scores,
    feed_back,
    fuse,
    smooth,
    words_weight,
)
from semsearch.search.hits import NAMED, MatchedBy
from semsearch.search.routing import Route
from semsearch.search.stages import Stages


@dataclass(frozen=True, slots=True)
class Ranking:
    """Rows, best first, and for each its score and why it is there."""

    rows: Rows
    scores: Scores
    matched_by: list[MatchedBy]

    def first(self, k: int) -> Ranking:
        """The best ``k``."""
        return Ranking(self.rows[:k], self.scores[:k], self.matched_by[:k])


def dense(generation: Generation, queries: Vectors, k: int, allowed: Mask | None, stages: Stages) -> Ranking:
    """By cosine alone.

    Args:
        generation: The index.
        queries: The question in each language it is asked in, shape ``(m, dim)``.
        k: How many.
        allowed: Which papers are considered.
        stages: Told of each.
    """
    rows = _nearest(generation, queries, k, allowed)
    stages.end("meaning")
    scores = similarities(generation, rows, queries)
    order = top(scores, k)
    stages.end("score")
    return Ranking(rows[order], scores[order].astype(np.float64), ["meaning"] * len(order))


def similarities(generation: Generation, rows: Rows, queries: Vectors) -> NDArray[np.float32]:
    """Cosine of some papers and the question, in the language that comes nearest."""
    return _cosines(generation.vectors.vectors(rows), queries)


def _cosines(vectors: Vectors, queries: Vectors) -> NDArray[np.float32]:
    """Of each vector and the query nearest to it."""
    cosines: NDArray[np.float32] = (vectors @ queries.T).max(axis=1, initial=-1)
    return cosines


def _nearest(generation: Generation, queries: Vectors, k: int, allowed: Mask | None) -> Rows:
    """Rows of the papers nearest to each query, in order of row."""
    _, rows = generation.vectors.search(queries, k, allowed)
    return np.sort(rows[0]) if len(rows) == 1 else np.unique(rows)


def lexical(
    generation: Generation,
    question: str,
    near: Near,
    k: int,
    allowed: Mask | None,
    stages: Stages,
    *,
    phrases: bool = False,
) -> Ranking:
    """By BM25 alone; papers with none of the words are no answer, unless all allowed ones hold phrases."""
    scores = generation.words.scores(question, near)
    rows = _speaking(scores, k, allowed)
    if phrases and allowed is not None:
        rows = np.flatnonzero(allowed)
        rows = rows[top(scores[rows], k)]
    stages.end("words")
    return Ranking(rows, scores[rows].astype(np.float64), ["words"] * len(rows))


def hybrid(
    generation: Generation,
    question: str,
    near: Near,
    queries: Vectors,
    k: int,
    allowed: Mask | None,
    stages: Stages,
    named: Route | None = None,
) -> Ranking:
    """By everything together; papers that the question names come first."""
    wanted = max(POOL, k)
    meaning = _nearest(generation, queries, wanted, allowed)
    stages.end("meaning")
    words = generation.words.scores(question, near)
    spoken = _speaking(words, wanted, allowed)
    stages.end("words")
    pinned = np.empty(0, np.int64) if named is None else named.rows
    if allowed is not None:
        pinned = pinned[allowed[pinned]]
    if len(pinned) > wanted:  # a surname of thousands: those nearest to the question stand for them
        pinned = _nearest(generation, queries, wanted, _mask(pinned, len(words)))
    pool = np.unique(np.concatenate([meaning, spoken, pinned]))

    titles = generation.sentences.title_cosines(queries, pool).max(axis=1)
    sentences = generation.sentences.nearest(queries, pool).max(axis=1)
    vectors = generation.vectors.vectors(pool)
    scores = fuse(
        (DENSE, _cosines(vectors, queries)),
        (TITLE, titles),
        (SENTENCE, np.where(sentences < 0, titles, sentences)),  # without abstract, the title is all it says
        (words_weight(len(words)), words[pool]),
    )
    scores = smooth(feed_back(scores, vectors), vectors, None if len(pinned) else k)
    is_pinned = np.isin(pool, pinned)
    if is_pinned.any():
        scores[is_pinned] += np.ptp(scores) + 1  # above all others, in their own order
    order = top(scores, k)
    is_near, is_said = np.isin(pool[order], meaning), words[pool[order]] > 0
    matched_by: list[MatchedBy] = [
        named.matched_by if named is not None and is_pinned[i] else _matched_by(meaning=near, words=said)
        for i, near, said in zip(order.tolist(), is_near.tolist(), is_said.tolist(), strict=True)
    ]
    stages.end("score")
    return Ranking(pool[order], scores[order], matched_by)


def holding_phrases(found: Ranking) -> Ranking:
    """The same, of papers that all hold the phrases of the question: that is why they are there."""
    reasons: list[MatchedBy] = [why if why in NAMED else "phrase" for why in found.matched_by]
    return Ranking(found.rows, found.scores, reasons)


def _mask(rows: Rows, papers: int) -> Mask:
    mask = np.zeros(papers, dtype=np.bool_)
    mask[rows] = True
    return mask


def _speaking(words: NDArray[np.float32], k: int, allowed: Mask | None) -> Rows:
    """Rows of the papers with the highest BM25 scores above 0."""
    scores = words if allowed is None else words * allowed
    best = top(scores, k)
    return best[scores[best] > 0]


def _matched_by(*, meaning: bool, words: bool) -> MatchedBy:
    if meaning and words:
        return "meaning and words"
    return "words" if words else "meaning"
