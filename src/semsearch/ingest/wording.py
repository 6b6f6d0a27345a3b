"""Title and abstract of a paper, whatever its format: whole, without boilerplate, each in one language.

A reader of a format takes out what its format put in: markup, line breaks, lists of words. What publishers,
pages and printers put in comes in every format, and is taken out here, once for all of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from semsearch.ingest.bilingual import Part, parted
from semsearch.ingest.boilerplate import without_boilerplate
from semsearch.ingest.formats.page.control import has_control, whole
from semsearch.ingest.hyphens import rejoined
from semsearch.ingest.language import detected, detected_in
from semsearch.paper import Original, Paper, Translation

if TYPE_CHECKING:
    from collections.abc import Iterable

_ENDS = frozenset("!.?")  # of nearly all abstracts; what ends so and has no dots has no control in it


def worded(paper: Paper) -> Paper:
    """A paper as it is searched: its abstract alone, its language, and what was changed in `original`.

    To do it twice changes nothing.

    Args:
        paper: As a reader made it. Its `original` has title and abstract as the source writes them.
    """
    written, truncated = paper.abstract, paper.truncated
    if (written[-1:] not in _ENDS or "…" in written or "..." in written) and has_control(written):
        written, cut = whole(written)
        truncated = truncated or cut
    title = rejoined(paper.title, written)
    abstract = rejoined(without_boilerplate(written), title)
    translations = _apart(paper.translations, title, abstract)
    language = paper.language
    if parts := parted(abstract):
        own, other = _own_first(parts, language or detected_in(title))
        abstract, translations = own[1], _with(translations, other)
        language = language or own[0]
    return replace(
        paper,
        title=title,
        abstract=abstract,
        language=language or detected(title, abstract),
        truncated=truncated,
        translations=translations,
        original=_kept(paper, title, abstract),
    )


def _own_first(parts: tuple[Part, Part], language: str | None) -> tuple[Part, Part]:
    """The text in the language of the paper before the other; without one, as they stand."""
    first, second = parts
    first, second = (first[0], without_boilerplate(first[1])), (second[0], without_boilerplate(second[1]))
    return (second, first) if second[0] == language else (first, second)


def _apart(translations: Iterable[Translation], title: str, abstract: str) -> tuple[Translation, ...]:
    """Translations without what the paper says itself."""
    told = (
        replace(
            each,
            title=each.title if each.title != title else "",
            abstract=other if (other := without_boilerplate(each.abstract)) != abstract else "",
        )
        for each in translations
    )
    return tuple(each for each in told if each.title or each.abstract)


def _with(translations: Iterable[Translation], part: Part) -> tuple[Translation, ...]:
    """Translations with one more abstract, beside the title in its language where there is one."""
    language, text = part
    found = {each.language: each for each in translations}
    known = found.get(language, Translation(language))
    found[language] = known if known.abstract else replace(known, abstract=text)
    return tuple(found.values())


def _kept(paper: Paper, title: str, abstract: str) -> Original | None:
    """What the source writes, where it is not what is shown."""
    source = paper.original or Original()
    kept = Original(
        _unlike(source.title or paper.title, title), _unlike(source.abstract or paper.abstract, abstract)
    )
    return kept if kept.title or kept.abstract else None


def _unlike(raw: str, clean: str) -> str:
    """A text as it was written; empty where no more than white space was changed."""
    if raw == clean or " ".join(raw.split()) == clean:
        return ""
    return raw.strip().encode(errors="replace").decode()
