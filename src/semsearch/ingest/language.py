"""Which language a text is in: English or French, the two that questions and papers are carried between."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")

# Below this probability a text counts as English: a question in English must never be taken for French, and
# a French one that is this short ("attention") reads the same in both.
_SURE = 0.85


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier


def probably_french(text: str) -> float:
    """The probability that a text is French rather than English, from 0 to 1."""
    return float(dict(_identifier().rank(text))["fr"])


def language_of(text: str) -> Language:
    """French when that is nearly certain, English otherwise."""
    return "fr" if probably_french(text) >= _SURE else "en"
