"""What stands on a publications page besides papers: menu, heading, page numbers, footer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from semsearch.ingest.formats.page.control import is_control
from semsearch.ingest.formats.page.lines import common_words, name_score, prose_score

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Line:
    """One visible line of a page.

    Attributes:
        number: Its number in the file, from 1.
        text: Its text, white space normalised; empty for a blank line.
    """

    number: int
    text: str


_HEADING = re.compile(
    r"(?:(?:our|my|all|recent|selected|latest|list of|nos|mes|les|toutes les|toutes nos|liste des) ){0,3}"
    r"(?:publications?|papers|articles|preprints?|bibliograph(?:y|ie))"
    r"(?: (?:récentes|choisies|sélectionnées|list))?(?: ?[(\[]?\d{1,6}[)\]]?)?:?",
    re.IGNORECASE,
)
_NAVIGATION = re.compile(
    r"\W*(?:(?:go to |aller à la )?(?:next|previous|prev|first|last)(?: page)?"
    r"|(?:page )?(?:suivante?|précédente?|première|dernière)|page \d+(?: (?:of|sur|de|/) \d+)?"
    r"|(?:load|see|show|view|voir|charger|afficher) (?:more|all|plus|tout)"
    r"|back to top|haut de page|retour en haut|https?://\S+"
    r"|titles?|titres?|abstract|résumé|authors?|auteurs?|pdf|bibtex|doi|arxiv|code|data|slides|poster|video|vidéo|website|link|lien"
    r"|download|télécharger|cite|citer)\W*",
    re.IGNORECASE,
)
# A line such as "NeurIPS 2023" or "12 mai 2024": where and when the paper above came out.
_VENUE = re.compile(r"(?:[Ii]n |[Dd]ans )?[\w&-]*[A-Z]{2}[\w&-]*(?: \w+)?,? (?:19|20)\d\d")
_DATE = re.compile(
    r"(?:\d{1,2} )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|fév|avr|mai|juin|juil|août|déc)\w*\.?"
    r"(?: \d{1,2},?)? (?:19|20)\d\d",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"(?:©|copyright (?:©|\(c\)|\d{4})|\(c\) ?\d{4}|all rights reserved|tous droits réservés)", re.IGNORECASE
)
_LETTER = re.compile(r"[^\W\d_]")
_LONGEST_FURNITURE = 80
_LONGEST_MENU_ITEM = 40
_LONGEST_MENU = 60
_LONGEST_FOOTER = 20


def content(lines: Sequence[Line]) -> list[Line]:
    """The lines that papers are made of: no blank lines, no menu, heading, page numbers or footer."""
    shown = [line for line in lines[_end_of_heading(lines) :] if not _is_furniture(line.text)]
    for index, line in enumerate(shown[-_LONGEST_FOOTER:], max(0, len(shown) - _LONGEST_FOOTER)):
        if _FOOTER.match(line.text):
            return shown[:index]
    return shown


def _end_of_heading(lines: Sequence[Line]) -> int:
    """How many lines at the top are the heading, and a menu above it.

    Without a word that says so, the page's first line is its heading when it stands alone above a blank line
    on a page that otherwise goes without.
    """
    filled = [index for index, line in enumerate(lines) if line.text]
    for place, index in reversed(list(enumerate(filled[:_LONGEST_MENU]))):
        above = [lines[i].text for i in filled[:place]]
        if _HEADING.fullmatch(lines[index].text) and all(len(text) <= _LONGEST_MENU_ITEM for text in above):
            return index + 1
    gaps = [before for before, after in pairwise(filled) if after > before + 1]
    if gaps and gaps == filled[:1] and _starts_a_paper(lines[filled[1]].text, lines):
        return filled[1]
    return 0


def _starts_a_paper(text: str, lines: Sequence[Line]) -> bool:
    common = common_words([line.text for line in lines])
    return name_score(text, common) <= 0 and prose_score(text) <= 0


def _is_furniture(text: str) -> bool:
    if not _LETTER.search(text):
        return True
    if len(text) > _LONGEST_FURNITURE:
        return False
    patterns = (_NAVIGATION, _HEADING, _VENUE, _DATE)
    return is_control(text) or any(pattern.fullmatch(text) for pattern in patterns)
