"""BibTeX and BibLaTeX entries to papers."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names
from bibtexparser.model import (
    Block,
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    ImplicitComment,
    ParsingFailedBlock,
)

from semsearch.ingest.clean import (
    NAME_SUFFIX,
    clean_keywords,
    clean_language,
    clean_printed,
    clean_tex,
    clean_year,
    fold,
)
from semsearch.ingest.formats.links import doi_in, identifiers_in, named
from semsearch.ingest.formats.record import by_language
from semsearch.ingest.identity import make_id
from semsearch.ingest.language import detected_in
from semsearch.ingest.latex import from_latex
from semsearch.paper import Original, Paper, Rejected, Translation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from semsearch.ingest.source import Source

_ENTRY = re.compile(r"^[ \t]*@[A-Za-z]+\s*[{(]", re.MULTILINE)
_KEY = re.compile(r"([ \t]*@(?!(?:string|comment|preamble)\b)[A-Za-z]+[ \t]*[{(])", re.IGNORECASE)
# Text between entries is a comment, unless it is what an entry left behind.
_LEFT_BEHIND = re.compile(r"^[ \t]*(?:@[A-Za-z]+\b|,?[ \t]*[A-Za-z]+[ \t]*=[ \t]*[{\"])", re.MULTILINE)
# A value of several pieces, {braced}, "quoted" or abbreviated, joined by #.
_PIECE = r"""\{(?:[^{}\\]|\\.|\{[^{}]*+\})*+\}|"(?:[^"\\{}]|\\.|\{[^{}]*+\})*+"|[^\s#"{},=]+"""
_PIECES = re.compile(_PIECE, re.DOTALL)
_JOINED = re.compile(rf"(?:{_PIECE})(?:\s*#\s*(?:{_PIECE}))*+", re.DOTALL)

_IN_LANGUAGE = re.compile(
    r"(?P<field>title|abstract)(?:_(?P<code>[a-z]{2})|[-_:]?"
    r"(?P<name>de|en|es|fr|it|nl|pt|english|french|german|spanish|italian))"
    r"|r[ée]sum[ée]|resumo|resumen|zusammenfassung|summary"
)
_ADDRESS = re.compile(r"(?:https?|ftp)://\S+")
_ARXIV_ID = re.compile(r"(?:[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[A-Z]{2})?/[0-9]{7})(?:v[0-9]+)?")
_NOT_VERBATIM = re.compile(r"\\url(?![A-Za-z])|[{}]|\\(?![A-Za-z])")
_NEXT_ENTRY = re.compile(r"block start|found `?@")
_TOGETHER = 500  # entries that are parsed at once
_CHECK = "Check its braces, quotes and commas, or export it again."


def is_bibtex(head: str) -> bool:
    """Whether a file that begins so is BibTeX."""
    return _ENTRY.search(head) is not None


def read_bibtex(source: Source) -> Iterator[Paper | Rejected]:
    """Read every entry of a BibTeX file; one that cannot be read is a `Rejected` with its line.

    Raises:
        SourceError: The file is not in its encoding.
    """
    # The parser also logs what it hands over as failed blocks.
    logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)
    abbreviations: dict[str, str] = {}
    for first_line, text in _batches(source.lines()):
        library = parse_string(text)
        abbreviations |= {string.key.lower(): string.value for string in library.strings}
        previous: Block | None = None
        for block in library.blocks:
            where = f"{source.name}:{first_line + (block.start_line or 0)}"
            if isinstance(block, Entry):
                yield _read_entry(block, abbreviations, where)
            elif why := _why_not(block, previous):
                yield Rejected(where, why)
            previous = block


def _batches(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Some hundred entries at a time, with the number of their first line.

    Entries may have no key, or one that others have too. The parser would take them for duplicates, so a
    number goes before each key, between two NULs, which no text that was decoded holds.
    """
    batch, first_line, entries = list[str](), 1, 0
    for number, line in enumerate(lines, 1):
        if start := _KEY.match(line):
            if entries == _TOGETHER:
                yield first_line, "\n".join(batch)
                batch, first_line, entries = [], number, 0
            entries += 1
            line = f"{start[1]}\0{entries}\0{line[start.end() :].lstrip()}"
        batch.append(line)
    yield first_line, "\n".join(batch)


def _why_not(block: Block, previous: Block | None) -> str | None:
    """What is wrong with a block that is no entry; None for what is no paper at all."""
    match block:
        case DuplicateBlockKeyBlock():
            return None  # Of abbreviations, the last is the one that counts.
        case DuplicateFieldKeyBlock(duplicate_keys=keys):
            return f"the entry gives {', '.join(sorted(keys))} more than once. Keep one of each."
        case ParsingFailedBlock(error=error):
            return f"the entry is damaged: {_plain_words(error)}. {_CHECK}"
        case ImplicitComment(comment=comment) if _LEFT_BEHIND.search(comment):
            if isinstance(previous, ParsingFailedBlock):
                return None  # The rest of an entry that was already refused.
            return f"this text lies outside every entry, but looks like part of one. {_CHECK}"
    return None


def _plain_words(error: Exception) -> str:
    """The parser's reason, without its terms where it says what happens most."""
    reason = " ".join(str(getattr(error, "abort_reason", error)).split()).rstrip(".")
    if _NEXT_ENTRY.search(reason):
        return "it does not end before the next one begins"
    return "it does not end" if "end of file" in reason else reason


