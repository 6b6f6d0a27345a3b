"""A question in the words of the papers: its synonyms, and its translation word by word."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from semsearch.encode.multilingual import MultilingualEncoder, multilingual
from semsearch.errors import IndexForeign
from semsearch.index.generation import Generation
from semsearch.index.lexicon import Lexicon, Nearest, words_of
from semsearch.index.words import STOP, Near, terms
from semsearch.ingest.clean import fold
from semsearch.ingest.language import Language, looks_french, probably_french

# A synonym counts half of the word itself at most, a translation as much as the word; both less the further
# they are from it, down to nothing at these cosines, of which a translation's is the lower.
_SYNONYM, _SYNONYM_FROM, _TRANSLATION_FROM = 0.5, 0.6, 0.5
# In the translated question a word stands for another from this cosine on. Of two that are as near, the one
# that more papers use is the likelier; a word in every paper gains this much over one in a single paper.
_TRANSLATED_FROM, _COMMON = 0.6, 0.2
_FRENCH, _PERHAPS_FRENCH = 0.85, 0.5
# From this mean cosine of sentences and their translations on, an encoder needs none.
_UNDERSTANDS_FRENCH = 0.75

_TOKEN = re.compile(r"[^\W_]+")
_ELISION = re.compile(r"\b(?:[cdjlmnst]|qu)['’]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a question says in the words of an index.

    Attributes:
        language: The language it is asked in.
        near: For its terms, those of the papers that mean nearly the same.
        translation: It, word by word, in the other language; None where no paper is in that language, or
            the index's encoder understands both.
    """

    language: Language
    near: Near
    translation: str | None


def read(question: str, generation: Generation) -> Reading:
    """Put a question into the words of an index.

    Raises:
        IndexForeign: Another version of the multilingual encoder made the index.
    """
    lexicon = generation.lexicon
    words = list(dict.fromkeys(words_of(question)))
    numbers = {word: number for word in words if (number := lexicon.find(word)) is not None}
    language = _language(question, words, [lexicon.language(number) for number in numbers.values()])
    others, kept = lexicon.languages - {language}, _names(question)
    found = {word: lexicon.neighbours(number) for word, number in numbers.items()}
    if others and (unknown := [word for word in words if word not in numbers and word not in kept]):
        nearest = lexicon.nearest_to(unknown, _translator(generation).encode_queries)
        found |= zip(unknown, nearest, strict=True)

    near = {term: _near(term, found[word], lexicon, language) for word in found for term in terms(word)}
    translation = None
    if others and generation.manifest.calibration["french"] < _UNDERSTANDS_FRENCH:
        (other,) = others
        best = {word: _translated(of, lexicon, other, len(generation.papers)) for word, of in found.items()}
        translation = _in_place(question, {word: to for word, to in best.items() if to is not None})
    return Reading(language, near, translation)


def _language(question: str, words: list[str], known: list[Language]) -> Language:
    """French when that is nearly certain, or probable and most words are none of the English papers'."""
    # Words that are all the English papers' need no classifier, which takes most of a second to load.
    if known.count("en") == len(words) and not looks_french(question):
        return "en"
    french = probably_french(question)
    if french >= _PERHAPS_FRENCH and (french >= _FRENCH or 2 * known.count("en") < len(words)):
        return "fr"
    return "en"


def _names(question: str) -> set[str]:
    """What stands in capitals in a question that does not: acronyms, which no language translates."""
    if question.isupper():
        return set()
    return {word.casefold() for word in _TOKEN.findall(question) if word.isupper()}


def _near(term: str, nearest: Nearest, lexicon: Lexicon, language: Language) -> dict[str, float]:
    """The terms that count for a term of a question, and how much."""
    shares: dict[str, float] = {}
    for number, nearness in nearest:
        if nearness <= _TRANSLATION_FROM:
            continue
        same = lexicon.language(number) == language
        least, most = (_SYNONYM_FROM, _SYNONYM) if same else (_TRANSLATION_FROM, 1.0)
        share = most * min((nearness - least) / (1 - least), 1.0)
        if share > 0:
            for other in lexicon.terms(number):
                if other != term:
                    shares[other] = max(shares.get(other, 0.0), share)
    return shares


def _translated(nearest: Nearest, lexicon: Lexicon, language: Language, papers: int) -> str | None:
    """The likeliest word of a language among those nearest to a word."""
    scale = math.log(papers + 1)
    likely = [
        (nearness + _COMMON * math.log(lexicon.papers(number)) / scale, lexicon.word(number))
        for number, nearness in nearest
        if nearness >= _TRANSLATED_FROM and lexicon.language(number) == language
    ]
    return max(likely)[1] if likely else None


def _in_place(question: str, translations: dict[str, str]) -> str | None:
    """The question's words, translated where they can be, without those that say nothing."""
    if not translations:
        return None
    tokens = [token for token in _TOKEN.findall(_ELISION.sub(" ", question)) if fold(token) not in STOP]
    return " ".join(translations.get(next(words_of(token), token), token) for token in tokens)


def _translator(generation: Generation) -> MultilingualEncoder:
    translator = multilingual()
    if translator.passport.fingerprint != generation.manifest.lexicon.fingerprint:
        raise IndexForeign(
            "its words were related by another version of the multilingual encoder than is installed.",
            where=generation.id,
            hint="Build the index again: semsearch rebuild",
        )
    return translator
