"""The other records of a paper in an index: its preprint, its published form, a second record."""

from __future__ import annotations

import numpy as np

from semsearch.index.generation import Generation
from semsearch.index.vectors import Rows
from semsearch.paper import Paper
from semsearch.search.twins import Twins

_NEAR = 50  # papers; a preprint is nearer to its published form than nearly all others


def versions(generation: Generation, row: int) -> list[Paper]:
    """The records that are of the same paper, oldest first; those without a year are last."""
    papers = generation.papers
    (paper,) = papers.get([row])
    named: list[Rows] = [papers.with_title(paper.title)]
    named += [papers.identified(text) for text in (paper.doi, paper.url) if text]
    _, near = generation.vectors.search(generation.vectors.vectors(np.array([row])), min(_NEAR, len(papers)))
    candidates = np.setdiff1d(np.concatenate([near[0], *named]), [row])
    same = candidates[Twins(generation, candidates).of(row)]
    return sorted(papers.get(same), key=lambda other: (other.year is None, other.year, other.id))
