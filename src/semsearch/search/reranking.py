"""A second look at the best of a ranking, by a model that reads question and paper together."""

from __future__ import annotations

import numpy as np

from semsearch.encode.reranker import Reranker
from semsearch.index.build import document_text
from semsearch.index.papers import PaperTable
from semsearch.search.hits import NAMED
from semsearch.search.ranking import Ranking

# Papers that are read again. A ranking is always reordered down to here, however few of it are shown: so the
# next page goes on where the last one ended.
RERANKED = 50


def rerank(found: Ranking, question: str, papers: PaperTable, reranker: Reranker) -> Ranking:
    """Put the best 50 in the reranker's order.

    Those among them that the question names stay first, as they are; what comes after the 50 stays after
    them. Scores fall from each of the three parts to the next: the middle ones are the reranker's own, the
    others are moved above and below them.

    Args:
        found: Best first; at least 50, as far as there are so many.
        question: Free text.
        papers: Of the same rows.
        reranker: Scores the question and each ``title. abstract``.
    """
    named = sum(matched_by in NAMED for matched_by in found.matched_by)
    end = min(RERANKED, len(found.rows))
    if end <= named:
        return found
    texts = [document_text(paper) for paper in papers.get(found.rows[named:end])]
    read = reranker.scores(question, texts)
    middle = named + np.argsort(-read, kind="stable")
    order = np.concatenate([np.arange(named), middle, np.arange(end, len(found.rows))])
    scores = found.scores.copy()
    scores[named:end] = np.sort(read)[::-1]
    if named:
        scores[:named] += scores[named] + 1 - scores[named - 1]
    if end < len(scores):
        scores[end:] += scores[end - 1] - 1 - scores[end]
    return Ranking(found.rows[order], scores, [found.matched_by[i] for i in order])
