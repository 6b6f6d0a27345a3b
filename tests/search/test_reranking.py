"""Reranked answers against the CrossEncoder itself, asked in the test about the same candidates."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import CrossEncoder

from semsearch.encode.reranker import Reranker
from semsearch.index.build import build, document_text
from semsearch.index.generation import open_generation
from semsearch.index.store import Store
from semsearch.ingest.reader import read
from semsearch.search import MODES, Mode, Searcher
from semsearch.search.reranking import RERANKED
from tests.conftest import ROOT
from tests.support import WordEncoder

QUESTION = "how do machines learn to translate long sentences?"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """The 64 papers of the examples, more than are reranked."""
    root = tmp_path_factory.mktemp("examples")
    papers, _ = read(str(ROOT / "examples" / "landmarks.bib"))
    build(papers, root, WordEncoder())
    assert len(papers) > RERANKED
    return Searcher(open_generation(Store(root)), WordEncoder())


@pytest.fixture(scope="module")
def reranked(plain: Searcher, cross_encoder: Path) -> Searcher:
    return Searcher(plain.generation, WordEncoder(), reranker=Reranker(str(cross_encoder)))


def _ids(searcher: Searcher, k: int = 64, mode: Mode = "auto", question: str = QUESTION) -> list[str]:
    return [hit.paper.id for hit in searcher.search(question, k, mode=mode)]


@pytest.mark.parametrize("mode", MODES)
def test_the_best_50_are_in_the_order_of_the_cross_encoder(
    plain: Searcher, reranked: Searcher, cross_encoder: Path, mode: Mode
) -> None:
    candidates = [hit.paper for hit in plain.search(QUESTION, 64, mode=mode)]
    pool, rest = candidates[:RERANKED], candidates[RERANKED:]
    given = CrossEncoder(str(cross_encoder)).predict([(QUESTION, document_text(paper)) for paper in pool])
    expected = [pool[i].id for i in np.argsort(-given, kind="stable")]
    found = _ids(reranked, mode=mode)
    assert found == expected + [paper.id for paper in rest]
    assert found != [paper.id for paper in candidates]


def test_a_hit_is_what_it_was_but_for_rank_and_score(plain: Searcher, reranked: Searcher) -> None:
    before = {hit.paper.id: hit for hit in plain.search(QUESTION, 64)}
    results = reranked.search(QUESTION, 64)
    for rank, hit in enumerate(results, 1):
        was = before[hit.paper.id]
        assert hit.rank == rank
        assert (hit.matched_by, hit.evidence, hit.confidence) == (
            was.matched_by,
            was.evidence,
            was.confidence,
        )
        assert hit.similarity == pytest.approx(was.similarity)
    scores = [hit.score for hit in results]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize("mode", MODES)
def test_the_next_page_goes_on_where_the_last_one_ended(reranked: Searcher, mode: Mode) -> None:
    whole = [(hit.rank, hit.paper.id, hit.score) for hit in reranked.search(QUESTION, 64, mode=mode)]
    for offset in (0, 10, 45, 55):
        page = reranked.search(QUESTION, 10, mode=mode, offset=offset)
        assert [(hit.rank, hit.paper.id, hit.score) for hit in page] == whole[offset : offset + 10]


@pytest.mark.parametrize("question", ["Yoshua Bengio", "Attention Is All You Need", "vaswani2017attention"])
def test_papers_that_the_question_names_stay_first(
    plain: Searcher, reranked: Searcher, cross_encoder: Path, question: str
) -> None:
    before = list(plain.search(question, RERANKED))
    ordinary = {"meaning and words", "meaning", "words"}
    named = [hit.paper.id for hit in before if hit.matched_by not in ordinary]
    assert named
    pool = [hit.paper for hit in before[len(named) :]]
    given = CrossEncoder(str(cross_encoder)).predict([(question, document_text(paper)) for paper in pool])
    results = list(reranked.search(question, RERANKED))
    assert [hit.paper.id for hit in results] == named + [
        pool[i].id for i in np.argsort(-given, kind="stable")
    ]
    scores = [hit.score for hit in results]
    assert scores == sorted(scores, reverse=True)


def test_another_generation_keeps_the_models(reranked: Searcher) -> None:
    again = reranked.reopened(reranked.generation)
    assert (again.encoder, again.reranker) == (reranked.encoder, reranked.reranker)
    assert _ids(again) == _ids(reranked)
