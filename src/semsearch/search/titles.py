"""Papers whose title a question is, or was meant to be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from semsearch.index.generation import Generation
from semsearch.index.spelling import key, spelled
from semsearch.index.titles import NearTitle, head
from semsearch.index.vectors import Mask, Rows
from semsearch.index.words import name_terms, terms
from semsearch.ingest.clean import clean_text, fold
from semsearch.paper import Paper
from semsearch.search.phrases import holding

# A longer title may be typed with more errors: edits for a key of at least so many characters.
_EDITS = ((60, 4), (45, 3), (14, 2), (7, 1), (0, 0))
_SHORT = 4  # words: so short a question is a title with an error only when the odd word is no word
_COMMONER = 20  # times as many papers hold the right word as the wrong one
_HEAD_WORDS = 5  # fewer name a topic, not the paper whose title begins so
_MOST_HEADS = 3  # papers that one short name may belong to
_FEW = 20  # papers that hold all words of the question, and are looked at one by one
_LOOSE_WORDS = 40  # a title with all its authors has no more
_CITING = frozenset({"by", "et", "al", "and", "in", "de", "par"})  # stand between a title and its authors
_LONGEST = 400  # characters; no title is longer
_NONE = np.empty(0, dtype=np.int64)


def named(question: str, generation: Generation) -> Rows:
    """Rows of the papers whose title the question is but for errors of typing; none when it is no title.

    All titles that are equally near, and none that is less near.
    """
    question = clean_text(question)
    if not question or len(question) > _LONGEST:
        return _NONE
    rows = _near(question, generation)
    return rows if len(rows) else _cited(question, generation)


def _near(question: str, generation: Generation) -> Rows:
    """Titles, or their parts before a colon, a few edits away."""
    near = [t for t in generation.titles.near(question, _edits(question)) if _meant(question, t, generation)]
    return np.array(
        [t.row for t in near if (t.edits, t.head) == (near[0].edits, near[0].head)], dtype=np.int64
    )


def _edits(question: str) -> int:
    length = len(key(question))
    return next(edits for least, edits in _EDITS if length >= least)


def _meant(question: str, near: NearTitle, generation: Generation) -> bool:
    """Whether somebody who typed this question meant this title."""
    if near.edits == 0 and not near.head:
        return True
    title = generation.papers.get([near.row])[0].title
    if near.head:
        title = head(title)
        if len(fold(title).split()) < _HEAD_WORDS and (near.edits or not _is_own(title, generation)):
            return False
    return near.edits == 0 or _is_slip(
        spelled(question).split(), spelled(clean_text(title)).split(), generation
    )


def _is_own(short: str, generation: Generation) -> bool:
    """Whether the few words before a colon are this paper's own: a name, or words that no other paper has.

    "Deep learning", before the colon of one paper and in the abstracts of many, is what they are about.
    """
    rows = generation.titles.near(short, 0)
    return (is_name(short) and len(rows) <= _MOST_HEADS) or len(holding(short, generation)) == 1


def _is_slip(asked: Sequence[str], meant: Sequence[str], generation: Generation) -> bool:
    """Whether words differ as they do by a slip: "netwrok" is one, "network" for "networks" is none.

    A long title is no accident. In a short one the odd words must be words that hardly any paper holds.
    """
    if len(asked) > _SHORT:
        return True
    odd, right = set(asked) - set(meant), set(meant) - set(asked)
    used = max((_papers(word, generation) for word in odd), default=0)
    return bool(odd) and (
        used == 0 or used * _COMMONER <= max(_papers(word, generation) for word in right or odd)
    )


def _papers(word: str, generation: Generation) -> int:
    """How many papers hold a word; a stop word is everywhere."""
    found = terms(word)
    return max((len(generation.words.papers_with(t)) for t in found), default=len(generation.papers))


def is_name(text: str) -> bool:
    """One word with a capital or a digit behind its first letter: BERT, BrowserGym, ViT-22B."""
    return (
        len(text.split()) == 1
        and sum(map(str.isalpha, text)) >= 2
        and any(c.isupper() or c.isdigit() for c in text[1:])
    )


def _cited(question: str, generation: Generation) -> Rows:
    """A title cited with its author or year, or typed without one of its words."""
    asked = spelled(question).split()
    rows = _holding_each([word for word in asked if word not in _CITING and not word.isdecimal()], generation)
    if len(rows) > _FEW:
        return _NONE
    found = []
    for row, paper in zip(rows, generation.papers.get(rows), strict=True):
        title = spelled(clean_text(paper.title)).split()
        if _lacks_a_word(asked, title) or any(
            _cites(asked, words, paper)
            for words in (title, spelled(clean_text(head(paper.title))).split())
            if words and 2 * len({*words} & {*asked}) > len({*words})
        ):
            found.append(row)
    return np.array(found, dtype=np.int64)


def _holding_each(words: Sequence[str], generation: Generation) -> Rows:
    """Rows of the papers that hold each word, in their text or among their authors."""
    if not 0 < len(words) <= _LOOSE_WORDS:
        return _NONE
    held = [
        [generation.words.papers_with(term) for term in (found[0], name_terms(word)[0])]
        for word in words
        if (found := terms(word))
    ]
    held.sort(key=lambda both: len(both[0]) + len(both[1]))
    rows = np.union1d(*held[0]) if held else _NONE
    for in_text, in_names in held[1:]:
        rows = rows[_are_in(rows, in_text) | _are_in(rows, in_names)]
    return rows


def _are_in(rows: Rows, ordered: Rows) -> Mask:
    """Which rows are among others, that are in order."""
    if not len(ordered):
        return np.zeros(len(rows), dtype=np.bool_)
    places = np.minimum(np.searchsorted(ordered, rows), len(ordered) - 1)
    return np.asarray(ordered[places] == rows)


def _cites(asked: Sequence[str], title: Sequence[str], paper: Paper) -> bool:
    """What the question holds beyond a title are names of its authors, or its year."""
    inside = {*title}
    names = {word for author in paper.authors for word in fold(author).split()} | {str(paper.year)}
    extra = [word for word in asked if word not in inside and word in names]
    rest = [word for word in asked if word in inside or (word not in names and word not in _CITING)]
    return bool(extra) and "".join(rest) == "".join(title)


def _lacks_a_word(asked: Sequence[str], title: Sequence[str]) -> bool:
    """A long title but for one of its words."""
    if len(asked) + 1 != len(title) or len(asked) <= _SHORT:
        return False
    same = next((i for i, (a, b) in enumerate(zip(asked, title, strict=False)) if a != b), len(asked))
    return list(asked[same:]) == list(title[same + 1 :])
