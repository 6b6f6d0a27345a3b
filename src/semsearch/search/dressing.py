"""Rows to hits: metadata, similarity, confidence, evidence and reasons, only for what is shown."""

from __future__ import annotations

from collections.abc import Mapping

from semsearch.encode import Vectors, unit
from semsearch.index.generation import Generation
from semsearch.index.vectors import Rows
from semsearch.index.words import located
from semsearch.paper import Paper
from semsearch.search.confidence import confidence
from semsearch.search.hits import Hit, Reasons
from semsearch.search.quoting import marks, quote
from semsearch.search.ranking import Ranking, similarities
from semsearch.search.reasons import Seeds
from semsearch.search.related import sentences


def answers(
    generation: Generation,
    found: Ranking,
    offset: int,
    wanted: Mapping[str, float],
    queries: Vectors | None,
) -> tuple[Hit, ...]:
    """The hits of a question, from the ``offset``-th on.

    Args:
        generation: What was asked.
        found: The whole ranking.
        offset: How many of the best to leave out.
        wanted: The question's terms, and what each counts when evidence is chosen.
        queries: The question's vectors, shape ``(m, dim)``; None when the mode does not look at meaning.
    """
    rows = found.rows[offset:]
    near = [None] * len(rows) if queries is None else similarities(generation, rows, queries).tolist()
    return tuple(
        _hit(generation, found, i, paper, wanted, similarity, queries)
        for i, (paper, similarity) in enumerate(zip(generation.papers.get(rows), near, strict=True), offset)
    )


def relatives(generation: Generation, found: Ranking, seeds: Rows) -> tuple[Hit, ...]:
    """The hits of related papers, each with what it shares with the seeds.

    Similarity is to the middle of the seeds; the evidence is the sentence nearest to any sentence of theirs.
    """
    middle = unit(generation.vectors.vectors(seeds).mean(axis=0, keepdims=True))
    near = similarities(generation, found.rows, middle).tolist()
    said, compared = sentences(generation, seeds), Seeds(generation, seeds)
    hits = []
    for i, paper in enumerate(generation.papers.get(found.rows)):
        reasons, wanted = compared.reasons(int(found.rows[i]), paper)
        hits.append(_hit(generation, found, i, paper, wanted, near[i], said, reasons))
    return tuple(hits)


def _hit(
    generation: Generation,
    found: Ranking,
    i: int,
    paper: Paper,
    wanted: Mapping[str, float],
    similarity: float | None,
    near: Vectors | None,
    reasons: Reasons | None = None,
) -> Hit:
    """The ``i``-th of a ranking, its evidence nearest to one of ``near``."""
    matched_by = found.matched_by[i]
    sure = cosines = None
    spans, vectors = generation.sentences.of(int(found.rows[i]))
    if similarity is not None:
        sure = confidence(similarity, matched_by, generation.manifest.calibration)
    if near is not None:
        cosines = (vectors @ near.T).max(axis=1)
    return Hit(
        paper=paper,
        rank=i + 1,
        score=float(found.scores[i]),
        similarity=similarity,
        confidence=sure,
        matched_by=matched_by,
        evidence=quote(paper, spans, cosines, wanted),
        title_words=marks(located(paper.title), wanted),
        reasons=reasons,
    )
