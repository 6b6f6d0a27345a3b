"""Questions that name their paper: by identifier, title, author, or a word that only it holds.

Such a paper comes first whatever looks similar; everything else is left to meaning and words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from semsearch.index.generation import Generation
from semsearch.index.vectors import Rows
from semsearch.index.words import name_terms, terms
from semsearch.ingest.clean import fold
from semsearch.search.hits import MatchedBy

_PREFIX = re.compile(
    r"^(https?://(dx\.)?doi\.org/|https?://arxiv\.org/(abs|pdf)/|doi:|arxiv:)\s*", re.IGNORECASE
)
_VERSION = re.compile(r"v\d+$")
_BY = re.compile(
    r"^(?:(?:all |the )*(?:papers?|articles?|publications?|works?|travaux)\s+)?(?:by|de|par|from|author:)\s+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_MOST_NAME_WORDS = 6
_MOST_SUBJECT_WORDS = 2


@dataclass(frozen=True, slots=True)
class Route:
    """Papers that a question names, and how."""

    rows: Rows
    matched_by: MatchedBy


def route(question: str, generation: Generation) -> Route | None:
    """The papers that a question names, or None when it describes what it looks for."""
    for find in (_identifier, _title, _author, _rare):
        found = find(question, generation)
        if found is not None and len(found.rows):
            return found
    return None


def _identifier(question: str, generation: Generation) -> Route | None:
    text = question.strip()
    if " " in text:
        return None
    bare = _PREFIX.sub("", text)
    for form in (text, bare, _VERSION.sub("", bare)):
        row = generation.papers.row_of(form)
        if row is not None:
            return Route(np.array([row]), "identifier")
    return None


def _title(question: str, generation: Generation) -> Route | None:
    return Route(generation.papers.with_title(question), "title") if fold(question) else None


def _author(question: str, generation: Generation) -> Route | None:
    """All words of the question stand in one author's name, and are more name than word.

    "Long", the name of one author, in a collection where ten abstracts say "long", is taken for the word;
    with two words or more, as in "Yan Long", a name that fits is a name.
    """
    for text in (question.strip(), _BY.sub("", question.strip())):
        words = fold(text).split()
        if not 1 <= len(words) <= _MOST_NAME_WORDS:
            continue
        found = generation.words.papers_with(name_terms(words[0])[0])
        for word in words[1:]:
            found = np.intersect1d(found, generation.words.papers_with(name_terms(word)[0]))
        if not len(found):
            continue
        wanted = set(words)
        named = [
            row
            for row, names in zip(found, generation.papers.names_of(found), strict=True)
            if any(wanted <= set(name.split()) for name in names)
        ]
        if len(words) == 1:
            as_word = sum(len(generation.words.papers_with(term)) for term in terms(words[0]))
            if as_word >= len(named):
                continue
        if named:
            return Route(np.array(named, dtype=np.int64), "author")
    return None


def _rare(question: str, generation: Generation) -> Route | None:
    """What a short question is about stands in one paper alone: an acronym, or its only word.

    In a longer question such a word is one among others, and BM25 gives it the weight it has.
    """
    subject = terms(question)
    if len(subject) == 1:
        rows = generation.words.papers_with(subject[0])
        matched_by: MatchedBy = "acronym" if _is_acronym(question.strip()) else "word"
        return Route(rows, matched_by) if len(rows) == 1 else None
    if len(subject) > _MOST_SUBJECT_WORDS or question.isupper():
        return None
    found = [
        int(rows[0])
        for word in _WORD.findall(question)
        if _is_acronym(word)
        for term in terms(word)
        if len(rows := generation.words.papers_with(term)) == 1
    ]
    return Route(np.unique(found), "acronym") if found else None


def _is_acronym(word: str) -> bool:
    """At least two letters, and a capital behind the first character: BERT, BrowserGym, GPT, mRNA."""
    return sum(c.isalpha() for c in word) >= 2 and any(c.isupper() for c in word[1:])