def _read_entry(entry: Entry, abbreviations: Mapping[str, str], where: str) -> Paper | Rejected:
    fields: dict[str, str] = {}
    for field in entry.fields:
        value = field.value
        if field.enclosing == "no-enclosing":
            if "=" in value and not _JOINED.fullmatch(value):
                return Rejected(where, f"a comma is missing after the field “{field.key}”. {_CHECK}")
            value = _join(value, abbreviations)
        fields.setdefault(field.key.lower(), value)

    title = _title(fields)
    if not title:
        return Rejected(where, "the entry has no title. Add one.")
    authors = _authors(fields.get("author", ""))
    doi, url, arxiv = _addresses(fields)
    language = clean_language(fields.get("langid") or fields.get("language", ""))
    translations, abstract = list(_translations(fields)), clean_tex(fields.get("abstract", ""))
    if not abstract:  # it may stand in the field of a language alone, the paper's own first of all
        alone = [each for each in translations if each.abstract and each.language == language]
        alone += [each for each in translations if each.abstract and not each.title]
        for each in alone[:1]:
            abstract = each.abstract
            translations.remove(each)
    translations = [each for each in translations if each.language != language]
    return Paper(
        id=entry.key.rpartition("\0")[2].strip() or make_id(title, authors),
        title=title,
        abstract=abstract,
        authors=authors,
        year=clean_year(fields.get("year")) or clean_year(fields.get("date")),
        venue=_venue(fields) or ("arXiv" if arxiv else None),
        doi=doi,
        url=url,
        language=language,
        keywords=clean_keywords(clean_tex(fields.get("keywords", ""))),
        source=where,
        identifiers=_identifiers(fields, doi, url, arxiv),
        translations=tuple(translations),
        printed=clean_printed(fields.get("volume", ""), fields.get("pages", "")),
        original=Original(_title(fields, str), fields.get("abstract", "")),
    )


def _join(value: str, abbreviations: Mapping[str, str]) -> str:
    """The text of ``acm # " Surveys"``; the parser resolves an abbreviation only where it stands alone."""
    if not _JOINED.fullmatch(value):
        return value
    pieces = _PIECES.findall(value)
    return "".join(abbreviations.get(p.lower(), p) if p[0] not in '{"' else p[1:-1] for p in pieces)


def _title(fields: Mapping[str, str], clean: Callable[[str], str] = clean_tex) -> str:
    title, subtitle = clean(fields.get("title", "")), clean(fields.get("subtitle", ""))
    if not (title and subtitle):
        return title
    return f"{title} {subtitle}" if title[-1] in ":.?!" else f"{title}: {subtitle}"


def _translations(fields: Mapping[str, str]) -> tuple[Translation, ...]:
    """What fields such as ``title_en`` and ``abstract_fr`` hold, and the ``resume`` of French theses."""
    found: list[Translation] = []
    for name, value in fields.items():
        if (named := _IN_LANGUAGE.fullmatch(name)) and (text := clean_tex(value)):
            suffix = named["code"] or named["name"]
            language = clean_language(suffix) if suffix else detected_in(text)
            if language:
                titled = named["field"] == "title"
                found.append(Translation(language, text if titled else "", "" if titled else text))
    return by_language(found)


def _authors(value: str) -> tuple[str, ...]:
    # Accents first: the parser takes the tilde of \~{n} for a space.
    names = (_name(name) for name in split_multiple_persons_names(from_latex(value)))
    return tuple(name for name in names if fold(name) not in ("", "others", "et al"))


def _name(raw: str) -> str:
    """One name in natural order; a name in braces, as a corporate author is, stays whole."""
    parts = parse_single_name_into_parts(raw, strict=False)
    # "Sherry, John F., Jr." has them the wrong way round; but the JR of "Mickelson, JR" are initials.
    if parts.jr and NAME_SUFFIX.fullmatch(" ".join(parts.first)):
        parts.first, parts.jr = parts.jr, parts.first
    return clean_tex(parts.merge_first_name_first)


def _venue(fields: Mapping[str, str]) -> str | None:
    keys = ("journal", "journaltitle", "booktitle", "eventtitle")
    venue = next((venue for key in keys if (venue := clean_tex(fields.get(key, "")))), None)
    published = fields.get("howpublished", "")
    return venue or (None if _ADDRESS.search(published) else clean_tex(published) or None)


def _addresses(fields: Mapping[str, str]) -> tuple[str | None, str | None, str | None]:
    """The DOI, the web address and the arXiv identifier, each found from the others where it is not given."""
    address = _ADDRESS.search(_verbatim(fields.get("url", "")))
    doi = doi_in([_verbatim(fields.get("doi", ""))], [address[0]] if address else [])
    eprint = _verbatim(fields.get("eprint", ""))
    archive = fields.get("archiveprefix") or fields.get("eprinttype", "")
    arxiv = eprint if archive.lower() == "arxiv" or (not archive and _ARXIV_ID.fullmatch(eprint)) else None
    if address:
        return doi, address[0], arxiv
    if doi:
        return doi, f"https://doi.org/{doi}", arxiv
    return None, f"https://arxiv.org/abs/{arxiv}" if arxiv else None, arxiv


def _identifiers(fields: Mapping[str, str], *links: str | None) -> tuple[str, ...]:
    """What is named in a field of ours, in those of PubMed's numbers, and in the addresses."""
    doi, url, arxiv = links
    numbers = [f"{scheme}:{_verbatim(fields[scheme])}" for scheme in ("pmid", "pmcid") if fields.get(scheme)]
    own = named([_verbatim(fields.get("identifiers", ""))])
    found = identifiers_in([*numbers, doi or "", url or "", f"arxiv:{arxiv}" if arxiv else ""])
    return tuple(dict.fromkeys((*own, *found)))


def _verbatim(value: str) -> str:
    r"""An address or identifier without ``\url`` and the backslashes that TeX wants before ``_`` or ``%``."""
    value = value.replace(r"\textasciitilde", "~").replace(r"$\sim$", "~").replace(r"\~{}", "~")
    return _NOT_VERBATIM.sub("", value).strip()
