"""Notices of rights around an abstract, in the forms that publishers and databases write them.

A notice is told by how it begins ("©", "Published by", "Copyright of … is the property of") and by having, to
the end of the text, nothing but names, numbers and the few words that notices are made of. So a paper about
copyright keeps its text.
"""

from __future__ import annotations

import re

_YEAR = r"(?:1[89]|20)\d\d"
# How a notice begins. What may also begin a sentence, or stand in one, does so behind the end of another.
_NOTICE = re.compile(
    rf"""
    (?<![^\W\d_])©
    |[(\[]copyright[)\]]
    |(?<![\w-])(?:Crown\s)?(?:[Cc]opyrights?|COPYRIGHT):?\s(?:notice:?\s)?
        (?=©|\(?[Cc]\)|[(\[]copyright[)\]]|{_YEAR}\b|by\s(?:the\s)?[A-Z]|[Tt]he\s[Aa]uthor)
    |(?:^|(?<=[^\s\w,;:(])\s?)\([Cc]\)\s?(?={_YEAR}\b)
    |\(?Psyc(?:INFO|Info)\sDatabase\sRecord
    |\[(?:ABSTRACT\sFROM\sAUTHOR|Abstract\scopyright:)
    |(?:^|(?<=[.!?)\]])\s)(?=
        Published\sby\s[A-Z]
        |{_YEAR}\s[A-Z][^.!?]{{2,60}}[.,]?\s?(?:B\.?V\.?|Ltd\.?|Inc\.?)?,?\s?All\srights\sreserved
        |All\srights\sreserved|Tous\sdroits\sr[ée]serv[ée]s|Alle\sRechte\svorbehalten
        |Todos\slos\sderechos\sreservados
        |This\sarticle\sis\s(?:protected\sby\scopyright|a\sU\.?S\.?\sGovernment\swork)
        |This\sis\san\s[Oo]pen[ -][Aa]ccess\sarticle\s(?:under|distributed|published|which)
        |Licensee\s[A-Z]|Cet\sarticle\sest\sprotégé\spar
    )
    """,
    re.VERBOSE,
)
_LATEST = 900  # characters from the end, before which no notice begins
# A text with none of these near its end has no notice there; that is soon seen, of nearly all texts.
_MARKS = (
    *("©", "(C)", "(c)", "opyright", "OPYRIGHT", "ghts reserved", "ghts Reserved", "ublished by", "sycI"),
    *("ABSTRACT FROM", "ccess article", "icensee", "roits ", "Rechte", "erechos", "ernment work"),
)
_WORDS = frozenset(
    """
    a à abstract abstracts access adaptations al all allows an and any apply appropriate are article as at
    attribution aucune auteur auteurs author authors be behalf by c cc citation cited co commercial common
    commons copyright creative credit credited credits d database date de del der des die distributed
    distribution domain droits du e el email employer en et every exclusive exclusively exists express first
    for from full government granted held here i im in is issn it its journal kgaa la las le les licence
    license licensed licensee limited link made may media medium modifications must nc nd new no non
    noncommercial not of on online open or original owner p party permission permissions permits permitted
    please pp properly protected protégé par provided provides public publication published publisher
    publishers publishing publié record re reproduced reproduction reserved reservados reserves restrictions
    reuse right rights réservés s sa see société source sous terms that the their this to tous trading und
    under unless unported unrestricted use used version via vorbehalten was which with within without work
    works y
    """.split()  # noqa: SIM905 -- a list of words is read as words
)
_WORD = re.compile(r"https?://\S+|www\.\S+|[^\W_]+")
_LONGEST_WORD, _CLOSING = 40, " .,;:!?)]}…\"'"
_BROKEN_OFF = re.compile(r"[\s(\[,;:–—-]+$")

# Four that are known word for word: EBSCO's, PsycINFO's before others, the one that IEEE wants under a
# manuscript, and one of Elsevier's between two parts of an abstract.
_PROPERTY = re.compile(r"\s?(?:\[ABSTRACT FROM AUTHOR\]\s)?Copyright of .{2,200}? is the property of .{2,}$")
_PSYCINFO = re.compile(
    r"\s?\(Psyc(?:INFO|Info) Database Record[^()]{0,5}\(c\)[^()]{0,60}\)\.?"
    r"(?: \((?:journal|from the [a-z ]{2,20}) abstract\))?"
)
_SUBMITTED = re.compile(
    r"\s?This work has been submitted to the IEEE for possible publication\. Copyright may be transferred "
    r"without notice, after which this version may no longer be accessible\."
)
_WITHIN = re.compile(
    rf"(?<=[.!?)]) (?:Copyright )?(?:© ?|\([Cc]\) ?)?{_YEAR},? [A-Z][^.!?]{{2,60}}"
    r"(?:\.|(?:B\.V|Ltd|Inc)\.,?) ?All rights reserved\.(?= [A-Z])"
)
# Before the text: up to the word that ends such a notice.
_BEFORE = re.compile(
    r"(?:©|\([Cc]\) ?(?=\d{4})|(?:Crown )?[Cc]opyright ?(?:©|\([Cc]\))).{2,160}?"
    r"(?:[Rr]ights [Rr]eserved\.?|[Dd]roits réservés\.?"
    r"|\b(?:Ltd|Inc|B\.?V|GmbH|IEEE|ACM|LLC)\.(?: All rights reserved\.)?)"
    r" (?=[A-ZÀ-Þ])"
)


def without_notices(abstract: str) -> str:
    """An abstract without notices of rights, at its end, before it, and where they are known word for word.

    Args:
        abstract: One line of clean text.
    """
    text = abstract
    if text[:1] in "©(Cc" and (notice := _BEFORE.match(text)) and _is_notice(notice[0]):
        text = text[notice.end() :]
    if "ubmitted to the IEEE" in text:
        text = _SUBMITTED.sub("", text).lstrip()
    if " All rights reserved. " in text:
        text = _WITHIN.sub("", text)
    last = text[-_LONGEST_WORD:].rstrip(_CLOSING).rpartition(" ")[2]
    if last.islower() and "(" not in last and last not in _WORDS:
        return text  # as nine in ten abstracts
    end = text[-_LATEST:]
    return _without_end(text) if any(mark in end for mark in _MARKS) else text


def _without_end(text: str) -> str:
    text = _PSYCINFO.sub("", text).rstrip()
    if property_of := _PROPERTY.search(text):
        return text[: property_of.start()]
    for notice in _NOTICE.finditer(text, max(0, len(text) - _LATEST)):
        if _is_notice(text[notice.start() :]):
            return _BROKEN_OFF.sub("", text[: notice.start()])
    return text


def _is_notice(text: str) -> bool:
    """Whether a text is of names, numbers, addresses and the words of notices alone."""
    words = _WORD.findall(text)
    return bool(words) and all(
        word in _WORDS or word[0].isupper() or word[0].isdigit() or "." in word for word in words
    )
