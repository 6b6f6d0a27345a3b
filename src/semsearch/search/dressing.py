"""Rows to hits: metadata, similarity, confidence, evidence and reasons, only for what is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

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

_Said = tuple[Sequence[tuple[int, int]], NDArray[np.float32] | None]
"""Where a paper's sentences stand in its abstract, and the similarity of each where meaning is looked at."""


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
    rows, total = found.rows[offset:], sum(wanted.values())
    near = [None] * len(rows) if queries is None else similarities(generation, rows, queries).tolist()
    holds = {term: generation.words.holding(term, rows).tolist() for term in wanted}
    each = zip(generation.papers.get(rows), _said(generation, rows, queries), near, strict=True)
    return tuple(
        _hit(
            generation,
            found,
            offset + i,
            paper,
            said,
            {term: weight for term, weight in wanted.items() if holds[term][i]},
            similarity,
            total,
        )
        for i, (paper, said, similarity) in enumerate(each)
    )


def relatives(generation: Generation, found: Ranking, seeds: Rows) -> tuple[Hit, ...]:
    """The hits of related papers, each with what it shares with the seeds.

    Similarity is to the middle of the seeds; the evidence is the sentence nearest to any sentence of theirs.
    """
    rows, compared = found.rows, Seeds(generation, seeds)
    middle = unit(generation.vectors.vectors(seeds).mean(axis=0, keepdims=True))
    near = similarities(generation, rows, middle).tolist()
    each = zip(
        generation.papers.get(rows), _said(generation, rows, sentences(generation, seeds)), strict=True
    )
    hits = []
    for i, (paper, said) in enumerate(each):
        reasons, wanted = compared.reasons(int(rows[i]), paper)
        hits.append(_hit(generation, found, i, paper, said, wanted, near[i], reasons=reasons))
    return tuple(hits)


def _said(generation: Generation, rows: Rows, queries: Vectors | None) -> list[_Said]:
    """What each of some papers says: its sentences, and how near each is to the nearest query."""
    spans = [generation.sentences.spans(row) for row in rows.tolist()]
    if queries is None:
        return [(of_paper, None) for of_paper in spans]
    cosines, counts = generation.sentences.cosines(queries, rows)
    nearest, ends = cosines.max(axis=1, initial=-1), np.cumsum(counts).tolist()
    return [(of_paper, nearest[end - len(of_paper) : end]) for of_paper, end in zip(spans, ends, strict=True)]


def _hit(
    generation: Generation,
    found: Ranking,
    i: int,
    paper: Paper,
    said: _Said,
    wanted: Mapping[str, float],
    similarity: float | None,
    total: float | None = None,
    reasons: Reasons | None = None,
) -> Hit:
    """The ``i``-th of a ranking, with the terms wanted that it holds, and the weight of all of them."""
    matched_by, sure = found.matched_by[i], None
    if similarity is not None:
        sure = confidence(similarity, matched_by, generation.manifest.calibration)
    return Hit(
        paper=paper,
        rank=i + 1,
        score=float(found.scores[i]),
        similarity=similarity,
        confidence=sure,
        matched_by=matched_by,
        evidence=quote(paper, *said, wanted, total),
        title_words=marks(located(paper.title), wanted),
        reasons=reasons,
    )
