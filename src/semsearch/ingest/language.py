"""Which language a text is in.

Of a paper, any of those it may be written in, where that can be told (`detected`). Of a question, and of the
words of an index, English or French: the two that questions and papers are carried between (`language_of`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal

from semsearch.ingest.clean import LANGUAGE_CODES, fold, folded

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")

# Below this probability a text counts as English: a question in English must never be taken for French, and
# a French one that is this short ("attention") reads the same in both.
_SURE = 0.85

# A text with one of these words, none of the French ones and no French letter is English without further ado:
# so are nine in ten English questions, and none of 10,000 French titles and sentences. The classifier, which
# takes a second to load, is asked for the rest. "On", "a" and "but" are words of both languages.
_ENGLISH = frozenset(
    """
    an and are as at be been being between by can could did do does for from had has have how in into is it
    its more most not of or our so such than that the their them then there these they this those through to
    under using was we were what when where whether which who why will with would you your
    """.split()  # noqa: SIM905 -- a list of words is read as words
)
_FRENCH = frozenset(
    """
    au aux avec ce ces cet cette chez comment dans de des du elle elles en entre est et il ils je la le les
    leur leurs lors mais ne nous ou par pas peut plus pour pourquoi quand que quel quelle quelles quels qui
    quoi sa sans se selon ses son sont sur un une vers vous y
    """.split()  # noqa: SIM905
)
# An abstract has a French word by accident ("et al."). Of 4,800 titles and abstracts that the classifier
# takes for French, none has more than two different English words to each French one and one more.
_FAR = 3
_FRENCH_LETTER = re.compile(r"[à-öø-ÿœ\u0300-\u036f]|\b(?:[cdjlmnst]|qu)['’]")

# Words of English that no other language of papers has: they tell nearly all abstracts and most titles, in a
# tenth of the time that the classifier takes.
_ENGLISH_ALONE = frozenset(
    """
    about and are been between by each from have how into its our than that the their them these they this
    those through towards using was were what when where whether which with
    """.split()  # noqa: SIM905
)
_IN_FRENCH = (" les ", " des ", " la ", " est ", " de ")
# Of a title they say English where no word of grammar is another language's. Of one in ASCII that has neither
# the classifier would not be certain.
_ENGLISH_IN_TITLES = frozenset(("for", "of", "on", "to", "via"))
_FOREIGN_WORDS = _FRENCH | frozenset(
    """
    al als am auf aus av bei bij con das dei del della den der deren det di do dos ein eine einer el em er et
    fur gli het i il im ist je jest la las lo los mit na nach nel no och og os para per por que sobre som sul
    te til um uma und una van vom von voor y z zu zum zur
    """.split()  # noqa: SIM905
)
_READ, _CLASSIFIED = 300, 160  # characters of a text: more would say the same
_ENOUGH = 150  # characters of an abstract that say the language without the title
# Below these a title or an abstract is of no language for certain; docs/formats.md says how
# often one is right.
_CERTAIN = 0.9
_LETTERS = 12
_BRACKET = re.compile(r" ?[\[(（]")  # behind which a title may say itself in English
_FOREIGN = re.compile(r"[\u0370-\u1fff\u2c00-\ud7ff\uf900-\ufaff]")  # letters that are not Latin


@lru_cache(maxsize=2)
def _identifier(languages: tuple[str, ...] = LANGUAGES) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    every = LanguageIdentifier.from_model_file(MODEL_FILE)
    every.set_languages(languages)
    # Made anew of these languages alone, it lets go of the others: of two, the other 28 MB.
    return LanguageIdentifier(
        every.nb_ptc,
        every.nb_pc,
        every.nb_classes,
        every.tk_nextmove,
        every.tk_output,
        norm_probs=True,
        tk_row=every.tk_row,
    )


def probably_french(text: str) -> float:
    """The probability that a text is French rather than English, from 0 to 1."""
    if _is_plainly_english(text):
        return 0.0
    return float(dict(_identifier().rank(text))["fr"])


def language_of(text: str) -> Language:
    """French when that is nearly certain, English otherwise."""
    return "fr" if probably_french(text) >= _SURE else "en"


def looks_french(text: str) -> bool:
    """Has it a French word of grammar, or a letter or an elision as French has?"""
    return not _FRENCH.isdisjoint(fold(text).split()) or _has_french_letter(text)


def _has_french_letter(text: str) -> bool:
    return not (text.isascii() and "'" not in text) and bool(_FRENCH_LETTER.search(text.casefold()))


def _is_plainly_english(text: str) -> bool:
    words = set(fold(text).split())
    english, french = len(words & _ENGLISH), len(words & _FRENCH)
    if english > _FAR * (french + 1):
        return True
    return english > 0 and not french and not _has_french_letter(text)


def detected(title: str, abstract: str = "") -> str | None:
    """The language of a paper, as ISO 639-1; None where its texts are too short, or too mixed, to tell.

    That of the abstract, where there is one: the title may have been translated.
    """
    if len(abstract) >= _ENOUGH:
        return detected_in(abstract)
    own = _BRACKET.split(title)[0]
    return detected_in(f"{own if len(own) > _LETTERS else title} {abstract}")


def detected_in(text: str) -> str | None:
    """The same of one text, by its beginning."""
    text = text[:_READ]
    if is_plainly_english(text):
        return "en"
    if text.isascii() and len(text) < _ENOUGH and _FOREIGN_WORDS.isdisjoint(folded(text)):
        return None
    if sum(map(str.isalpha, text)) < (_LETTERS if text.isascii() else _LETTERS // 2):
        return None
    start = text[:_CLASSIFIED]
    language, probability = _identifier(LANGUAGE_CODES).rank(start.lower() if start.isupper() else start)[0]
    return str(language) if probability >= _CERTAIN else None


def spoken(text: str, stated: str | None) -> str:
    """The language to take a text apart in: English where it plainly is, whatever is said of the paper."""
    return "en" if stated in (None, "en") or is_plainly_english(text[:_READ]) else stated


@lru_cache(maxsize=2)  # of an abstract it is asked twice
def is_plainly_english(text: str) -> bool:
    """Whether a text is English without further ado; of another language none is, of English nearly all."""
    if " the " in text and not any(word in text for word in _IN_FRENCH):
        return True
    words = set(folded(text))
    english, french = len(words & _ENGLISH_ALONE), len(words & _FRENCH)
    if len(text) >= _ENOUGH:
        return english > 1 and english > french and len(words & _ENGLISH) > _FAR
    if not (english or words & _ENGLISH_IN_TITLES):
        return False
    return words.isdisjoint(_FOREIGN_WORDS) and not _has_french_letter(text) and not _FOREIGN.search(text)
