"""What came last: against lists made by hand, with the clock of the builds set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from semsearch.errors import QuestionError
from semsearch.index import added
from semsearch.index.build import build
from semsearch.paper import Paper
from semsearch.search import Filters, Searcher, open_searcher
from tests.support import CORPUS, WordEncoder

Build = Callable[[Sequence[Paper], int], Searcher]
DAY = 86_400
HELIX = "DNA is a double helix of two chains held together by pairs of bases"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    def of(papers: Sequence[Paper], day: int) -> Searcher:
        monkeypatch.setattr(added, "seconds", lambda _: day * DAY)
        encoder = WordEncoder(dim=256)  # so that chance brings no two texts together
        build(papers, tmp_path, encoder)
        return Searcher(open_searcher(tmp_path).generation, encoder)

    return of


def _about_helices(identifier: str, year: int = 1953) -> Paper:
    return Paper(identifier, f"On helix {identifier}", f"{HELIX}.", ("F. H. C. Crick",), year)


def found(searcher: Searcher, *args: object, **options: object) -> list[tuple[str, int]]:
    arrivals = searcher.arrivals(*args, **options)  # type: ignore[arg-type]
    return [(arrival.paper.id, arrival.added // DAY) for arrival in arrivals]


def test_without_a_question_the_newest_come_first(built: Build) -> None:
    built(CORPUS[:2], 1)
    built(CORPUS[:3], 2)
    searcher = built(CORPUS, 3)
    ids = [paper.id for paper in CORPUS]
    assert found(searcher) == [(ids[3], 3), (ids[4], 3), (ids[2], 2), (ids[0], 1), (ids[1], 1)]
    assert found(searcher, None, 3) == [(ids[3], 3), (ids[4], 3), (ids[2], 2)]
    assert found(searcher, filters=Filters(author="bengio")) == [("curriculum", 2), ("bahdanau", 1)]


def test_a_new_paper_is_not_kept_out_by_older_ones_that_answer_better(built: Build) -> None:
    question = "a double helix of two chains held together by pairs of bases"
    others = [Paper(f"x{n}", f"w{n} w{n + 1}", f"w{n * 7} w{n * 5} w{n * 3} w{n * 2}") for n in range(40)]
    older = [_about_helices(f"old{n}") for n in range(6)]
    built([*others, *older], 1)
    new = Paper("new", "Pairs of bases in RNA", "Bases of two chains are held together in pairs.")
    searcher = built([*others, *older, new], 2)
    assert [hit.paper.id for hit in searcher.search(question, 7)][6] == "new"
    assert [day for _, day in found(searcher, question, 3)] == [2, 1, 1]
    assert {name for name, _ in found(searcher, question)} == {"new", *(paper.id for paper in older)}


def test_weak_ones_are_left_out_even_when_nothing_is_left(built: Build) -> None:
    built(CORPUS, 1)
    unrelated = Paper("loom", "Weaving patterns", "Threads cross on a loom.")
    searcher = built([*CORPUS, unrelated], 2)
    assert [name for name, _ in found(searcher, HELIX)] == ["10.1038/171737a0"]
    assert found(searcher, "which sofa fits a small living room") == []


def test_a_phrase_must_stand_in_the_papers_of_each_build(built: Build) -> None:
    built([_about_helices("old"), *CORPUS[:2]], 1)
    near = Paper("new", "The helix, double", "A helix that is double: two chains with pairs of bases.")
    searcher = built([_about_helices("old"), *CORPUS[:2], near], 2)
    assert found(searcher, '"double helix" pairs of bases') == [("old", 1)]


def test_a_person_is_followed(built: Build) -> None:
    built(CORPUS[:2], 1)
    searcher = built(CORPUS, 2)
    assert found(searcher, "papers by Yoshua Bengio")[:2] == [("curriculum", 2), ("bahdanau", 1)]


def test_each_paper_comes_once_however_often_it_is_built(built: Build) -> None:
    papers = [_about_helices(f"h{n}") for n in range(12)]
    for n in range(1, 13):
        searcher = built([*CORPUS, *papers[:n]], n)
    assert found(searcher, HELIX)[:12] == [(f"h{n - 1}", n) for n in range(12, 0, -1)]
    again = built([*CORPUS, *papers], 99)
    assert found(again, HELIX) == found(searcher, HELIX)


def test_a_blank_question_is_refused(searcher: Searcher) -> None:
    with pytest.raises(QuestionError):
        searcher.arrivals("  ")
    with pytest.raises(ValueError, match="k must be"):
        searcher.arrivals("helix", 0)
