"""A generation in parts answers as the whole one does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from semsearch.api import build
from semsearch.cluster.part import Cut, Part
from semsearch.cluster.parted import PartedSentences, PartedVectors, parted
from semsearch.index import measuring
from semsearch.index.papers import Filters
from semsearch.ingest.reader import read
from semsearch.search import Searcher, open_searcher
from tests.support import WordEncoder

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"


class Here:
    """Parts in this process, which count what they are asked."""

    def __init__(self, parts: list[Part]) -> None:
        self._parts, self.asked = parts, list[str]()

    def ask(self, method: str, of_part: Mapping[int, tuple[Any, ...]]) -> dict[int, Any]:
        self.asked.append(method)
        return {number: getattr(self._parts[number], method)(*given) for number, given in of_part.items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """The papers of the examples, with an encoder that needs no model."""
    root = tmp_path_factory.mktemp("index")
    papers, _ = read(str(EXAMPLES / "publications.txt"), str(EXAMPLES / "landmarks.bib"))
    build(papers, root, encoder=WordEncoder())
    return open_searcher(root)


@pytest.fixture(scope="module")
def root(whole: Searcher) -> Path:
    return whole.generation.encoders.parent


@pytest.fixture(scope="module", params=[1, 3, 91])
def parts(request: pytest.FixtureRequest, whole: Searcher, root: Path) -> Searcher:
    """The same papers in so many parts."""
    cut = Cut.evenly(len(whole), request.param)
    made = [Part(root, whole.generation.id, first, end) for first, end in cut.ranges()]
    return Searcher(parted(whole.generation, Here(made), cut), WordEncoder())


def test_every_row_is_in_one_part() -> None:
    for papers, count in ((1, 4), (7, 3), (91, 8), (1000, 7)):
        cut = Cut.evenly(papers, count)
        sizes = [end - first for first, end in cut.ranges()]
        assert sum(sizes) == papers
        assert min(sizes) >= 1
        assert max(sizes) - min(sizes) <= 1
        assert len(cut) == min(papers, count)
        of = cut.of(np.arange(papers)).tolist()
        assert of == [number for number, size in enumerate(sizes) for _ in range(size)]


def test_the_nearest_are_those_of_the_whole(whole: Searcher, parts: Searcher) -> None:
    queries = WordEncoder().encode_queries(["agents that plan", "attention", "a zebra"])
    allowed = np.arange(len(whole)) % 3 == 1
    for mask, k in ((None, 10), (None, 500), (allowed, 10), (~allowed & (np.arange(len(whole)) < 4), 10)):
        expected = whole.generation.vectors.search(queries, k, mask)
        found = parts.generation.vectors.search(queries, k, mask)
        np.testing.assert_array_equal(found[1], expected[1])
        np.testing.assert_allclose(found[0], expected[0], atol=1e-6)
    nobody = np.zeros(len(whole), dtype=np.bool_)
    assert parts.generation.vectors.search(queries, 5, nobody)[1].shape == (3, 0)


def test_what_is_read_of_papers_is_in_the_order_asked_for(whole: Searcher, parts: Searcher) -> None:
    assert isinstance(parts.generation.vectors, PartedVectors)
    assert isinstance(parts.generation.sentences, PartedSentences)
    rows = np.random.default_rng(1).permutation(len(whole))[:40]
    queries = WordEncoder().encode_queries(["agents that plan", "attention"])
    for expected, found in zip(*(_read(each, rows, queries) for each in (whole, parts)), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    again = rows[::-3]  # of which the parts need not be asked again
    for expected, found in zip(*(_read(each, again, queries) for each in (whole, parts)), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    other, others = queries[::-1].copy(), np.arange(len(whole))
    for expected, found in zip(*(_read(each, others, other) for each in (whole, parts)), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    none = np.empty(0, dtype=np.int64)
    assert parts.generation.vectors.vectors(none).shape == (0, 32)
    assert parts.generation.sentences.cosines(queries, none)[0].shape == (0, 2)


def test_a_question_travels_to_the_parts_twice(whole: Searcher, root: Path) -> None:
    cut = Cut.evenly(len(whole), 3)
    here = Here([Part(root, whole.generation.id, first, end) for first, end in cut.ranges()])
    searcher = Searcher(parted(whole.generation, here, cut), WordEncoder())
    assert len(searcher.search("how do agents plan?")) == 10
    assert here.asked == ["search", "evidence"]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """Four hundred papers, made up."""
    root = tmp_path_factory.mktemp("many")
    build(measuring.papers(400, 12), root, encoder=WordEncoder(), force=True)
    return open_searcher(root)


def test_a_part_of_many_papers_searches_through_lists_and_finds_what_the_build_was_asked_for(
    many: Searcher,
) -> None:
    root, generation = many.generation.encoders.parent, many.generation.id
    first, end = 50, 400
    exact, listed = (Part(root, generation, first, end, approximate_from=n) for n in (end, end - first))
    assert exact.spec.spec == "Flat"
    assert listed.spec.spec.startswith("IVF32,")
    assert min(listed.spec.recall, listed.spec.deep_recall) >= many.generation.manifest.recipe.recall == 0.98
    titles = many.generation.sentences.titles(np.arange(first, end, 5))
    allowed = np.arange(end - first) % 2 == 0
    for mask in (None, allowed):
        found, expected = (part.search(titles, 10, mask) for part in (listed, exact))
        assert (found[1] >= first).all()
        assert mask is None or mask[found[1] - first].all()
        np.testing.assert_allclose(
            found[0], np.einsum("nd,nkd->nk", titles, many.generation.vectors.vectors(found[1])), atol=1e-6
        )
        assert (found[0] >= expected[0][:, -1:] - 1e-6).mean() >= 0.97


@pytest.mark.parametrize(("recipe", "spec"), [({"exact": True}, "Flat"), ({"memory": 2_900}, "PQ8x4fs")])
def test_a_part_is_searched_as_the_build_was_told(tmp_path: Path, recipe: dict[str, Any], spec: str) -> None:
    build(measuring.papers(60, 12), tmp_path, encoder=WordEncoder(), force=True, recall=0.1, **recipe)
    generation = open_searcher(tmp_path).generation.id
    part = Part(tmp_path, generation, 0, 60, approximate_from=60)
    assert spec in part.spec.spec


def _read(searcher: Searcher, rows: Any, queries: Any) -> list[Any]:
    vectors, sentences = searcher.generation.vectors, searcher.generation.sentences
    return [
        vectors.vectors(rows),
        sentences.titles(rows),
        sentences.title_cosines(queries, rows),
        *sentences.vectors(rows),
        *sentences.cosines(queries, rows),
        sentences.nearest(queries, rows),
        np.array([span for row in rows.tolist() for span in sentences.spans(row)]),
    ]


def test_answers_are_those_of_the_whole(whole: Searcher, parts: Searcher) -> None:
    alike = Searcher(whole.generation, WordEncoder())
    questions = [
        "how do agents plan?",
        "papers by Bengio",
        '"language models" -agents',
        "Curriculum Learning",
    ]
    for question in questions:
        for mode in ("auto", "dense", "lexical"):
            for filters in (None, Filters(year_from=2015)):
                expected, found = (
                    each.search(question, mode=mode, filters=filters) for each in (alike, parts)
                )
                assert [hit.paper.id for hit in found] == [hit.paper.id for hit in expected]
                assert [hit.evidence for hit in found] == [hit.evidence for hit in expected]
                assert [hit.score for hit in found] == pytest.approx(
                    [hit.score for hit in expected], abs=1e-5
                )
    some = whole.generation.papers.get([5])[0].id
    related = [[hit.paper.id for hit in each.related(some)] for each in (alike, parts)]
    assert related[0] == related[1]
    assert alike.facets("agents") == parts.facets("agents")
