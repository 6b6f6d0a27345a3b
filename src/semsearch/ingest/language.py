"""Which language a text is in: English or French, the two that questions and papers are carried between."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal

from semsearch.ingest.clean import fold

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


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    every = LanguageIdentifier.from_model_file(MODEL_FILE)
    every.set_languages(LANGUAGES)
    # Made anew of these two languages alone, it lets go of the ninety others and their 28 MB.
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


def _is_plainly_english(text: str) -> bool:
    words = set(fold(text).split())
    english, french = len(words & _ENGLISH), len(words & _FRENCH)
    if english > _FAR * (french + 1):
        return True
    return (
        english > 0
        and not french
        and ((text.isascii() and "'" not in text) or not _FRENCH_LETTER.search(text.casefold()))
    )
