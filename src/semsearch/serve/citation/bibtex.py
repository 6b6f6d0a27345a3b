"""Papers as BibTeX, in UTF-8: accents stay as they are, and what TeX would read as a command is escaped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from semsearch.paper import Paper
from semsearch.serve.citation.fields import CONTROLS, joined, line
from semsearch.serve.citation.kinds import Kind, arxiv_id, kind_of
from semsearch.serve.citation.names import Name, names_of

_ESCAPED = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_{}"} | {"~": r"\textasciitilde{}", "\\": r"\textbackslash{}"}
)
# Only what is printed: readers take it for a letter, and abstracts have many.
_PRINTED = str.maketrans({"^": r"\textasciicircum{}"})
# BibTeX counts braces whether escaped or not: one without a partner gets one that takes no room.
_LONELY = str.maketrans({"{": r"\{\vphantom{\}}", "}": r"\vphantom{\{}\}"})
# What TeX's fonts make one character of: dashes, quotation marks, ¿ and ¡.
_LIGATURE = re.compile(r"(?<=-)-|(?<=[`?!])`|(?<=')'|(?<=,),|(?<=<)<|(?<=>)>")
_NOT_IN_ADDRESS = re.compile(rf"[\s{{}}\\]|{CONTROLS.pattern}")
_NOT_IN_KEY = re.compile(r"[^A-Za-z0-9:._/+-]")
_SPLITS_NAMES = re.compile(r"[,\s]|^others$", re.IGNORECASE)

_TYPES: dict[Kind, str] = {
    "article": "article",
    "conference": "inproceedings",
    "preprint": "misc",
    "other": "misc",
}
_VENUES: dict[Kind, str] = {
    "article": "journal",
    "conference": "booktitle",
    "preprint": "howpublished",
    "other": "howpublished",
}


def write_bibtex(papers: Sequence[Paper]) -> str:
    """One entry a paper, under its id where that can be a key."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Block, Entry, Field
    from bibtexparser.writer import BibtexFormat

    style = BibtexFormat()  # type: ignore[no-untyped-call]
    style.indent, style.block_separator = "  ", "\n"
    entries = list[Block]()
    for paper, key in zip(papers, _keys(papers), strict=True):
        fields = [Field(name, value) for name, value in _fields(paper) if value]
        entries.append(Entry(_TYPES[kind_of(paper)], key, fields))
    return str(write_string(Library(entries), bibtex_format=style))


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    # In braces of its own, so that no style changes its capitals.
    yield "title", f"{{{_latex(paper.title)}}}"
    yield "author", " and ".join(_author(name) for name in names_of(paper))
    yield "year", str(paper.year or "")
    yield _VENUES[kind_of(paper)], _latex(paper.venue or "")
    if paper.venue and kind_of(paper) == "preprint" and (arxiv := arxiv_id(paper)):
        yield "eprint", arxiv
        yield "archiveprefix", "arXiv"
    yield "doi", _address(paper.doi or "")
    yield "url", _address(paper.url or "")
    yield "language", _latex(paper.language or "")
    yield "keywords", _latex(joined(paper.keywords))
    yield "identifiers", " ".join(map(_address, paper.identifiers))
    for each in paper.translations:
        yield f"title_{each.language}", _latex(each.title)
        yield f"abstract_{each.language}", _latex(each.abstract, printed=False)
    yield "abstract", _latex(paper.abstract, printed=False)


def _latex(text: str, *, printed: bool = True) -> str:
    """Text that TeX reads as it is, on one line.

    Args:
        text: Any.
        printed: Bibliography styles print this field.
    """
    text = line(text)
    table = _ESCAPED | (_PRINTED if printed else {}) | ({} if _balanced(text) else _LONELY)
    return _LIGATURE.sub(r"{}\g<0>", text.translate(table))


def _balanced(text: str) -> bool:
    """Whether each brace has its partner."""
    depth = 0
    for c in text:
        depth += (c == "{") - (c == "}")
        if depth < 0:
            return False
    return depth == 0


def _address(text: str) -> str:
    """A DOI or an address: BibTeX reads these as they are, so what would end the field is percent-encoded."""
    return _NOT_IN_ADDRESS.sub(lambda c: quote(c[0], errors="replace"), text.strip())


def _author(name: Name) -> str:
    """As it is written where BibTeX takes it apart rightly, else ``von Last, Jr, First``.

    A name that is whole goes into braces where BibTeX would take it apart.
    """
    if name.whole:
        family = _latex(name.family)
        return f"{{{family}}}" if _SPLITS_NAMES.search(name.family) else family
    family = f"{name.particle} {name.family}".strip()
    if _is_plain(name):
        return _latex(f"{name.given} {family}")
    return ", ".join(_latex(part) for part in (family, name.suffix, name.given) if part)


def _is_plain(name: Name) -> bool:
    """Whether BibTeX finds the parts itself.

    To it, the first word in lower case begins the family name, and else the last word is it.
    """
    small = any(word[0].islower() for word in name.given.split())
    return bool(name.given) and not (name.suffix or small) and (bool(name.particle) or " " not in name.family)


def _keys(papers: Sequence[Paper]) -> Iterator[str]:
    """A key for each paper, distinct whatever their case, as BibTeX compares them."""
    taken: set[str] = set()
    for paper in papers:
        family = next((name.family for name in names_of(paper)), "")
        key = stem = _key(paper.id) or f"{_key(family) or 'paper'}{paper.year or ''}"
        number = 1
        while key.casefold() in taken:
            number += 1
            key = f"{stem}-{number}"
        taken.add(key.casefold())
        yield key


def _key(text: str) -> str:
    return _NOT_IN_KEY.sub("", unicodedata.normalize("NFKD", text))
