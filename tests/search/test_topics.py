"""Topics: phrases that titles share, counted by hand."""

from __future__ import annotations

from pathlib import Path

from semsearch.api import build
from semsearch.paper import Paper
from semsearch.search import open_searcher
from semsearch.search.topics import topics
from tests.support import WordEncoder

# Titles of real papers.
TITLES = [
    "Neural Machine Translation by Jointly Learning to Align and Translate",
    "Effective Approaches to Attention-based Neural Machine Translation",
    "On Using Very Large Target Vocabulary for Neural Machine Translation",
    "Statistical Machine Translation",
    "Word Sense Disambiguation: A Survey",
    "Unsupervised Word Sense Disambiguation Rivaling Supervised Methods",
    "BERT: Pre-training of Deep Bidirectional Transformers",
    "RoBERTa: A Robustly Optimized BERT Pre-training Approach",
    "A Survey on Transfer Learning",
]


def test_topics_are_phrases_that_several_titles_share(tmp_path: Path) -> None:
    build([Paper(str(i), title) for i, title in enumerate(TITLES)], tmp_path, encoder=WordEncoder())
    found = topics(open_searcher(tmp_path).generation)
    # "neural machine translation" stands in three titles, the shorter phrase in four. Where both stand in as
    # many, the longer is the topic.
    assert found == ("Machine translation", "Word sense disambiguation", "Pre-training")


def test_a_collection_without_shared_phrases_has_no_topics(tmp_path: Path) -> None:
    build([Paper("1", "Quicksort"), Paper("2", "Curriculum Learning")], tmp_path, encoder=WordEncoder())
    assert topics(open_searcher(tmp_path).generation) == ()
