"""The map of an index: complete, of these papers, and the same tomorrow."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from semsearch.errors import IndexDamaged
from semsearch.index import placement
from semsearch.index.build import build
from semsearch.index.generation import open_generation
from semsearch.index.landscape import MOST, Landscape
from semsearch.index.placement import Positions
from semsearch.index.store import Store
from semsearch.paper import Paper
from tests.support import CORPUS, WordEncoder

TOPICS = {
    "reinforcement learning": "agents rewards policies exploration games returns",
    "boundary layer": "flow laminar plates turbulence heat pressure",
    "DNA repair": "yeast cells damage strands enzymes mutation",
    "speech recognition": "phonemes acoustic microphones speakers noise vowels",
}


def collection(each: int, start: int = 0) -> list[Paper]:
    """Papers on four topics, in turn; every one says what it is about and half of the topic's words."""
    random = np.random.default_rng(start)
    papers = []
    for i in range(start, start + each):
        for topic, words in TOPICS.items():
            said = " ".join(random.choice(words.split(), 3, replace=False))
            papers.append(
                Paper(f"{topic}-{i}", f"{topic} and {said}", f"{topic} {said}.", year=1990 + i % 30)
            )
    return papers


def landscape(root: Path) -> Landscape:
    return open_generation(Store(root)).landscape


def places(root: Path, papers: Sequence[Paper]) -> dict[str, Positions]:
    return dict(zip((paper.id for paper in papers), landscape(root).positions, strict=True))


def moved(before: dict[str, Positions], after: dict[str, Positions]) -> float:
    """How far papers moved in the mean, as a share of the size of the map."""
    stayed = [identifier for identifier in before if identifier in after]
    size = np.ptp(np.array([*before.values()]), axis=0).max()
    return float(np.mean([np.linalg.norm(before[i] - after[i]) for i in stayed]) / size)


def test_topics_are_regions_with_their_names(tmp_path: Path) -> None:
    papers = collection(20)
    report = build(papers, tmp_path, WordEncoder())
    found = landscape(tmp_path)
    assert report.placed_by == found.method == placement.method()
    coarse = {term for region in found.levels[0] for term in region.terms}
    assert {*TOPICS} <= coarse
    assert sum(region.papers for region in found.levels[0]) == len(papers)


def test_points_are_the_places_and_years_of_the_papers(tmp_path: Path) -> None:
    papers = [*collection(10), replace(CORPUS[0], year=None)]
    build(papers, tmp_path, WordEncoder())
    found = landscape(tmp_path)
    assert found.points[2].tolist() == [*(paper.year for paper in papers[:-1]), 0]
    assert np.abs(found.points[:2]).max() == MOST
    across = found.points[:2].T.astype(float)
    scale = np.ptp(found.positions, axis=0).max() / np.ptp(across, axis=0).max()
    expected = found.positions - found.positions[0]
    np.testing.assert_allclose((across - across[0]) * scale, expected, atol=2 * scale)


def test_papers_that_stay_keep_their_place(tmp_path: Path) -> None:
    papers = collection(30)
    build(papers, tmp_path, WordEncoder())
    before = places(tmp_path, papers)
    changed = [*papers[4:], *collection(1, start=900)]
    build(changed, tmp_path, WordEncoder())
    after = places(tmp_path, changed)
    assert moved(before, after) < 1e-6
    for newcomer in collection(1, start=900):
        topic = newcomer.id.rpartition("-")[0]
        distances = {i: np.linalg.norm(place - after[newcomer.id]) for i, place in after.items()}
        nearest = sorted(distances, key=lambda i: distances[i])[1:6]
        assert [i.rpartition("-")[0] for i in nearest].count(topic) >= 4
    assert landscape(tmp_path).drift == pytest.approx(8 / 120)


def test_when_much_changed_all_are_placed_again_from_where_they_were(tmp_path: Path) -> None:
    papers = collection(30)
    build(papers, tmp_path, WordEncoder())
    before = places(tmp_path, papers)
    grown = [*papers, *collection(12, start=500)]
    build(grown, tmp_path, WordEncoder())
    assert landscape(tmp_path).drift == 0
    again = moved(before, places(tmp_path, grown))
    build(grown, tmp_path / "afresh", WordEncoder())
    assert 1e-6 < again < 0.12
    if placement.method() != placement.PCA:
        assert again < moved(before, places(tmp_path / "afresh", grown)) / 2


def test_a_paper_with_another_abstract_is_placed_anew(tmp_path: Path) -> None:
    papers = collection(30)
    build(papers, tmp_path, WordEncoder())
    other = replace(papers[0], title=papers[1].title, abstract=papers[1].abstract)
    build([other, *papers[1:]], tmp_path, WordEncoder())
    positions = landscape(tmp_path).positions
    topics = [np.median(positions[np.arange(k, 120, 4)], axis=0) for k in (0, 1)]
    distances = [np.linalg.norm(positions[0] - topic) for topic in topics]
    assert distances[1] < distances[0]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_few_papers_have_a_map(count: int, tmp_path: Path) -> None:
    build(CORPUS[-count:], tmp_path, WordEncoder())  # the last has no abstract
    found = landscape(tmp_path)
    assert found.points.shape == (3, count)
    assert len(np.unique(found.points[:2].T, axis=0)) == count
    assert found.method == placement.method()


def test_the_same_papers_under_other_ids_lie_beside_each_other(tmp_path: Path) -> None:
    papers = collection(8)
    twins = [replace(paper, id=f"twin-{paper.id}") for paper in papers]
    build([*papers, *twins], tmp_path, WordEncoder())
    positions = landscape(tmp_path).positions
    size = np.ptp(positions, axis=0).max()
    between = np.linalg.norm(positions[:32] - positions[32:], axis=1)
    assert between.min() > 0
    assert np.median(between) < 0.05 * size


def test_without_the_library_the_components_are_drawn_and_the_report_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placement, "method", lambda: placement.PCA)
    papers = collection(10)
    report = build(papers, tmp_path, WordEncoder())
    assert report.placed_by == placement.PCA
    vectors = open_generation(Store(tmp_path)).vectors.vectors(np.arange(len(papers)))
    np.testing.assert_allclose(
        landscape(tmp_path).positions, placement.apart(placement.principal(vectors)), atol=1e-5
    )


def test_a_map_of_other_papers_is_refused(tmp_path: Path) -> None:
    build(CORPUS, tmp_path, WordEncoder())
    folder = Store(tmp_path).generations / Store(tmp_path).published()
    with pytest.raises(IndexDamaged, match="does not fit"):
        Landscape(folder, 4)
    (folder / "map.json").write_text(json.dumps({"method": "PCA"}))
    with pytest.raises(IndexDamaged, match="cannot be read"):
        Landscape(folder, 5)
