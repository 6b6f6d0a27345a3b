"""A publications page saved by a browser as HTML: to the lines its reader saw, and those to papers."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from lxml import etree

from semsearch.ingest.formats.page.furniture import Line
from semsearch.ingest.formats.page.lines import prose_score
from semsearch.ingest.formats.page.text import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semsearch.ingest.source import Source
    from semsearch.paper import Paper, Rejected

# The groups are atomic: a comment ends at its first end, or the many ways to part them would all be tried.
_PROLOGUE = r"\s*(?><\?xml\b[^>]*>\s*|<!--.*?-->\s*)*+"
_DOCUMENT = re.compile(_PROLOGUE + r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_PIECE = re.compile(
    _PROLOGUE + r"<(?:main|section|div|[uod]l|table|p|h[1-6])(?:\s[^<>]*)?>", re.IGNORECASE | re.DOTALL
)

# What runs on in its line; all else, the elements that a site invents among it, stands on lines of its own.
_PHRASE = re.compile(
    r"a|abbr|acronym|b|bd[io]|big|button|cite|code|data|del|dfn|em|font|i|img|ins|kbd|label|mark|math|q|s|samp"
    r"|small|span|strike|strong|su[bp]|time|tt|u|var|wbr"
    r"|semantics|m(?:i|n|o|row|su[bp]|subsup|frac|over|under|sqrt|text|style|space)"
)
_TITLE = re.compile(r"h[1-6]")
_UNSEEN = re.compile(
    r"annotation|aside|footer|head|i?frame|nav|noscript|object|script|select|style|svg|template|title"
)
_UNSEEN_ROLE = re.compile(r"(?:alert)?dialog|navigation|search")
_UNSEEN_NAME = re.compile(
    r"\b(?:breadcrumb|consent|cookie|screen-reader|skip-link|sr-only|visually-hidden)", re.IGNORECASE
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:[\s,;·•|&]|\band\b|\bet\b)*")

_BREAK, _GAP = "\n", "\n\n"


class _Frame(NamedTuple):
    """What an open element means for what is in it."""

    row: bool
    preformatted: bool
    unfolds: bool  # hidden, but prose: it is read once, however many hidden elements it is made of


def is_html(head: str) -> bool:
    """Whether a file that begins so is HTML: a document, or a piece of one."""
    return bool(_DOCUMENT.match(head) or _PIECE.match(head))


def read_html(source: Source) -> Iterator[Paper | Rejected]:
    """Read the papers of a publications page saved as HTML.

    Raises:
        SourceError: Nothing on the page looks like a paper.
    """
    return read_lines(visible_lines(source.text()), source.name)


def visible_lines(html: str) -> list[Line]:
    """The lines that a browser shows, each with the line of the file it comes from.

    A library that lays text out would not do: it indents and aligns lines, joins names that stand side by
    side, and leaves out what is hidden, which often is the rest of an abstract.
    """
    # Without huge_tree, one long text makes the parser drop the whole document in silence.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    root = etree.fromstring(html.encode(), parser)
    if root is None:
        return []
    mains = root.findall(".//main")
    lines: list[Line] = []
    parts: list[str] = []
    start = 0
    for text, number in chain(_pieces(mains[0] if len(mains) == 1 else root), [(_BREAK, 0)]):
        if text not in (_BREAK, _GAP):
            start = start if parts else number
            parts.append(text)
            continue
        if line := " ".join("".join(parts).split()):
            lines.append(Line(start, line))
            if text == _GAP:
                lines.append(Line(number, ""))
        parts.clear()
    return lines


def _pieces(root: Any) -> Iterator[tuple[str, int]]:
    """Walk the document: its texts and, between them, where lines break; each with its line in the file."""
    frames = [_Frame(row=False, preformatted=False, unfolds=False)]
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        number = element.sourceline or 0
        if event == "start":
            outer = frames[-1]
            hidden = not outer.unfolds and _is_hidden(element)
            preformatted = outer.preformatted or element.tag == "pre"
            frames.append(_Frame(_is_row(element), preformatted, outer.unfolds or hidden))
            if outer.row or not _PHRASE.fullmatch(element.tag):
                yield _BREAK, number
            if _is_unseen(element) or (hidden and not _is_prose(element)):
                walk.skip_subtree()
            else:
                yield from _texts(element.text, number, frames[-1])
        else:
            frames.pop()
            outer = frames[-1]
            if outer.row or not _PHRASE.fullmatch(element.tag):
                yield (_GAP if element.tag == "h1" else _BREAK), number
            if not outer.row and element is not root:
                yield from _texts(element.tail, number, outer)


def _texts(text: str | None, number: int, frame: _Frame) -> Iterator[tuple[str, int]]:
    """One text of the document as pieces; only where it is preformatted does it break lines itself."""
    if not text or not frame.preformatted:
        yield (text or "").replace("\n", " "), number
        return
    for place, line in enumerate(text.split("\n")):
        if place:
            yield _BREAK, number + place
        yield line, number + place


def _is_unseen(element: Any) -> bool:
    """Whether an element is no part of what there is to read."""
    name = f"{element.get('id', '')} {element.get('class', '')}"
    return bool(
        _UNSEEN.fullmatch(element.tag)
        or _UNSEEN_ROLE.fullmatch(element.get("role", ""))
        or _UNSEEN_NAME.search(name)
    )


def _is_hidden(element: Any) -> bool:
    """Whether a block is there and not shown; a hidden phrase is the rest of an abstract."""
    if _PHRASE.fullmatch(element.tag):
        return False
    return "hidden" in element.attrib or _HIDDEN.search(element.get("style", "")) is not None


def _is_prose(element: Any) -> bool:
    """Whether a hidden block is an abstract to unfold, and not a menu, or a dialogue that never opened."""
    return prose_score(" ".join("".join(element.itertext()).split())) > 0


def _is_row(element: Any) -> bool:
    """Whether all there is in an element are phrases of one kind side by side, as authors are."""
    if len(element) < 2 or _TITLE.fullmatch(element.tag):
        return False
    kinds = {(child.tag, child.get("class")) for child in element}
    between = (element.text, *(child.tail for child in element))
    return (
        len(kinds) == 1
        and _PHRASE.fullmatch(element[0].tag) is not None
        and all(_BETWEEN.fullmatch(text or "") for text in between)
    )
