"""What a new generation must show before readers get it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from semsearch.encode import CANARY_TOLERANCE, Encoder
from semsearch.errors import BuildHeld, IndexDamaged, IndexForeign, IndexMissing
from semsearch.index.generation import Generation, open_generation
from semsearch.index.store import Store
from semsearch.index.vectors import Rows
from semsearch.index.words import top
from semsearch.ingest.clean import fold
from semsearch.paper import Paper

_SAMPLE = 200  # papers that are looked for by their titles
_AMONG = 10
# Of the titles of five collections, at least 94% find their paper by meaning and 98% by words; where rows of
# vectors, words and papers do not belong together, as many as chance lets: ten in all papers.
_FOUND = 0.7
_LOST = 0.5  # of the papers of a source
_FEW = 10  # papers; of a source that had no more, half is no sign


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a generation had to show: what it is called, whether it did, and what was found."""

    name: str
    passed: bool
    found: str


@dataclass(frozen=True, slots=True)
class Change:
    """A question whose three best papers are others than in the parent, by their ids."""

    question: str
    before: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate found.

    Attributes:
        parent: Id of the generation it was compared with; None where there was none that can be read.
        checks: All that was looked at.
        changes: The golden questions whose three best papers have changed.
        forced: It was to be published whatever was found.
    """

    parent: str | None
    checks: tuple[Check, ...]
    changes: tuple[Change, ...] = ()
    forced: bool = False

    @property
    def failed(self) -> tuple[Check, ...]:
        """The checks that were not passed."""
        return tuple(check for check in self.checks if not check.passed)

    @property
    def held(self) -> bool:
        """Must it not be published?"""
        return bool(self.failed) and not self.forced

    def to_json(self) -> str:
        """As it is kept beside the generations."""
        return json.dumps(asdict(self) | {"held": self.held}, indent=2, ensure_ascii=False) + "\n"


class Questions(Protocol):
    """Questions whose answers are known, see `semsearch.search.golden`."""

    @property
    def path(self) -> str:
        """The file they were read from, an absolute path."""

    def __call__(
        self, new: Generation, parent: Generation | None, encoder: Encoder
    ) -> tuple[Sequence[Check], Sequence[Change]]:
        """Ask both generations."""


@dataclass(frozen=True, slots=True)
class Gate:
    """How a build is judged.

    Attributes:
        questions: Golden questions; None for none.
        force: Publish whatever is found; it is written down.
    """

    questions: Questions | None = None
    force: bool = False

    def judge(self, store: Store, new: Generation, encoder: Encoder) -> Verdict:
        """Look at a generation that is not published yet, and keep what was found in ``verdicts/``.

        Raises:
            BuildHeld: It must not be published. It stays on disk, so that it can be looked at.
        """
        parent, unreadable = _parent(store, new)
        checks = [_by_meaning(new), _by_words(new), _recall(new), *unreadable]
        checks += [_canaries(new, parent), *_sources(new, parent)] if parent else []
        changes: Sequence[Change] = ()
        if self.questions is not None:
            answered, changes = self.questions(new, parent, encoder)
            checks += answered
        verdict = Verdict(parent.id if parent else None, tuple(checks), tuple(changes), self.force)
        store.write_verdict(new.id, verdict.to_json())
        if verdict.held:
            raise BuildHeld(
                f"is held back, and {parent.id if parent else 'nothing'} serves on: "
                + "; ".join(f"{check.name}: {check.found}" for check in verdict.failed)
                + ".",
                where=new.id,
                hint="Mend the sources and build again; or, if this is what you want, build with --force.",
            )
        return verdict


def by_source(papers: Sequence[Paper]) -> Mapping[str, int]:
    """How many papers came from each file, by its absolute path."""
    resolved = cache(_resolved)
    return dict(Counter(resolved(file) for paper in papers if (file := paper.source.rpartition(":")[0])))


def _resolved(file: str) -> str:
    try:
        return str(Path(file).resolve())
    except ValueError:  # a record may say of itself that it comes from what can be no file
        return file


def _parent(store: Store, new: Generation) -> tuple[Generation | None, list[Check]]:
    """The generation that serves, or why there is nothing to compare with.

    One that cannot be read keeps nothing back: a build is what mends it. But it is written down.
    """
    if new.manifest.parent is None:
        return None, []
    try:
        return open_generation(store, new.manifest.parent), []
    except (IndexDamaged, IndexForeign, IndexMissing) as error:
        return None, [Check("comparison with the one before", True, f"not possible: {error.what}")]


def _by_meaning(new: Generation) -> Check:
    rows = _sample(new)
    _, near = new.vectors.search(new.sentences.titles(rows), _AMONG)
    return _retrieved(new, rows, list(near), "papers by the meaning of their titles")


def _by_words(new: Generation) -> Check:
    rows = _sample(new)
    best = [top(new.words.scores(paper.title), _AMONG) for paper in new.papers.get(rows)]
    return _retrieved(new, rows, best, "papers by the words of their titles")


def _sample(new: Generation) -> Rows:
    """Rows from the first to the last, evenly."""
    return np.unique(np.linspace(0, len(new.papers) - 1, _SAMPLE).astype(np.int64))


def _retrieved(new: Generation, rows: Rows, answers: Sequence[Rows], name: str) -> Check:
    """Is each paper, or one of the same title, among the first that its title finds?"""
    found = 0
    for paper, best in zip(new.papers.get(rows), answers, strict=True):
        titles = {fold(other.title) for other in new.papers.get(best)}
        found += fold(paper.title) in titles
    return Check(name, found >= _FOUND * len(rows), f"{found} of {len(rows)} are among the first {_AMONG}")


def _recall(new: Generation) -> Check:
    spec, wanted = new.manifest.vectors, new.manifest.recipe.recall
    return Check("recall of vector search", spec.recall >= wanted, f"{spec.recall:.3f} with {spec.spec}")


def _canaries(new: Generation, parent: Generation) -> Check:
    if new.manifest.encoder.fingerprint != parent.manifest.encoder.fingerprint:
        return Check("encoder", True, f"another than before: {new.manifest.encoder.name}")
    moved = float(np.linalg.norm(new.canaries - parent.canaries, axis=1).max())
    return Check("encoder", moved <= CANARY_TOLERANCE, f"vectors of the canaries moved by {moved:.4f}")


def _sources(new: Generation, parent: Generation) -> list[Check]:
    """Sources that both were built from."""
    checks = []
    for source, before in parent.manifest.papers_of.items():
        if source in new.manifest.sources and before > _FEW:
            now = new.manifest.papers_of.get(source, 0)
            checks.append(
                Check(f"papers of {source}", now > _LOST * before, f"{now:,} papers, and {before:,} before")
            )
    return checks
