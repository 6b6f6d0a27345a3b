"""A saved publications page, where nothing but its shape tells one line from the next, to papers."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from semsearch.errors import SourceError
from semsearch.ingest.clean import clean_name, clean_text, fold
from semsearch.ingest.formats.page.control import has_control, whole
from semsearch.ingest.formats.page.furniture import Line, content
from semsearch.ingest.formats.page.lines import label, prose_score, split_names
from semsearch.ingest.identity import make_id
from semsearch.paper import Original, Paper, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from semsearch.ingest.source import Source

# What scores so high as prose is no title; the longest real ones stay below.
_PROSE = 4.0
_NO_TITLE = (
    "this line of {:,} characters reads like an abstract, but stands where a title should. "
    "Put its title above it, or join it to the line above."
)
# Code, tables and wrapped prose: few titles begin or end so, or in lower case.
_NO_START, _NO_END = frozenset("-*#>|/\"'.<{}("), frozenset(".;{}=<>|,:\\")
_RESEARCH = re.compile(
    r"\b(?:we|our|paper|study|methods?|approach|results?|nous|notre|article|étude|méthodes?|approche|résultats?)\b",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Draft:
    """The lines of one paper."""

    title: Line
    authors: list[Line] = field(default_factory=list)
    abstract: Line | None = None


def read_page(source: Source) -> Iterator[Paper | Rejected]:
    """Read the papers of a publications page saved as text.

    Raises:
        SourceError: Nothing on the page looks like a paper.
    """
    texts = enumerate(source.text().split("\n"), start=1)
    return read_lines([Line(number, " ".join(text.split())) for number, text in texts], source.name)


def read_lines(lines: Sequence[Line], name: str) -> Iterator[Paper | Rejected]:
    """Read the papers in the visible lines of a page.

    Args:
        lines: In the page's order. Blank lines matter at its top alone, where one sets off the heading.
        name: What the file is called.

    Raises:
        SourceError: Nothing on the page looks like a paper.
    """
    drafts = _drafts(content(lines))
    if not _believable(drafts):
        raise SourceError(
            "holds no paper: no titles with their authors, one a line, or an abstract below.",
            where=name,
            hint="Save the list of publications itself as text or HTML, or export it as BibTeX.",
        )
    return _papers(drafts, name)


def _drafts(lines: Sequence[Line]) -> list[_Draft]:
    drafts: list[_Draft] = []
    for line, role in zip(lines, label([line.text for line in lines]), strict=True):
        match role:
            case "title":
                drafts.append(_Draft(line))
            case "author":
                drafts[-1].authors.append(line)
            case "abstract":
                drafts[-1].abstract = line
    return drafts


def _papers(drafts: Iterable[_Draft], name: str) -> Iterator[Paper | Rejected]:
    """Turn drafts into papers with ids of their own; what cannot be one, or repeats one, is rejected."""
    places: dict[tuple[str, tuple[str, ...], str], str] = {}
    taken: Counter[str] = Counter()
    for draft in drafts:
        where, line = f"{name}:{draft.title.number}", draft.title.text
        if prose_score(line) > _PROSE:
            yield Rejected(where, _NO_TITLE.format(len(line)))
            continue
        title = clean_text(line)
        authors = _authors(draft.authors)
        text, truncated = whole(draft.abstract.text) if draft.abstract else ("", False)
        abstract = clean_text(text)
        if (title, authors, abstract) in places:
            first = places[title, authors, abstract]
            yield Rejected(where, f"repeats the paper at {first}, word for word. Delete one of the two.")
            continue
        places[title, authors, abstract] = where
        base = make_id(title, authors)
        taken[base] += 1
        yield Paper(
            id=base if taken[base] == 1 else f"{base}-{taken[base]}",
            title=title,
            abstract=abstract,
            authors=authors,
            source=where,
            truncated=truncated,
            original=Original(line, draft.abstract.text if draft.abstract else ""),
        )


def _authors(lines: Iterable[Line]) -> tuple[str, ...]:
    names = (clean_name(name) for line in lines for name in split_names(line.text))
    return tuple(name for name in names if fold(name) not in ("", "et al"))


def _believable(drafts: Sequence[_Draft]) -> bool:
    """Whether these are papers, rather than prose, code or a list that was forced into their form.

    On real pages nearly all drafts are sound and hardly any is odd; elsewhere it is the other way round. Half
    of them must be sound, or one less, for the sake of short pages.
    """
    sound = sum(map(_is_sound, drafts))
    odd = sum(map(_is_odd, drafts))
    return sound > 0 and 2 * (sound + 1) > len(drafts) >= 3 * odd


def _is_sound(draft: _Draft) -> bool:
    text = draft.abstract.text if draft.abstract else ""
    described = has_control(text) or _RESEARCH.search(text) is not None
    signed = any(_is_full_name(author.text) for author in draft.authors)
    short = len(draft.title.text.split()) < 3 and draft.title.text.isascii()
    return (described and signed) if short else (described or signed)


def _is_odd(draft: _Draft) -> bool:
    text = draft.title.text
    return text[0] in _NO_START or text[-1] in _NO_END or text[0].islower() or prose_score(text) > _PROSE


def _is_full_name(text: str) -> bool:
    tokens = text.split()
    several = len(tokens) > 1 or not text.isascii()
    lower = tokens[0][0].islower() or tokens[-1][0].islower()
    return several and not lower and not any(map(str.isdigit, text))
