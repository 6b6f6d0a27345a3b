"""Titles that come in two languages, as databases write them."""

from __future__ import annotations

import re

from semsearch.ingest.clean import clean_language, clean_text, clean_title
from semsearch.ingest.language import detected_in
from semsearch.paper import Translation

_BOTH = re.compile(r"(.+); \[([^\[\]]+)\]\.?")  # Scopus: English first, the original in brackets


def titles(raw: str, languages: str, other: str = "") -> tuple[str, tuple[Translation, ...]]:
    """A title, and what it is in a second language where that language is known.

    Args:
        raw: As the source writes it. In brackets it is an English translation, as PubMed marks them.
        languages: Of the paper, as the source writes them; there may be several.
        other: What the source gives as the translated title.
    """
    written = clean_text(raw)
    title, other = clean_title(written), clean_text(other)
    codes = filter(None, map(clean_language, re.split(r"[;,/\n]", languages)))
    foreign = next((code for code in codes if code != "en"), None)
    if foreign is None:
        spoken = detected_in(other) if other != title else None
        return title, (Translation(spoken, other),) if spoken and spoken != detected_in(title) else ()
    if both := _BOTH.fullmatch(written):
        return both[1], (Translation(foreign, both[2]),)
    if not other or other == title:
        return title, ()
    return title, (Translation(foreign if title != written else "en", other),)
