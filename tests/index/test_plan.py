"""A plan: the arithmetic by hand, and a build of as many papers as it was worked out for."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from semsearch.config import RECALL
from semsearch.errors import StorageError
from semsearch.index import measuring, placement
from semsearch.index.measuring import Speed
from semsearch.index.plan import Part, Plan, plan

SPEED = Speed(
    papers_per_second=10.0,
    words=105,
    encoder="words",
    dim=384,
    stages={"words": 0.002, "papers": 0.001, "vectors": 9.0},
    fixed=20.0,
    bytes_of={"texts.npy": 600.0, "vectors.faiss": 1_536.0, "titles.npy": 388.0, "sentences.npy": 1_940.0},
    products_per_second=1e10,
    machine=measuring.machine(),
    measured=0.0,
)


def amounts(parts: tuple[Part, ...]) -> dict[str, float]:
    return {part.name: part.amount for part in parts}


def test_few_papers_are_searched_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placement, "version", lambda _: "1.0")
    found = plan(20_000, SPEED)
    assert (found.index_type, found.recall) == ("Flat", 1.0)
    # 20,000 at 10 a second; 3 ms for each and 20 s for all; 2.4 ms each to be placed.
    assert amounts(found.time) == pytest.approx(
        {"encoding": 2_000, "words, names, metadata": 80, "the map": 48}
    )
    assert found.seconds == pytest.approx(2_128)
    # A byte a component to be scanned comes on top of what was measured of small indexes.
    disk = amounts(found.disk)
    assert disk["the index"] == pytest.approx(20_000 * (600 + 1_536 + 388 + 1_940 + 384))
    # The whole, the title and five sentences of 21 words, 4 bytes a component, 36 for each and 8% of that.
    assert disk["the cache of vectors"] == pytest.approx(20_000 * 7 * (4 * 384 + 1.08 * 36))


def test_a_million_papers_lie_in_lists() -> None:
    found = plan(1_000_000, SPEED)
    assert (found.index_type, found.recall) == ("IVF2048,PQ192x4fs,RFlat", RECALL)
    of_lists = 1_000_000 * (96 + 8) + 2_048 * 384 * 4
    assert amounts(found.disk)["the index"] == pytest.approx(1_000_000 * 4_464 + of_lists)
    learning = 2 * 384 * 2_048 * (8 * 32 * 2_048 + 1_000_000) / 1e10
    assert amounts(found.time)["lists of vectors"] == pytest.approx(learning + 8 + 40)
    assert plan(1_000_000, SPEED, exact=True).index_type == "Flat"
    assert plan(1_000_000, SPEED, memory=60_000_000).index_type == "IVF2048,PQ96x4fs,RFlat"
    with pytest.raises(StorageError, match="1,000,000 papers need 60 MB"):
        plan(1_000_000, SPEED, memory=50_000_000)


def test_regions_are_named_by_a_hundred_thousand_papers_at_most() -> None:
    naming = replace(SPEED, stages={**SPEED.stages, "regions": 0.001})
    for papers, seconds in ((20_000, 20), (1_000_000, 100)):
        more = plan(papers, naming).seconds - plan(papers, SPEED).seconds
        assert more == pytest.approx(seconds)


def test_wider_vectors_take_more_room() -> None:
    wide = replace(SPEED, dim=768)
    more = plan(1_000, wide).disk[0].amount - plan(1_000, SPEED).disk[0].amount
    assert more == pytest.approx(1_000 * (1_536 + 388 + 1_940))


def test_ten_times_the_papers_take_ten_times_the_encoding() -> None:
    one, ten = (plan(papers, SPEED) for papers in (1_000_000, 10_000_000))
    assert amounts(ten.time)["encoding"] == pytest.approx(10 * amounts(one.time)["encoding"])
    assert amounts(ten.time)["lists of vectors"] > 10 * amounts(one.time)["lists of vectors"]


def test_what_was_measured_is_remembered_for_this_machine_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert measuring.remembered(105, "words") is None
    measuring.remember(SPEED, "words")
    assert measuring.remembered(105, "words") == SPEED
    assert measuring.remembered(106, "words") is None
    (written,) = (tmp_path / "semsearch").iterdir()
    others: tuple[object, ...] = (asdict(replace(SPEED, machine="another")), {"x": 1}, [])
    for other in others:
        written.write_text(json.dumps(other))
        assert measuring.remembered(105, "words") is None


def test_papers_that_are_made_up_are_as_long_as_they_are_said_to_be() -> None:
    made = measuring.papers(50, 90)
    assert [len(paper.abstract.split()) for paper in made] == [90] * 50
    assert len({paper.id for paper in made}) == 50
    assert measuring.papers(50, 90) == made


def test_the_parts_add_up() -> None:
    parts = (Part("a", 1.0, ""), Part("b", 2.5, ""))
    assert Plan(1, 1, "Flat", 1.0, parts, (), ()).seconds == 3.5
