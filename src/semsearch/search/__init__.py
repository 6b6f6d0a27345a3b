"""A question to hits."""

from semsearch.index.papers import Filters
from semsearch.search.facets import Facets
from semsearch.search.hits import MODES, Evidence, Hit, Mode, Reasons, Results
from semsearch.search.searcher import Searcher, open_searcher

__all__ = [
    "MODES",
    "Evidence",
    "Facets",
    "Filters",
    "Hit",
    "Mode",
    "Reasons",
    "Results",
    "Searcher",
    "open_searcher",
]
