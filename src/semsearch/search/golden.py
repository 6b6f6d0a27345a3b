"""Golden questions: what an index must answer before it is published."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from semsearch.encode import Encoder
from semsearch.errors import SourceError
from semsearch.index.gate import Change, Check, Gate
from semsearch.index.generation import Generation
from semsearch.search.searcher import Searcher

_FIRST = 3  # papers of an answer that are compared with the parent's
_WITHIN = 10
_FORM = 'Each line holds one object: {"question": "how do agents plan?", "papers": ["id"], "within": 10}'


@dataclass(frozen=True, slots=True)
class Golden:
    """A question, and the papers that must be among its first hits; without papers, it is only compared."""

    question: str
    papers: tuple[str, ...] = ()
    within: int = _WITHIN


@dataclass(frozen=True, slots=True)
class GoldenQuestions:
    """The questions of a file, ready to be asked of a new generation and of its parent."""

    path: str
    questions: tuple[Golden, ...]

    def __call__(
        self, new: Generation, parent: Generation | None, encoder: Encoder
    ) -> tuple[list[Check], list[Change]]:
        """Ask both.

        The parent is asked only where the same encoder made it: two encoders' answers differ everywhere.
        """
        now = Searcher(new, encoder)
        same = parent and parent.manifest.encoder.fingerprint == new.manifest.encoder.fingerprint
        before = Searcher(parent, encoder) if parent and same else None
        missed, changes = [], []
        for golden in self.questions:
            hits = now.search(golden.question, max(golden.within, _FIRST))
            found = [hit.paper.id for hit in hits]
            if absent := [paper for paper in golden.papers if paper not in found[: golden.within]]:
                missed.append(f"“{golden.question}” no longer finds {', '.join(absent)}")
            if before is not None:
                was = tuple(hit.paper.id for hit in before.search(golden.question, _FIRST))
                if was != tuple(found[:_FIRST]):
                    changes.append(Change(golden.question, was, tuple(found[:_FIRST])))
        answered = f"{len(self.questions) - len(missed)} of {len(self.questions)} are answered"
        return [Check("golden questions", not missed, "; ".join([answered, *missed]))], changes


def gate(questions: str | Path | None, *, force: bool) -> Gate:
    """What a build must show.

    Args:
        questions: A file of golden questions; None for none.
        force: Publish whatever is found.

    Raises:
        SourceError: As `read_golden`.
    """
    return Gate(read_golden(Path(questions)) if questions else None, force)


def read_golden(path: Path) -> GoldenQuestions:
    """Read golden questions: JSON lines with ``question``, and ``papers`` and ``within`` where wanted.

    Raises:
        SourceError: The file cannot be read; or names the line that is no question.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"golden questions cannot be read ({error}).", where=path, hint=_FORM) from error
    questions = tuple(_golden(line, f"{path}:{i}") for i, line in enumerate(lines, 1) if line.strip())
    if not questions:
        raise SourceError("holds no golden question.", where=path, hint=_FORM)
    return GoldenQuestions(str(path.resolve()), questions)


def _golden(line: str, where: str) -> Golden:
    try:
        record = json.loads(line)
        question, papers, within = record["question"], record.get("papers", []), record.get("within", _WITHIN)
        if not (
            isinstance(question, str)
            and any(c.isalnum() for c in question)
            and isinstance(papers, list)
            and all(isinstance(paper, str) for paper in papers)
            and isinstance(within, int)
            and 1 <= within <= 100
        ):
            raise ValueError("a part of it is of another kind")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise SourceError(f"is no golden question ({error}).", where=where, hint=_FORM) from error
    return Golden(question, tuple(papers), within)
