"""Papers whose author a question names."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from semsearch.index.generation import Generation
from semsearch.index.names import Form, forms
from semsearch.index.vectors import Rows
from semsearch.index.words import name_terms, terms
from semsearch.ingest.clean import NAME_SUFFIX, clean_text, fold

_BY = re.compile(
    r"^(?:(?:all |the |les |des )*(?:papers?|articles?|publications?|works?|travaux)\s+)?"
    r"(?:(?:written|authored|écrits?)\s+)?(?:by|de|du|par|from|of|author:|d['’])\s*(?<=[\s'’:])",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\s+(?:about|on|sur|concerning|regarding)\s+", re.IGNORECASE)
_ET_AL = re.compile(r"[\s,]+(?:et\s+al\b\.?|and\s+others|and\s+colleagues)", re.IGNORECASE)
_YEAR = re.compile(r"[\s,(]+((?:19|20)\d\d)[a-z]?\)?$")
_AND = re.compile(r"\s+(?:and|et|with|avec)\s+|\s*[&;]\s*", re.IGNORECASE)
_COMMA = re.compile(r"\s*,\s*")
_LONGEST = 120  # characters of names
_MOST_NAME_WORDS = 6
_TOPIC_WORDS = 8  # a longer question is not a name and a topic
_SHORTEST_MISTYPED = 7  # letters of a name in which one wrong letter is still seen to be wrong
_NONE = np.empty(0, dtype=np.int64)


def named(question: str, generation: Generation) -> Rows:
    """Rows of the papers whose author, or authors together, a question names; none when it names nobody.

    Accents, hyphens, order, initials and a middle name left out make no difference. A year after the name
    keeps the papers of that year, where there are any.
    """
    question = clean_text(question).strip(" .?!")
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
    rows = _person(text, generation)
    for separator in (_AND, _COMMA):
        if len(rows):
            break
        people = [part for part in separator.split(text) if part]
        if len(people) > 1:
            rows = _together([_people(person, generation) for person in people])
    if not len(rows) and year is None:
        rows = _mistyped(text, generation)
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


def _person(text: str, generation: Generation) -> Rows:
    """Rows of the papers by whoever bears a name."""
    for form in forms(text):
        form = tuple(word for word in form if len(form) < 3 or not NAME_SUFFIX.fullmatch(word))
        full = [word for word in form if len(word) > 1]
        if not full or len(form) > _MOST_NAME_WORDS:
            continue
        names = _exactly(form, full, generation)
        if not names or len(full) < len(form):
            names += _by_initials(form, full, generation)
        if names:
            return generation.names.papers(names)
    return _NONE


def _exactly(form: Form, full: Sequence[str], generation: Generation) -> list[int]:
    """Names that hold all the words.

    "Long", the name of one author, in a collection where ten abstracts say "long", is taken for the word;
    so is "long short" where a Short Long is among the authors, unless it is all of a name. Any other two
    words, as in "Yan Long", that fit a name are one.
    """
    found = generation.names.with_words(form)
    if all(_is_word(word, generation) for word in full):
        found = {} if len(form) == 1 else {name: of for name, of in found.items() if form in of}
    return [*found]


def _is_word(word: str, generation: Generation) -> bool:
    """Whether more papers use a word than have an author called so."""
    found = terms(word)
    as_word = sum(len(generation.words.papers_with(term)) for term in found)
    return not found or as_word >= max(1, len(generation.words.papers_with(name_terms(word)[0])))


def _by_initials(form: Form, full: Sequence[str], generation: Generation) -> list[int]:
    """Names that fit when an initial stands for a word, on either side."""
    if len(form) < 2:
        return []
    found: list[int] = []
    for anchor in full:
        # A word that stands for an initial of the record must not be a word of the papers: "deep Long".
        others = [word for word in full if word != anchor]
        if _is_word(anchor, generation) or any(
            len(generation.words.papers_with(term)) for word in others for term in terms(word)
        ):
            continue
        names = generation.names.with_words([anchor])
        found += [name for name, written in names.items() if any(_fits(form, of, anchor) for of in written)]
    return sorted(set(found))


def _fits(asked: Form, name: Form, anchor: str) -> bool:
    """Whether each word asked for is one of the name's, or one of the two is the initial of the other.

    Middle initials may be missing on either side, but more than the anchor must fit.
    """
    if anchor not in name:
        return False
    left, initials = list(name), []
    for word in asked:
        if word in left:
            left.remove(word)
        else:
            initials.append(word)
    fitted = len(asked) - len(initials)
    for word in initials:
        partner = next((n for n in left if n[0] == word[0] and 1 in (len(n), len(word))), None)
        if partner is not None:
            left.remove(partner)
            fitted += 1
        elif len(word) > 1:
            return False
    return fitted >= 2


def _mistyped(text: str, generation: Generation) -> Rows:
    """Rows of the papers by whoever bears a name of several words, one letter of which is wrong."""
    words = tuple(fold(text).split())
    if len(words) not in (2, 3) or len("".join(words)) < _SHORTEST_MISTYPED:
        return _NONE
    # The wrong word is no word of the papers, and the right one is no everyday word either.
    if sum(not _is_used(word, generation) for word in words) == 0:
        return _NONE
    for order in dict.fromkeys((words, (*words[1:], words[0]), (words[-1], *words[:-1]))):
        names = generation.names.near(order, 1)
        if names:
            return generation.names.papers(names)
    return _NONE


def _is_used(word: str, generation: Generation) -> bool:
    return any(len(generation.words.papers_with(term)) for term in terms(word))


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
        full = [word for word in form if len(word) > 1]
        if not full or any(_is_used(word, generation) for word in full):
            continue
        names = generation.names.with_words(form)
        whole = [name for name, written in names.items() if any(_is_whole(form, of) for of in written)]
        if whole:
            return generation.names.papers(whole)
    return _NONE


def _is_whole(form: Form, name: Form) -> bool:
    """All of a name but its middle, or its surname."""
    return form == name[-len(form) :] if len(form) == 1 else {name[0], name[-1]} <= {*form}


def _about(topic: Sequence[str], rows: Rows, generation: Generation) -> bool:
    found = rows
    for term in terms(" ".join(topic)):
        found = np.intersect1d(found, generation.words.papers_with(term))
    return bool(len(found))
