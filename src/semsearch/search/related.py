"""Papers related to papers: like these, not like those, and not all alike."""

from __future__ import annotations

import numpy as np

from semsearch.encode import Vectors, unit
from semsearch.index.build import document_text
from semsearch.index.generation import Generation
from semsearch.index.vectors import Rows
from semsearch.index.words import top
from semsearch.search.fusion import Scores, fuse

DENSE, TITLE, WORDS = 0.50, 0.20, 0.30
_POOL = 300
_REPULSION = 0.5  # what a "not like this" weighs against a "like this" (Rocchio's beta and gamma)


def rank_related(generation: Generation, like: Rows, unlike: Rows) -> tuple[Rows, Scores, Vectors]:
    """Candidates, best first, with their scores and the vector they were sought with.

    The seeds are not among them, nor is a paper with the title of a seed: that is the same paper again.
    """
    papers = generation.papers
    query = _centre(generation.vectors.vectors(like), generation.vectors.vectors(unlike))
    title = _centre(generation.sentences.titles(like), generation.sentences.titles(unlike))
    words = np.mean([generation.words.scores(document_text(p)) for p in papers.get(like)], axis=0)
    if len(unlike):
        against = [generation.words.scores(document_text(p)) for p in papers.get(unlike)]
        words = words - _REPULSION * np.mean(against, axis=0)

    allowed = np.ones(len(papers), dtype=np.bool_)
    for seed in papers.get([*like, *unlike]):
        allowed[papers.with_title(seed.title)] = False
    allowed[[*like, *unlike]] = False
    _, near = generation.vectors.search(query[None], _POOL, allowed)
    candidates = np.flatnonzero(allowed)
    pool = np.union1d(near[0], candidates[top(words[candidates], _POOL)])

    scores = fuse(
        (DENSE, generation.vectors.vectors(pool) @ query),
        (TITLE, generation.sentences.titles(pool) @ title),
        (WORDS, words[pool]),
    )
    order = top(scores, len(pool))
    return pool[order], scores[order], query


def diversify(vectors: Vectors, scores: Scores, k: int, diversity: float) -> Rows:
    """Positions of ``k`` candidates that are good and unlike each other, by maximal marginal relevance.

    Carbonell and Goldstein, "The Use of MMR" (1998), with lambda = 1 - ``diversity``; scores are scaled to
    [0, 1] first, the range of the cosines they are weighed against.

    Args:
        vectors: Of the candidates, shape ``(n, dim)``, unit norm.
        scores: Of the candidates, shape ``(n,)``.
        k: How many to choose.
        diversity: From 0, the order of the scores, to 1, each as far as can be from those before it.
    """
    if diversity == 0 or len(scores) == 0:
        return top(scores, k)
    relevance = (scores - scores.min()) / max(float(np.ptp(scores)), 1e-9)
    chosen = [int(np.argmax(relevance))]
    nearest = vectors @ vectors[chosen[0]]
    while len(chosen) < min(k, len(scores)):
        value = (1 - diversity) * relevance - diversity * nearest
        value[chosen] = -np.inf
        chosen.append(int(np.argmax(value)))
        nearest = np.maximum(nearest, vectors @ vectors[chosen[-1]])
    return np.array(chosen, dtype=np.int64)


def _centre(like: Vectors, unlike: Vectors) -> Vectors:
    """The direction to look in, shape ``(dim,)``."""
    centre: Vectors = like.mean(axis=0)
    if len(unlike):
        centre = centre - _REPULSION * unlike.mean(axis=0)
    vector: Vectors = unit(centre[None])[0]
    return vector
