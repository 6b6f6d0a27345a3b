"""Papers whose author a question names."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from semsearch.index.generation import Generation
from semsearch.index.names import Form, forms
from semsearch.index.vectors import Rows
from semsearch.index.words import terms
from semsearch.ingest.clean import clean_text
from semsearch.search.persons import bearing, person, uses

_BY = re.compile(
    r"^(?:(?:all |the |les |des )*(?:papers?|articles?|publications?|works?|travaux)\s+)?"
    r"(?:(?:written|authored|écrits?)\s+)?(?:by|de|du|par|from|of|author:|d['’])\s*(?<=[\s'’:])",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\s+(?:about|on|sur|concerning|regarding)\s+", re.IGNORECASE)
_ET_AL = re.compile(r"[\s,]+(?:et\s+al\b\.?|and\s+others|and\s+colleagues)", re.IGNORECASE)
_YEAR = re.compile(r"[\s,(]+((?:19|20)\d\d)[a-z]?\)?\.?$")
_AND = re.compile(r"\s+(?:and|et|with|avec)\s+|\s*[&;]\s*", re.IGNORECASE)
_COMMA = re.compile(r"\s*,\s*")
_LONGEST = 120  # characters of names
_TOPIC_WORDS = 8  # a longer question is not a name and a topic
_NONE = np.empty(0, dtype=np.int64)


def named(question: str, generation: Generation) -> Rows:
    """Rows of the papers whose author, or authors together, a question names; none when it names nobody.

    Accents, hyphens, order, initials and a middle name left out make no difference. A year after the name
    keeps the papers of that year, where there are any.
    """
    question = clean_text(question).strip(" ?!")
    bare = _BY.sub("", question)
    for text in dict.fromkeys((question, bare)):
        rows = _people(text, generation)
        if len(rows):
            return rows
    return _with_topic(bare, generation, said=bare != question)


def _people(text: str, generation: Generation) -> Rows:
    """Rows of the papers by one person, or by several together."""
    year = _YEAR.search(text)
    text = _ET_AL.sub("", text[: year.start()] if year else text).strip(" ,")
    if not text or len(text) > _LONGEST:
        return _NONE
    rows = person(text, generation)
    for separator in (_AND, _COMMA):
        if len(rows):
            break
        people = [part for part in separator.split(text) if part]
        if len(people) > 1:
            rows = _together([_people(person, generation) for person in people])
    if year and len(rows):
        papers = generation.papers.get(rows)
        of_year = [row for row, paper in zip(rows, papers, strict=True) if paper.year == int(year[1])]
        return np.array(of_year, dtype=np.int64) if of_year else rows
    return rows


def _together(each: Sequence[Rows]) -> Rows:
    found = each[0]
    for rows in each[1:]:
        found = np.intersect1d(found, rows)
    return found


def _with_topic(text: str, generation: Generation, *, said: bool) -> Rows:
    """Rows of the papers by somebody whose name stands at an end of the question, beside a topic.

    Where the question does not say that it asks for an author ("papers by Bengio on attention"), the name
    must be whole, or a surname that is no word, and a paper of theirs must be about the topic.
    """
    about = _ABOUT.split(text, maxsplit=1)
    if said and len(about) == 2:
        return _people(about[0], generation)
    words = text.split()
    if len(words) > _TOPIC_WORDS or len(words) < 2:
        return _NONE
    for size in (3, 2, 1):
        for name, topic in ((words[:size], words[size:]), (words[-size:], words[:-size])):
            rows = _named_beside(name, generation) if terms(" ".join(topic)) else _NONE
            if len(rows) and _about(topic, rows, generation):
                return rows
    return _NONE


def _named_beside(words: Sequence[str], generation: Generation) -> Rows:
    """Rows of the papers by a name that stands among other words, and so must be told from them."""
    for form in forms(" ".join(words)):
        if any(uses(word, generation) for word in form if len(word) > 1):
            continue
        names = bearing(form, generation)
        whole = [name for name, written in names.items() if any(_is_whole(form, of) for of in written)]
        if whole:
            return generation.names.papers(whole)
    return _NONE


def _is_whole(form: Form, name: Form) -> bool:
    """All of a name but its middle, or its surname."""
    return form == name[-1:] if len(form) == 1 else {name[0], name[-1]} <= {*form}


def _about(topic: Sequence[str], rows: Rows, generation: Generation) -> bool:
    found = rows
    for term in terms(" ".join(topic)):
        found = found[generation.words.holding(term, found)]
    return bool(len(found))
