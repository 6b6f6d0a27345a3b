"""Papers that a question names by a word that only they hold."""

from __future__ import annotations

import re

import numpy as np

from semsearch.index.generation import Generation
from semsearch.index.vectors import Rows
from semsearch.index.words import terms
from semsearch.search.hits import MatchedBy
from semsearch.search.phrases import holding

_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"[^\W_][^\s()\[\]\"“”«»,;:?!]*(?<![.'’])")
_MOST_SUBJECT_WORDS = 2
_MANY_PAPERS = 1_000  # a word that one of so many holds was coined for it
_MOST_WORDS = 40  # a longer question is a passage, which mentions much
# Two capitalised parts, each with small letters: BrowserGym, WebArena.
_CAMEL = re.compile(r"[A-Z]*[a-z]{2,}(?:[A-Z]+[a-z]{2,})+[A-Z\d]*")


def named(question: str, generation: Generation) -> tuple[Rows, MatchedBy]:
    """Rows of the papers that alone hold the word a question is about, and whether it is an acronym.

    A short question is about its rarest word: an acronym, or the only one that says something. A longer one,
    in a collection large enough to tell, is about a word that somebody coined, such as BrowserGym or ViT-22B;
    any other word of it gets from BM25 the weight it has.
    """
    subject = terms(question)
    if len(subject) == 1:
        rows = generation.words.papers_with(subject[0])
        return rows[: len(rows) == 1], "acronym" if _is_acronym(question.strip()) else "word"
    coined: list[str] = []
    if len(subject) <= _MOST_SUBJECT_WORDS and not question.isupper():
        coined = [word for word in _WORD.findall(question) if _is_acronym(word)]
    if len(generation.papers) >= _MANY_PAPERS and len(question.split()) <= _MOST_WORDS:
        coined += [token for token in _TOKEN.findall(question) if _is_coined(token)]
    alone = [rows for word in coined if len(rows := holding(word, generation, most=2)) == 1]
    return np.unique(np.concatenate(alone)) if alone else np.empty(0, dtype=np.int64), "acronym"


def _is_acronym(word: str) -> bool:
    """At least two letters, and a capital behind the first character: BERT, BrowserGym, GPT, mRNA."""
    return sum(c.isalpha() for c in word) >= 2 and any(c.isupper() for c in word[1:])


def _is_coined(token: str) -> bool:
    """No word of any language: BrowserGym, GPT-4o-mini, miR-193a; GPT alone may mean much."""
    capital, digit = any(map(str.isupper, token)), any(map(str.isdigit, token))
    return (capital and digit and sum(map(str.isalnum, token)) >= 4) or bool(_CAMEL.fullmatch(token))
