"""Papers that a question names by a word that only they hold."""

from __future__ import annotations

import re

import numpy as np

from semsearch.index.generation import Generation
from semsearch.index.vectors import Rows
from semsearch.index.words import terms
from semsearch.search.hits import MatchedBy

_WORD = re.compile(r"[^\W_]+")
_MOST_SUBJECT_WORDS = 2
_MANY_PAPERS = 1_000  # a word that one of so many holds was coined for it
# Two capitalised parts, each with small letters: BrowserGym, WebArena, DeepSeek. Names of genes have none.
_CAMEL = re.compile(r"[A-Z]*[a-z]{2,}(?:[A-Z]+[a-z]{2,})+[A-Z\d]*")


def named(question: str, generation: Generation) -> tuple[Rows, MatchedBy]:
    """Rows of the papers that alone hold the word a question is about, and whether it is an acronym.

    A short question is about its rarest word: an acronym, or the only one that says something. A longer one
    is about a word that somebody coined, such as BrowserGym, in a collection large enough to tell; any other
    word of it gets from BM25 the weight it has.
    """
    subject = terms(question)
    if len(subject) == 1:
        rows = generation.words.papers_with(subject[0])
        return rows[: len(rows) == 1], "acronym" if _is_acronym(question.strip()) else "word"
    if len(subject) <= _MOST_SUBJECT_WORDS and not question.isupper():
        coined = [word for word in _WORD.findall(question) if _is_acronym(word)]
    elif len(generation.papers) >= _MANY_PAPERS:
        coined = [word for word in _WORD.findall(question) if _CAMEL.fullmatch(word)]
    else:
        coined = []
    found = [
        int(rows[0])
        for word in coined
        for term in terms(word)
        if len(rows := generation.words.papers_with(term)) == 1
    ]
    return np.unique(np.array(found, dtype=np.int64)), "acronym"


def _is_acronym(word: str) -> bool:
    """At least two letters, and a capital behind the first character: BERT, BrowserGym, GPT, mRNA."""
    return sum(c.isalpha() for c in word) >= 2 and any(c.isupper() for c in word[1:])
