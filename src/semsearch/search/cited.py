"""Papers whose title a question holds with more than it, as citations do, or with less."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from semsearch.index.generation import Generation
from semsearch.index.spelling import spelled
from semsearch.index.titles import head
from semsearch.index.vectors import Rows
from semsearch.index.words import name_terms, terms
from semsearch.ingest.clean import clean_text, fold
from semsearch.paper import Paper

_CITING = frozenset({"by", "et", "al", "and", "in", "de", "par"})  # stand between a title and its authors
_MOST_WORDS = 40  # a title with all its authors has no more
_FEW, _MANY = 20, 400  # papers that hold all words of the question, and are looked at in full, or briefly
_LONG = 5  # words: fewer are a topic, not a title that lacks one
_GAP = 2  # words that a title may lack: "semi-supervised" is two


def cited(question: str, generation: Generation) -> Rows:
    """Rows of the papers whose title stands beside their author or year, or lacks a word."""
    asked = spelled(question).split()
    words = [word for word in asked if word not in _CITING and not word.isdecimal()]
    if not 0 < len(words) <= _MOST_WORDS:
        return np.empty(0, dtype=np.int64)
    rows = _holding_each(words, generation)
    if len(rows) > _MANY:
        return rows[:0]
    if len(rows) > _FEW:
        rows = rows[[_may_lack("".join(asked), generation.titles.key_of(int(row))) for row in rows]]
    papers = generation.papers.get(rows)
    found = [_lacks_words(asked, _words(paper.title)) or _cites(asked, paper) for paper in papers]
    return rows[np.array(found, dtype=np.bool_)]


def _words(title: str) -> list[str]:
    return spelled(clean_text(title)).split()


def _holding_each(words: Sequence[str], generation: Generation) -> Rows:
    """Rows of the papers that hold each word, in their text or among their authors."""
    index = generation.words
    both = [(found[0], name_terms(word)[0]) for word in words if (found := terms(word))]
    rows: Rows | None = None
    for in_text, in_names in sorted(both, key=lambda pair: sum(map(index.count, pair))):
        if rows is None:
            rows = np.union1d(index.papers_with(in_text), index.papers_with(in_names))
        elif len(rows):
            rows = rows[index.holding(in_text, rows) | index.holding(in_names, rows)]
    return np.empty(0, dtype=np.int64) if rows is None else rows


def _may_lack(asked: str, key: str) -> bool:
    """Whether a title begins and ends as what was asked, letter for letter."""
    before = _same(asked, key)
    after = _same(asked[::-1], key[::-1])
    return len(asked) < len(key) and before + after >= len(asked)


def _lacks_words(asked: Sequence[str], title: Sequence[str]) -> bool:
    """A long title but for one gap."""
    gap = len(title) - len(asked)
    if not 0 < gap <= _GAP or len(asked) < _LONG:
        return False
    before = _same(asked, title)
    return list(asked[before:]) == list(title[before + gap :])


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    """How many items two sequences begin with alike."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _cites(asked: Sequence[str], paper: Paper) -> bool:
    """What the question holds beyond a title, or its first part, are names of its authors or its year."""
    names = {word for author in paper.authors for word in fold(author).split()} | {str(paper.year)}
    for title in (_words(paper.title), _words(head(paper.title))):
        extra = [word for word in asked if word not in title and word in names]
        rest = [word for word in asked if word in title or (word not in names and word not in _CITING)]
        if extra and title and "".join(rest) == "".join(title):
            return True
    return False
