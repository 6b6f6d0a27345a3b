from __future__ import annotations

import itertools
import random
from dataclasses import replace

import pytest

from semsearch.ingest.duplicates import keys as module
from semsearch.ingest.duplicates.evidence import record_of, why_same
from semsearch.ingest.duplicates.finding import groups, keys_of
from semsearch.ingest.duplicates.keys import Keys
from semsearch.ingest.duplicates.spool import Spool
from semsearch.paper import Paper, Translation, Version
from tests.support import CORPUS


def found(papers: list[Paper]) -> dict[int, list[int]]:
    with Keys() as keys:
        for row, paper in enumerate(papers):
            for key in keys_of(paper):
                keys.add(key, row)
        return {first: [row for row, _ in rows] for first, rows in groups(keys, papers.__getitem__).items()}


def slip(text: str, at: random.Random) -> str:
    """The text with one letter left out."""
    place = at.randrange(len(text))
    return text[:place] + text[place + 1 :]


def test_keys_find_all_that_comparing_everything_with_everything_finds() -> None:
    at = random.Random(7)
    papers = list(CORPUS)
    for number, paper in enumerate(CORPUS):
        papers.append(replace(paper, id=f"copy{number}", title=slip(paper.title, at)))
        papers.append(replace(paper, id=f"bare{number}", abstract="", keywords=()))
    records = [record_of(paper) for paper in papers]
    pairs = {
        (i, j)
        for (i, one), (j, other) in itertools.combinations(enumerate(records), 2)
        if why_same(one, other)
    }
    assert len(pairs) >= len(CORPUS)
    together = {(i, j) for rows in found(papers).values() for i, j in itertools.combinations(rows, 2)}
    assert pairs <= together


def test_what_contradicts_is_not_joined_through_a_third() -> None:
    title, authors = "Speech Recognition with Long Short-Term Memory", ("Alex Graves", "Navdeep Jaitly")
    first = Paper("1", title, "", authors, 2013, identifiers=("pmid:1",))
    second = Paper("2", title, "", authors, 2013, identifiers=("pmid:2",))
    neither = Paper("3", title, "", authors, 2013)
    assert found([first, second, neither]) == {0: [0, 2]}
    assert found([first, neither, second]) == {0: [0, 1]}


def test_a_record_joins_those_it_is_the_same_as_though_one_was_given_a_new_doi() -> None:
    first = replace(CORPUS[0], id="1", doi="10.1136/vetrec-2019-105642", identifiers=())
    moved = replace(first, id="2", doi="10.1136/vr.105642")
    again = replace(first, id="3")
    assert found([first, moved, again]) == found([moved, first, again]) == {0: [0, 1, 2]}


def test_one_title_over_and_over_tells_nothing() -> None:
    papers = [
        Paper(str(n), "Report of the annual general meeting", "", ("Jan de Vries",), 2001) for n in range(61)
    ]
    assert found(papers) == {}
    assert found(papers[:60]) == {0: list(range(60))}


def test_keys_of_rows_are_found_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BUFFER", 8)  # so that they go through the files
    at = random.Random(3)
    given = [(str(at.randrange(300)), row) for row in range(1_000)]
    truth: dict[str, set[int]] = {}
    with Keys() as keys:
        for key, row in given:
            keys.add(key, row)
            truth.setdefault(key, set()).add(row)
        several = sorted(sorted(rows) for rows in truth.values() if len(rows) > 1)
        assert sorted(keys.shared()) == several
        assert sorted(keys.shared(3)) == [rows for rows in several if len(rows) <= 3]
        assert keys.known(["0", "299", "300", "x"]) == {"0", "299"} & set(truth)
        keys.add("x", 1_000)
        assert keys.known(["x"]) == {"x"}


def test_nothing_has_nothing_in_common() -> None:
    assert found([]) == {}
    with Keys() as keys:
        assert list(keys.shared()) == []


def test_papers_come_back_from_the_spool_as_they_were() -> None:
    merged = replace(
        CORPUS[0],
        identifiers=("arxiv:1",),
        translations=(Translation("fr", "É"),),
        versions=(Version("x", "y", 3, why="z"),),
    )
    papers = [merged, *CORPUS[1:5], Paper("a", "B", year=None)]
    with Spool() as spool:
        for paper in papers[:3]:
            spool.append(paper)
        assert spool[1] == papers[1]
        for paper in papers[3:]:
            spool.append(paper)
        assert list(spool) == papers
        assert [spool[row] for row in (5, 0, 3)] == [papers[5], papers[0], papers[3]]
        assert len(spool) == 6
