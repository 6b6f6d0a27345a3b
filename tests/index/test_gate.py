"""What is held back: builds broken in each of the ways that the gate looks for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from semsearch.config import Settings
from semsearch.encode import Vectors
from semsearch.errors import BuildHeld, SourceError
from semsearch.index.build import build
from semsearch.index.gate import Gate
from semsearch.index.generation import open_generation
from semsearch.index.offline import build_from_settings
from semsearch.index.store import Store
from semsearch.paper import Paper
from semsearch.search.golden import read_golden
from tests.support import CORPUS, WordEncoder

WORDS = "amber birch cedar dune ember fjord grove heath islet jetty knoll loess".split()  # noqa: SIM905


def papers(count: int, source: str = "") -> list[Paper]:
    """Papers of three words each, no two alike."""
    said = [f"{a} {b} {c}" for a in WORDS for b in WORDS for c in WORDS if a < b < c]
    return [
        Paper(f"p{i}", f"On {text}", f"It is about {text}.", source=f"{source}:{i}" if source else "")
        for i, text in enumerate(said[:count])
    ]


class Shuffled(WordEncoder):
    """Gives each of many papers the vector of the one before it, and each title its own."""

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        vectors = super().encode_documents(texts)
        return np.roll(vectors, 1, axis=0) if len(texts) > 10 and ". It is" in texts[0] else vectors


class Drifted(WordEncoder):
    """Says it is the same encoder, and gives other vectors."""

    def __init__(self) -> None:
        super().__init__(salt="drifted")
        self.passport = WordEncoder().passport


def write(path: Path, count: int) -> str:
    path.write_text("".join(f'{{"id": "{p.id}", "title": "{p.title}"}}\n' for p in papers(count)))
    return str(path)


def test_a_sound_build_is_published_and_what_was_found_is_kept(tmp_path: Path) -> None:
    report = build(papers(100), tmp_path, WordEncoder())
    verdict = Store(tmp_path).verdict(report.generation)
    assert verdict is not None
    assert not verdict["held"]
    assert not report.verdict.failed
    found = {check["name"]: check["found"] for check in verdict["checks"]}
    assert found["papers by the meaning of their titles"] == "100 of 100 are among the first 10"
    assert found["papers by the words of their titles"] == "100 of 100 are among the first 10"
    assert found["recall of vector search"] == "1.000 with Flat"


def test_vectors_of_other_papers_are_held_back(tmp_path: Path) -> None:
    store, before = Store(tmp_path), build(papers(200), tmp_path, WordEncoder()).generation
    for file in store.cache.iterdir():
        file.unlink()
    with pytest.raises(BuildHeld, match=r"by the meaning of their titles: \d+ of 200"):
        build(papers(200), tmp_path, Shuffled())
    assert store.current() == before
    (held,) = store.held()
    assert held > before
    open_generation(store, held)  # it can be looked at

    with pytest.raises(BuildHeld):
        build(papers(200), tmp_path, Shuffled())
    assert len(store.held()) == 1, "held builds do not pile up"
    for file in store.cache.iterdir():
        file.unlink()
    after = build(papers(200), tmp_path, WordEncoder()).generation
    assert store.held() == []
    assert store.ids() == [before, after]
    assert sorted(file.stem for file in store.verdicts.iterdir()) == [before, after]


def test_an_encoder_that_gives_other_vectors_is_held_back(tmp_path: Path) -> None:
    build(papers(50), tmp_path, WordEncoder())
    with pytest.raises(BuildHeld, match="canaries moved by"):
        build(papers(50), tmp_path, Drifted())


def test_a_source_that_lost_half_its_papers_is_held_back(tmp_path: Path) -> None:
    source, other = write(tmp_path / "a.jsonl", 40), write(tmp_path / "b.jsonl", 4)
    root = tmp_path / "index"

    def again(*sources: str, gate: Gate | None = None) -> None:
        build_from_settings(Settings(sources), root, gate=gate)

    again(source)
    write(Path(source), 20)
    with pytest.raises(BuildHeld, match="20 papers, and 40 before") as held:
        again(source)
    assert "--force" in held.value.hint
    again(other)  # of which the parent has no papers
    write(Path(source), 40)
    again(source)
    write(Path(source), 20)
    again(source, gate=Gate(force=True))
    store = Store(root)
    verdict = store.verdict(store.published())
    assert verdict is not None
    assert (verdict["forced"], verdict["held"]) == (True, False)
    assert [check["passed"] for check in verdict["checks"] if "a.jsonl" in check["name"]] == [False]
    write(Path(source), 21)
    again(source)


def test_golden_questions_hold_a_build_back_and_say_what_changed(tmp_path: Path) -> None:
    file, root, encoder = tmp_path / "golden.jsonl", tmp_path / "index", WordEncoder()
    file.write_text(
        '{"question": "curriculum learning", "papers": ["curriculum"], "within": 1}\n\n'
        '{"question": "quicksort"}\n'
    )
    gate = Gate(read_golden(file))
    first = build(CORPUS, root, encoder, gate=gate)
    assert first.verdict.changes == ()
    assert Store(root).manifest(first.generation).golden == str(file.resolve())

    (same,) = [paper for paper in CORPUS if paper.id == "gan"]
    second = build([*CORPUS, Paper("sorting", "Quicksort again", "")], root, encoder, gate=gate)
    (change,) = [change for change in second.verdict.changes if change.question == "quicksort"]
    assert "sorting" in change.now
    assert "sorting" not in change.before

    with pytest.raises(BuildHeld, match="“curriculum learning” no longer finds curriculum"):
        build([same], root, encoder, gate=gate)
    assert Store(root).current() == second.generation


@pytest.mark.parametrize(
    "line",
    [
        "x",
        "[]",
        "{}",
        '{"question": 3}',
        '{"question": "?"}',
        '{"question": "a", "papers": "b"}',
        '{"question": "a", "within": 0}',
    ],
)
def test_what_is_no_golden_question_is_named(tmp_path: Path, line: str) -> None:
    file = tmp_path / "golden.jsonl"
    file.write_text(f'{{"question": "a"}}\n{line}\n')
    with pytest.raises(SourceError) as error:
        read_golden(file)
    assert error.value.where == f"{file}:2"


def test_a_file_without_golden_questions_is_refused(tmp_path: Path) -> None:
    (tmp_path / "golden.jsonl").write_text("\n")
    for name in ("golden.jsonl", "absent.jsonl"):
        with pytest.raises(SourceError):
            read_golden(tmp_path / name)


def test_a_parent_that_cannot_be_read_is_mended_and_the_verdict_says_so(tmp_path: Path) -> None:
    first = build(papers(40), tmp_path, WordEncoder()).generation
    (tmp_path / "generations" / first / "titles.npy").write_bytes(b"")
    verdict = build(papers(40), tmp_path, WordEncoder()).verdict
    assert verdict.parent is None
    (check,) = [check for check in verdict.checks if check.name == "comparison with the one before"]
    assert check.passed
    assert "0 bytes" in check.found
