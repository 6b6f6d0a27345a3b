"""Papers whose title a question is, or was meant to be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rapidfuzz.distance import OSA

from semsearch.index.generation import Generation
from semsearch.index.spelling import key, spelled
from semsearch.index.titles import NearTitle, head
from semsearch.index.vectors import Rows
from semsearch.index.words import terms
from semsearch.ingest.clean import clean_text, fold
from semsearch.search.phrases import holding

# A longer title may be typed with more errors: edits for a key of at least so many characters.
_EDITS = ((60, 4), (45, 3), (14, 2), (7, 1), (0, 0))
_SHORT = 4  # words: so short a question is a title with an error only when the odd word is no word
_COMMONER = 20  # times as many papers hold the right word as the wrong one
_HEAD_WORDS = 5  # fewer name a topic, not the paper whose title begins so
_FEW_USES = 10  # papers that hold a name, so that it is one in any case
_MOST_HEADS = 3  # papers that one short name may belong to
_LONGEST = 400  # characters; no title is longer
_NONE = np.empty(0, dtype=np.int64)


def named(question: str, generation: Generation) -> Rows:
    """Rows of the papers whose title the question is but for errors of typing; none when it is no title.

    All titles that are equally near, and none that is less near.
    """
    question = clean_text(question)
    if not question or len(question) > _LONGEST:
        return _NONE
    near = [t for t in generation.titles.near(question, _edits(question)) if _meant(question, t, generation)]
    rows = dict.fromkeys(t.row for t in near if (t.edits, t.head) == (near[0].edits, near[0].head))
    return np.array(list(rows), dtype=np.int64)


def _edits(question: str) -> int:
    length = len(key(question))
    return next(edits for least, edits in _EDITS if length >= least)


def _meant(question: str, near: NearTitle, generation: Generation) -> bool:
    """Whether somebody who typed this question meant this title."""
    if near.edits == 0 and not near.head:
        return True
    title = _nearest(question, near, generation)
    if near.head and len(fold(title).split()) < _HEAD_WORDS:
        words = len(question.split()) == len(title.split())
        if near.edits or not words or not _is_own(title, question, generation):
            return False
    return near.edits == 0 or _is_slip(
        spelled(question).split(), spelled(clean_text(title)).split(), generation
    )


def _nearest(question: str, near: NearTitle, generation: Generation) -> str:
    """The title, or the head of one, that is so near: the paper's own, or one in another language."""
    paper = generation.papers.get([near.row])[0]
    titles = [paper.title, *(each.title for each in paper.translations if each.title)]
    asked, titles = key(question), list(filter(None, map(head, titles))) if near.head else titles
    return min(titles, key=lambda title: OSA.distance(asked, key(title), score_cutoff=near.edits))


def _is_own(short: str, question: str, generation: Generation) -> bool:
    """Whether the few words before a colon are this paper's own: a name, or words that no other paper has.

    "Deep learning", before the colon of one paper and in the abstracts of many, is what they are about; and
    "Adam" may be somebody else than ADAM, where many speak of him.
    """
    if _is_name(short) and len(generation.titles.near(short, 0)) <= _MOST_HEADS:
        return question == short or len(holding(short, generation, most=_FEW_USES + 1)) <= _FEW_USES
    return len(holding(short, generation, most=2)) == 1


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
    return max(map(generation.words.count, found), default=len(generation.papers))


def _is_name(text: str) -> bool:
    """One word with a capital or a digit behind its first letter: BERT, BrowserGym, ViT-22B."""
    return (
        len(text.split()) == 1
        and sum(map(str.isalpha, text)) >= 2
        and any(c.isupper() or c.isdigit() for c in text[1:])
    )
