"""People by their names: as records write them, abbreviated, or mistyped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from semsearch.index.generation import Generation
from semsearch.index.names import Form, forms
from semsearch.index.vectors import Rows
from semsearch.index.words import name_terms, terms
from semsearch.ingest.clean import NAME_SUFFIX

_MOST_NAME_WORDS = 6
_SHORTEST_MISTYPED = 6  # letters of a name in which one wrong letter is still seen to be wrong


def person(text: str, generation: Generation) -> Rows:
    """Rows of the papers by whoever bears a name: as it is written, or else as it may be abbreviated."""
    spoken = [tuple(w for w in form if len(w) < 3 or not NAME_SUFFIX.fullmatch(w)) for form in forms(text)]
    spoken = [form for form in spoken if len(form) <= _MOST_NAME_WORDS and any(len(w) > 1 for w in form)]
    names = {name for form in spoken for name in _written(form, generation)}
    abbreviated = any(len(word) == 1 for form in spoken for word in form)
    if names and not abbreviated:
        return generation.names.papers(sorted(names))
    names |= {n for form in spoken for n in _by_initials(form, generation, dotted="." in text)}
    if not names or not abbreviated:
        slips = {name for form in spoken for name in _mistyped(form, generation)}
        # A word that is in nobody's name is a slip; otherwise the record may say less than was asked for.
        names = slips if slips and not _are_known(spoken, generation) else names | slips
    return generation.names.papers(sorted(names))


def _are_known(spoken: Sequence[Form], generation: Generation) -> bool:
    """Whether each word is of somebody's name, in one of the forms at least."""
    return any(all(_bearers(word, generation) for word in form) for form in spoken)


def bearing(form: Sequence[str], generation: Generation) -> dict[int, list[Form]]:
    """The names that hold all of some words, in their forms.

    Most words of most questions are in nobody's name, and the index of words knows that at once.
    """
    if all(_bearers(word, generation) for word in form if len(word) > 1):
        return generation.names.with_words(form)
    return {}


def _bearers(word: str, generation: Generation) -> int:
    """How many papers have an author with a word in the name."""
    return generation.words.count(name_terms(word)[0])


def _written(form: Form, generation: Generation) -> list[int]:
    """Names that hold all the words; those that have besides at most initials, where there are such.

    Two words that fit a name, as in "Yan Long", are one; but "long short", where both are words of the papers
    and a Short Long is among the authors, must be all of a name.
    """
    if len(form) == 1:
        return _surname(form[0], generation)
    asked, whole, part = Counter(form), list[int](), list[int]()
    for name, written in bearing(form, generation).items():
        left = [Counter(of) - asked for of in written if asked <= Counter(of)]
        if left:
            part.append(name)
        if any(all(len(word) == 1 for word in words) for words in left):
            whole.append(name)
    if whole or not part or all(_is_word(word, generation) for word in form if len(word) > 1):
        return whole
    return part


def _surname(word: str, generation: Generation) -> list[int]:
    """Names with a surname, unless as many papers use it as a word.

    "Long", the name of one author, in a collection where ten abstracts say "long", is taken for the word; and
    "Adam", the given name of many, for whatever else is called so.
    """
    bearers = _bearers(word, generation)
    if not bearers or uses(word, generation) >= bearers:
        return []
    names = [
        name
        for name, written in generation.names.with_words([word]).items()
        if any(of[0] != word or all(len(other) == 1 for other in of[1:]) for of in written)
    ]
    papers = len(generation.names.papers(names))
    return names if papers and uses(word, generation) < papers else []


def _is_word(word: str, generation: Generation) -> bool:
    """Whether more papers use a word than have an author called so."""
    as_name = max(1, _bearers(word, generation))
    return uses(word, generation) >= as_name


def uses(word: str, generation: Generation) -> int:
    """How many papers use a word in just this form; a stop word is in all."""
    return generation.texts.uses(word) if terms(word) else len(generation.papers)


def _by_initials(form: Form, generation: Generation, *, dotted: bool) -> list[int]:
    """Names that fit best when an initial stands for a word, on either side."""
    full = [word for word in form if len(word) > 1]
    found: list[tuple[int, int]] = []
    for anchor in full if len(form) > 1 else ():
        if not _bearers(anchor, generation):
            continue
        # A word that stands for an initial of the record must not be a word of the papers: "deep Long".
        others = [word for word in full if word != anchor]
        if (_is_word(anchor, generation) and not dotted) or any(uses(word, generation) for word in others):
            continue
        initials = {word[0] for word in form if word != anchor}
        held = (generation.names.with_words([f"{anchor} {initial}"]) for initial in initials)
        for name, written in {name: written for names in held for name, written in names.items()}.items():
            # A record abbreviates given names, not surnames: Jonathan T. Barron is no Jonathan Tremblay.
            fitting = [
                of for of in written if not others or of[-1] == anchor or len("".join(of[1:])) < len(of)
            ]
            missing = [left for of in fitting if (left := _unmatched(form, of)) is not None]
            if missing:
                found.append((min(missing), name))
    fewest = min((missing for missing, _ in found), default=0)
    return [name for missing, name in found if missing == fewest]


def _unmatched(asked: Form, name: Form) -> int | None:
    """How many initials a name lacks, when each word is one of its words, or one is the other's initial.

    None when the name does not fit. Two words at least must fit; the name may have more of them.
    """
    left, rest = list(name), []
    for word in asked:
        if word in left:
            left.remove(word)
        else:
            rest.append(word)
    missing, start = 0, 0
    for word in rest:  # initials keep the order of the names they stand for
        fitting = (i for i in range(start, len(left)) if _abbreviates(word, left[i]))
        at = next(fitting, None)
        if at is not None:
            del left[at]
            start = at
        elif len(word) > 1:
            return None
        else:
            missing += 1
    return missing if len(asked) - missing >= 2 else None


def _abbreviates(asked: str, name: str) -> bool:
    """Whether one is the initial of the other; of two letters, "JP", each may be one."""
    return asked[0] == name[0] and (len(asked) == 1 or len(name) == 1 < len(asked) - 1)


def _mistyped(form: Form, generation: Generation) -> list[int]:
    """Names that one wrong letter makes of several words, one of which is no word of the papers."""
    if len(form) not in (2, 3) or len("".join(form)) < _SHORTEST_MISTYPED:
        return []
    if all(uses(word, generation) for word in form):
        return []
    for order in dict.fromkeys((form, (*form[1:], form[0]), (form[-1], *form[:-1]))):
        names = generation.names.near(order, 1)
        if names:
            return names
    return []
