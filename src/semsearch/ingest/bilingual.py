"""Abstracts that hold one text twice, in English and in another language, as theses have them."""

from __future__ import annotations

import re

from semsearch.ingest.language import detected_in, is_plainly_english

Part = tuple[str, str]
"""A language, as ISO 639-1, and the text in it."""

# The heading of a second abstract. Whether it is one, the languages on both sides say.
_HEADING = re.compile(
    r"(?<=[.!?…»”\")\]\w])\s(?:(?:English|French) (?=[Aa]))?"
    r"(?:[Aa]bstract|ABSTRACT|Summary|SUMMARY|R[ée]sum[ée]|R[ÉE]SUM[ÉE]|Resumen|RESUMEN|Resumo|RESUMO|Riassunto"
    r"|RIASSUNTO|Zusammenfassung|ZUSAMMENFASSUNG|Kurzfassung|Samenvatting)\b"
    r"(?:\s?\((?:in )?[^\W\d_]{2,10}(?: [^\W\d_]{2,8})?\))?(?:\s?[:.|—–-]\s?|\s(?=[A-ZÀ-Þ«“\"]))"
)
_SENTENCE = re.compile(r"(?<=[.!?…»”\")\]])\s(?:/ )?(?=[A-ZÀ-Þ«“\"\[])")
_LEAST = 100  # characters of a part
_LEAST_UNMARKED = 200
_ENDS = 300  # characters at each end that are looked at
_MOST_SENTENCES = 60


def parted(abstract: str) -> tuple[Part, Part] | None:
    """The two texts of an abstract in two languages, in their order; None of any other, or if it is unsure.

    Args:
        abstract: One line of clean text.
    """
    if len(abstract) < 2 * _LEAST:
        return None
    if is_plainly_english(abstract[-_ENDS:]) == is_plainly_english(abstract[:_ENDS]):
        return None  # neither is English, or both are
    first, last = detected_in(abstract[:_ENDS]), detected_in(abstract[-_ENDS:])
    if first is None or last is None or first == last:
        return None
    for heading in _HEADING.finditer(abstract, _LEAST, len(abstract) - _LEAST):
        before, after = abstract[: heading.start()], abstract[heading.end() :]
        if _is(before, first) and _is(after, last):
            return (first, before), (last, after)
    return _unmarked(abstract, first, last)


def _unmarked(abstract: str, first: str, last: str) -> tuple[Part, Part] | None:
    """The same where nothing stands between: every sentence on one side is English, and none on the other."""
    ends = [sentence.start() for sentence in _SENTENCE.finditer(abstract)]
    starts = [0, *(end + 1 for end in ends)]
    if not ends or len(starts) > _MOST_SENTENCES:
        return None
    sentences = zip(starts, [*ends, len(abstract)], strict=True)
    english = [is_plainly_english(abstract[start:end]) for start, end in sentences]
    cut = english.index(not english[0]) if len(set(english)) > 1 else 0
    if not cut or english[0] in english[cut:]:
        return None
    before, after = abstract[: ends[cut - 1]], abstract[starts[cut] :].removeprefix("/ ")
    if min(len(before), len(after)) < _LEAST_UNMARKED or not (_is(before, first) and _is(after, last)):
        return None
    return (first, before), (last, after)


def _is(text: str, language: str) -> bool:
    """Whether a text is in a language at both its ends."""
    return detected_in(text[:_ENDS]) == language == detected_in(text[-_ENDS:])
