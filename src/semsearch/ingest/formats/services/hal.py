"""HAL's documents to papers, with titles in several languages: https://api.archives-ouvertes.fr/docs/search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from semsearch.ingest.clean import clean_doi, clean_language, clean_name, clean_text, clean_year
from semsearch.ingest.formats.record import Record, UnusableError, every, first, identifiers
from semsearch.ingest.identity import make_id
from semsearch.ingest.language import detected_in, language_of
from semsearch.paper import Original, Paper, Translation

if TYPE_CHECKING:
    from collections.abc import Callable

_KEYS = frozenset(("halId_s", "title_s", "docid", "abstract_s", "authFullName_s", "uri_s"))
_VENUES = ("journalTitle_s", "conferenceTitle_s", "bookTitle_s", "source_s")
_YEARS = (
    "publicationDateY_i",
    "producedDateY_i",
    "publicationDate_s",
    "producedDate_s",
    "conferenceStartDateY_i",
)


def recognises(record: Record) -> bool:
    """Whether a record is a document of HAL."""
    return not _KEYS.isdisjoint(record) and "title" not in record


def paper(record: Record, where: str) -> Paper:
    """A paper of one document.

    Raises:
        UnusableError: It has no title.
    """
    own = clean_language(first(record, "language_s"))
    titles, abstracts = _by_language(record, "title_s", own), _by_language(record, "abstract_s", own)
    if not titles:
        raise UnusableError("the document has no title. Ask HAL for title_s.")
    language = own if own in titles else next(iter(titles))
    title, subtitle = titles[language], _by_language(record, "subTitle_s", own).get(language, "")
    spoken = language if language in abstracts else next(iter(abstracts), language)
    authors = tuple(name for each in every(record, "authFullName_s") if (name := clean_name(each)))
    doi = clean_doi(first(record, "doiId_s"))
    hal = first(record, "halId_s") or str(record.get("docid") or "")
    return Paper(
        id=hal or doi or make_id(title, authors),
        title=f"{title}: {subtitle}" if subtitle else title,
        abstract=abstracts.get(spoken, ""),
        authors=authors,
        year=next((year for key in _YEARS if (year := clean_year(record.get(key)))), None),
        venue=clean_text(first(record, *_VENUES)) or None,
        doi=doi,
        url=first(record, "uri_s").strip() or None,
        language=own,
        keywords=tuple(word for each in every(record, "keyword_s") if (word := clean_text(each))),
        source=where,
        identifiers=identifiers(
            ("hal", first(record, "halId_s")),
            ("arxiv", first(record, "arxivId_s")),
            ("pmid", first(record, "pubmedId_s")),
            ("pmc", first(record, "pubmedcentralId_s")),
        ),
        translations=tuple(
            Translation(code, titles.get(code, ""), abstracts.get(code, "") if code != spoken else "")
            for code in dict.fromkeys((*titles, *abstracts))
            if code and code != language and (code in titles or code != spoken)
        ),
        original=Original(
            "" if subtitle else _by_language(record, "title_s", own, str).get(language, ""),
            _by_language(record, "abstract_s", own, str).get(spoken, ""),
        ),
    )


def _by_language(
    record: Record, field: str, own: str | None, clean: Callable[[str], str] = clean_text
) -> dict[str, str]:
    """The texts of a field by language, as ``fr_title_s`` and ``title_s`` have them; its own first.

    The plain field has all texts and does not say their languages. One text is in the document's language;
    of several, each is in the language it reads as, since HAL's authors add English or French to the other.
    """
    texts = {
        code: text
        for key in record
        if key.endswith(f"_{field}") and (code := clean_language(key.removesuffix(f"_{field}")))
        if (text := clean(first(record, key)))
    }
    plain = [text for each in every(record, field) if (text := clean(each))]
    for text in plain:
        if text not in texts.values():
            texts.setdefault(own if own and len(plain) == 1 else detected_in(text) or language_of(text), text)
    return {code: texts[code] for code in sorted(texts, key=lambda code: code != own)}
