"""Builds: what they count and remember, and that kill -9 at any step costs nothing that was published."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from semsearch.errors import NothingToIndex, StorageError
from semsearch.index.build import build, document_text
from semsearch.index.generation import open_generation
from semsearch.index.store import Store
from semsearch.paper import Paper, Rejected
from semsearch.search import Searcher
from tests.support import CORPUS, WordEncoder


class Steps:
    """Remembers the steps of a build, how many units each announced, and how many were done."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.totals: list[int] = []
        self.done: list[int] = []

    def step(self, name: str, total: int = 0) -> None:
        self.names.append(name)
        self.totals.append(total)
        self.done.append(0)

    def advance(self, units: int) -> None:
        self.done[-1] += units


def test_the_manifest_counts_what_was_read(tmp_path: Path) -> None:
    cut = Paper(
        "cut", "A Mathematical Theory of Communication", "Information can be measured…", truncated=True
    )
    report = build([*CORPUS, cut], tmp_path, WordEncoder(), rejected=[Rejected("refs.bib:7", "no title")])
    assert (report.counts.papers, report.counts.without_abstract) == (6, 1)
    assert (report.counts.truncated, report.counts.rejected) == (1, 1)
    assert report.counts.sentences == 8
    rejected = (tmp_path / "generations" / report.generation / "rejected.jsonl").read_text()
    assert rejected == '{"where": "refs.bib:7", "why": "no title"}\n'


def test_every_row_is_the_same_paper_in_every_part(tmp_path: Path) -> None:
    encoder = WordEncoder()
    build(CORPUS, tmp_path, encoder)
    generation = open_generation(Store(tmp_path))
    rows = np.arange(len(CORPUS))
    assert generation.papers.get(rows) == CORPUS
    expected = encoder.encode_documents([document_text(paper) for paper in CORPUS])
    np.testing.assert_array_equal(generation.vectors.vectors(rows), expected)
    titles = encoder.encode_documents([paper.title for paper in CORPUS])
    np.testing.assert_allclose(generation.sentences.titles(rows), titles, atol=3e-3)


def test_a_rebuild_encodes_only_what_changed(tmp_path: Path) -> None:
    first = build(CORPUS, tmp_path, WordEncoder())
    assert first.counts.embedded > 0
    assert build(CORPUS, tmp_path, WordEncoder()).counts.embedded == 0
    changed = [*CORPUS[:-1], Paper("quicksort", "Quicksort, Again")]
    assert build(changed, tmp_path, WordEncoder()).counts.embedded == 1
    assert build(CORPUS, tmp_path, WordEncoder(salt="other")).counts.embedded == first.counts.embedded


def test_no_paper_is_an_error_and_leaves_no_trace(tmp_path: Path) -> None:
    with pytest.raises(NothingToIndex):
        build([], tmp_path / "index", WordEncoder())
    assert not (tmp_path / "index").exists()


def test_two_papers_with_one_id_are_the_callers_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="same id"):
        build([CORPUS[0], CORPUS[0]], tmp_path, WordEncoder())


def test_a_full_disk_is_said_and_the_published_generation_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    build(CORPUS[:3], tmp_path, WordEncoder())
    store = Store(tmp_path)
    before = store.current()
    # A limit on the size of files fails writes as a full disk does, without a file system of our own.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, hard))
    try:
        with pytest.raises(StorageError):
            build(CORPUS, tmp_path, WordEncoder(dim=2048))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert store.current() == before
    assert len(open_generation(store).papers) == 3
    build(CORPUS, tmp_path, WordEncoder())
    assert {entry.name for entry in store.generations.iterdir()} == set(store.ids())


_KILLED = """
import os, signal, sys
from pathlib import Path
from semsearch.index.build import build
from tests.support import CORPUS, WordEncoder

class Killer:
    def step(self, name, total=0):
        if name == sys.argv[2]:
            os.kill(os.getpid(), signal.SIGKILL)
    def advance(self, units):
        pass

build(CORPUS, Path(sys.argv[1]), WordEncoder(), keep=1, progress=Killer())
"""


FRENCH = Paper("fr", "Apprentissage profond", "Nous montrons que des réseaux de neurones apprennent à lire.")


STEPS = [
    "split", "embed", "lexicon", "relate", "vectors", "papers", "words", "titles", "texts", "names",
    "place", "regions", "describe", "sync", "check", "judge", "publish", "tidy", "done",
]  # fmt: skip


def test_every_step_is_told_timed_and_done(tmp_path: Path) -> None:
    steps = Steps()
    report = build([*CORPUS, FRENCH], tmp_path, WordEncoder(), progress=steps)
    assert steps.names == STEPS
    assert steps.done == steps.totals
    for long in (
        "split",
        "embed",
        "lexicon",
        "relate",
        "papers",
        "words",
        "texts",
        "names",
        "place",
        "regions",
    ):
        assert steps.totals[STEPS.index(long)] >= 6
    assert [*report.stages] == STEPS[:-1]
    assert report.seconds == pytest.approx(sum(report.stages.values()))


@pytest.mark.parametrize("step", STEPS)
def test_a_build_killed_at_any_step_leaves_an_index_that_answers(step: str, tmp_path: Path) -> None:
    build(CORPUS[:3], tmp_path, WordEncoder())
    store = Store(tmp_path)
    before = store.current()

    killed = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path), step], check=False, timeout=120)
    assert killed.returncode == -signal.SIGKILL

    published = STEPS.index(step) > STEPS.index("publish")
    assert (store.current() != before) == published
    searcher = Searcher(open_generation(store), WordEncoder())
    assert len(searcher) == (5 if published else 3)
    assert searcher.search("generative adversarial nets")[0].paper.id == "gan"

    again = build(CORPUS, tmp_path, WordEncoder())
    assert store.current() == again.generation
    assert len(open_generation(store).papers) == 5
    assert {entry.name for entry in store.generations.iterdir()} == set(store.ids())
    if STEPS.index(step) > STEPS.index("embed"):
        assert again.counts.embedded == 0  # every vector was kept
