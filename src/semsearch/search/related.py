"""Papers related to papers: like these, not like those, and not all alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from semsearch.encode import Vectors, unit
from semsearch.index.build import document_text
from semsearch.index.generation import Generation
from semsearch.index.vectors import Rows
from semsearch.index.words import top
from semsearch.search.fusion import Scores, fuse, smooth
from semsearch.search.ranking import Ranking
from semsearch.search.stages import Stages
from semsearch.search.twins import Twins

DENSE, TITLE, SENTENCES, WORDS = 0.35, 0.20, 0.15, 0.30
_POOL = 300
_REPULSION = 0.5  # what a "not like this" weighs against a "like this" (Rocchio's beta and gamma)


def rank_related(
    generation: Generation, like: Rows, unlike: Rows, k: int, diversity: float, stages: Stages
) -> Ranking:
    """The ``k`` papers most related to ``like``, best first.

    Neither the papers named nor the same papers again are among them, and no paper twice.
    """
    papers = generation.papers
    query = centre(generation.vectors.vectors(like), generation.vectors.vectors(unlike))
    title = centre(generation.sentences.titles(like), generation.sentences.titles(unlike))
    words = np.mean([generation.words.scores(document_text(p)) for p in papers.get(like)], axis=0)
    if len(unlike):
        against = [generation.words.scores(document_text(p)) for p in papers.get(unlike)]
        words = words - _REPULSION * np.mean(against, axis=0)
    stages.end("words")

    wanted, named = max(_POOL, k), np.concatenate([like, unlike])
    allowed = np.ones(len(papers), dtype=np.bool_)
    allowed[named] = False
    _, near = generation.vectors.search(query[None], wanted, allowed)
    stages.end("meaning")
    candidates = np.flatnonzero(allowed)
    pool = np.union1d(near[0], candidates[top(words[candidates], wanted)])
    twins = Twins(generation, pool)
    again = {int(position) for row in named for position in twins.of(int(row))}
    pool = np.delete(pool, sorted(again))

    vectors = generation.vectors.vectors(pool)
    titles = generation.sentences.titles(pool) @ title
    scores = fuse(
        (DENSE, vectors @ query),
        (TITLE, titles),
        (SENTENCES, _said(generation, like, pool, titles) - _REPULSION * _said(generation, unlike, pool, 0)),
        (WORDS, words[pool]),
    )
    scores = smooth(scores, vectors)
    twins = Twins(generation, pool)
    chosen = diversify(vectors, scores, k, diversity, lambda position: twins.of(int(pool[position])))
    stages.end("score")
    return Ranking(pool[chosen], scores[chosen], ["related"] * len(chosen))


def _said(generation: Generation, papers: Rows, pool: Rows, without: Scores | Vectors | int) -> Vectors:
    """How far each candidate says what some papers say: over their sentences, the mean of its nearest one.

    Args:
        generation: The index.
        papers: Those without an abstract say their title.
        pool: The candidates.
        without: What a candidate without abstract gets.
    """
    if not len(papers):
        return np.zeros(len(pool), dtype=np.float32)
    cosines = generation.sentences.nearest(sentences(generation, papers), pool)
    return np.where(cosines[:, 0] < 0, without, cosines.mean(axis=1)).astype(np.float32)


def sentences(generation: Generation, rows: Rows) -> Vectors:
    """The vectors of all sentences of some papers; of the title, where a paper has no abstract."""
    said, counts = generation.sentences.vectors(rows)
    return np.concatenate([said, generation.sentences.titles(rows[counts == 0])])


def diversify(
    vectors: Vectors,
    scores: Scores,
    k: int,
    diversity: float,
    copies: Callable[[int], Iterable[int]] = lambda _: (),
) -> Rows:
    """Positions of ``k`` candidates that are good and unlike each other, by maximal marginal relevance.

    Carbonell and Goldstein, "The Use of MMR" (1998), with lambda = 1 - ``diversity``; scores are scaled to
    [0, 1] first, the range of the cosines they are weighed against.

    Args:
        vectors: Of the candidates, shape ``(n, dim)``, unit norm.
        scores: Of the candidates, shape ``(n,)``.
        k: How many to choose; fewer when there are no more.
        diversity: From 0, the order of the scores, to 1, each as far as can be from those before it.
        copies: Positions that the choice of one rules out, whatever the diversity.
    """
    relevance = (scores - scores.min(initial=np.inf)) / max(
        float(np.ptp(scores)) if len(scores) else 0.0, 1e-9
    )
    value, nearest = relevance, np.full(len(scores), -1, dtype=np.float32)
    left = np.ones(len(scores), dtype=np.bool_)
    chosen: list[int] = []
    while len(chosen) < k and left.any():
        best = int(np.argmax(np.where(left, value, -np.inf)))
        chosen.append(best)
        left[[best, *copies(best)]] = False
        if diversity:
            nearest = np.maximum(nearest, vectors @ vectors[best])
            value = (1 - diversity) * relevance - diversity * nearest
    return np.array(chosen, dtype=np.int64)


def centre(like: Vectors, unlike: Vectors) -> Vectors:
    """The direction to look in, shape ``(dim,)``."""
    centre: Vectors = like.mean(axis=0)
    if len(unlike):
        centre = centre - _REPULSION * unlike.mean(axis=0)
    vector: Vectors = unit(centre[None])[0]
    return vector
