"""A question taken apart: its words, the phrases that must stand in a paper, and what must not."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from semsearch.errors import QuestionError
from semsearch.index.generation import Generation
from semsearch.index.spelling import spelled
from semsearch.index.vectors import Mask, Rows
from semsearch.index.words import terms
from semsearch.ingest.clean import clean_text
from semsearch.search.hits import Note
from semsearch.search.phrases import holding

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
# An opening quote begins a token and a closing one ends it: 5" is a length, and \"o a letter.
# The look ahead finds the letter at once: else every place for one would be tried where nothing closes.
_PHRASE = re.compile(r"(?<![^\s(\[])(?P<minus>-?)\"(?=[^\w\"]*+\w)(?P<phrase>[^\"]++)\"(?![\w\\])")
# Not a lone dash, a second one, a number, or a dash inside a word.
_MINUS = re.compile(r"(?<!\S)-(?P<word>[^\W\d_]\S*)")
# A passage that somebody pasted quotes what it likes to: more words than this, and it is prose.
_MOST_WORDS = 20
_PROSE = Note(
    f"A question of more than {_MOST_WORDS} words is read as prose: "
    "quotation marks and minus signs had no effect.",
    "prose",
)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes:
        asked: As it was typed.
        text: The question without what it excludes; phrases stay in it, without their quotation marks.
        phrases: Each must stand in the title or abstract.
        excluded: Words and phrases that must not stand there.
        notes: What the asker should know of how the question was read.
    """

    asked: str
    text: str
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()


def parse(asked: str) -> Question:
    """Take a question apart: ``"a phrase"`` is required, ``-word`` and ``-"a phrase"`` are excluded.

    Raises:
        QuestionError: It only says what it does not want.
    """
    phrases: list[str] = []
    excluded: list[str] = []

    def take_phrase(match: re.Match[str]) -> str:
        (excluded if match["minus"] else phrases).append(" ".join(match["phrase"].split()).strip(".,;:!? "))
        return " " if match["minus"] else f" {match['phrase'].strip()} "

    def take_word(match: re.Match[str]) -> str:
        excluded.append(match["word"])
        return " "

    text = _MINUS.sub(take_word, _PHRASE.sub(take_phrase, asked.translate(_QUOTES)))
    if not phrases and not excluded:
        return Question(asked, asked)
    if len(text.split()) - sum(len(phrase.split()) for phrase in phrases) > _MOST_WORDS:
        return Question(asked, asked, notes=(_PROSE,))
    text = " ".join(text.split())
    if not any(c.isalnum() for c in text):
        raise QuestionError(
            "the question only says what it does not want.",
            hint=f"Add what you look for: learning -{excluded[0].split()[0]}",
        )
    return Question(asked, text, tuple(phrases), tuple(excluded))


def limited(question: Question, generation: Generation, allowed: Mask | None) -> tuple[Question, Mask | None]:
    """The papers that a question leaves, among those that are allowed.

    A phrase that no paper holds is required no longer, and a note says so. A question that is a title, letter
    for letter, excludes nothing.

    Returns:
        The question as it can be met, and the mask, of shape ``(papers,)``.
    """
    if question.excluded and any(not title.head for title in generation.titles.near(question.asked, 0)):
        question = replace(question, text=question.asked, excluded=())
    if not question.excluded and not question.phrases:
        return question, allowed
    left = np.ones(len(generation.papers), dtype=np.bool_) if allowed is None else allowed.copy()
    for text in question.excluded:
        left[_holding_any_form(text, generation)] = False
    if question.phrases:
        held = np.zeros(len(generation.papers), dtype=np.bool_)
        held[_holding_all(question.phrases, generation)] = True
        if (held & left).any():
            return question, held & left
        question = replace(question, phrases=(), notes=(*question.notes, _missing(question.phrases)))
    return question, left


def _missing(phrases: tuple[str, ...]) -> Note:
    quoted = " and ".join(f"“{phrase}”" for phrase in phrases)
    return Note(f"No paper here holds {quoted} word for word; these are the nearest.", "missing", phrases)


def _holding_all(phrases: tuple[str, ...], generation: Generation) -> Rows:
    found: Rows | None = None
    for phrase in phrases:
        found = holding(phrase, generation, found)
    return np.empty(0, dtype=np.int64) if found is None else found


def _holding_any_form(text: str, generation: Generation) -> Rows:
    """Rows of the papers that hold an excluded word, whatever its ending, or an excluded phrase."""
    if len(spelled(clean_text(text)).split()) == 1 and len(found := terms(clean_text(text))) == 1:
        return generation.words.papers_with(found[0])
    return holding(text, generation)
