"""The records of an XML file, each parsed alone as the file streams by.

A parser that is given a whole file gives up at the first damaged record or, told to go on, mixes the rest
into it. So the text is cut at the tags where records begin and end, and lxml is given one record at a time:
what is wrong with one stays with it, memory does not grow with the file, and there is no document type in
which a file could define entities or ask for others.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from semsearch.ingest.formats.record import UnusableError
from semsearch.ingest.mathml import as_formula, from_mathml, local, without_entities
from semsearch.ingest.source import MOST_LINE, undecoded, why_undecoded
from semsearch.paper import Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from semsearch.ingest.source import Source
    from semsearch.paper import Paper

Element = Any  # of lxml, which has no types

_LONGEST_TAG = 10_000
# Against the standard, frequent in exports, and never meant.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"
    "|&#(?:x0*(?:[0-8bcefBCEF]|1[0-9a-fA-F])|0*(?:[0-8]|1[124-9]|2[0-9]|3[01]));"
)
_LINE = re.compile(r" line [0-9]+")  # of the record, in what the parser says
_BLOCKS = ("p", "sec", "title", "br", "list-item", "AbstractText")
_MATH = ("math", "tex-math")


def papers(
    source: Source, names: tuple[str, ...], paper: Callable[[Element, str], Paper | None]
) -> Iterator[Paper | Rejected]:
    """Read every record of a file; one that cannot be read is a `Rejected` with its line.

    Args:
        source: The file.
        names: Of the elements that are passed on, as `elements` takes them.
        paper: Makes a paper of an element; it returns None for one that is no paper, and raises
            `UnusableError` for one that should be.
    """
    for where, element in elements(source, names):
        try:
            if isinstance(element, UnusableError):
                raise element
            made = paper(element, where)
            if made:
                yield made
        except UnusableError as why:
            yield Rejected(where, str(why))


def elements(
    source: Source, names: tuple[str, ...], around: tuple[str, ...] = ()
) -> Iterator[tuple[str, Element | UnusableError]]:
    """Every element of some names with its place, and with names that have lost their namespaces.

    Args:
        source: The file.
        names: Of the elements that are passed on whole; none of them may be in another.
        around: Of elements around these, of which only the first tag is read: they come without content.

    Yields:
        The place, such as ``2024.acl.xml:120``, and the element, or what is wrong with it.
    """
    for line, piece in _pieces(source.chunks(), names, around):
        where = f"{source.name}:{line}"
        yield where, piece if isinstance(piece, UnusableError) else _parsed(piece, line)


def text_of(element: Element | None) -> str:
    """The text of an element for `clean_text`: formulas as text, ``sup`` and ``sub`` kept, no other tag."""
    if element is None:
        return ""
    pieces = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            pieces.append(child.tail or "")
            continue
        name = local(child)
        if name in _MATH:
            pieces.append(from_mathml(child) if name == "math" else as_formula(child.text or ""))
        elif name in ("sup", "sub"):
            pieces.append(f"<{name}>{text_of(child).strip()}</{name}>")
        elif name in _BLOCKS:
            pieces.append(f" {text_of(child)} ")
        else:
            pieces.append(text_of(child))
        pieces.append(child.tail or "")
    return "".join(pieces)


def _pieces(
    chunks: Iterator[str], names: tuple[str, ...], around: tuple[str, ...]
) -> Iterator[tuple[int, str | UnusableError]]:
    """Cut a text into records, each with the line where it begins."""
    tags = _tags(names + around)
    text, at, line, counted = "", 0, 1, 0
    begun: tuple[int, str] | None = None  # where a record begins in the text, and its name
    ended = False
    while not ended:
        more = next(chunks, "")
        ended = not more
        kept = begun[0] if begun else at
        line += text.count("\n", counted, kept)
        text, at, counted = text[kept:] + more, at - kept, 0
        begun = (0, begun[1]) if begun else None
        while tag := tags.search(text, at):
            end = text.find(">", tag.end())
            if end < 0 and not ended and len(text) - tag.start() < _LONGEST_TAG:
                break  # cut off where the text at hand ends
            at = end + 1 if end >= 0 else len(text)
            name, closing, empty = tag["name"], tag["slash"], text[end - 1 : end] == "/"
            if begun and (name == begun[1] or not closing):
                line, counted = line + text.count("\n", counted, begun[0]), begun[0]
                if closing:
                    yield line, text[begun[0] : at]
                else:
                    yield line, UnusableError(_endless(begun[1], f"before the next <{name}> begins"))
                begun = None
            if not closing and (name in around or empty):
                line, counted = line + text.count("\n", counted, tag.start()), tag.start()
                opening = text[tag.start() : at]
                yield line, opening if empty else opening[:-1] + "/>"
            elif not closing:
                begun = tag.start(), name
        else:
            # The next tag may have begun in the last characters at hand.
            at = max(at, len(text) - 100)
        if begun and len(text) - begun[0] > MOST_LINE:
            line, counted = line + text.count("\n", counted, begun[0]), begun[0]
            yield line, UnusableError(_endless(begun[1], f"within {MOST_LINE:,} characters"))
            begun = None
    if begun:
        yield (
            line + text.count("\n", counted, begun[0]),
            UnusableError(_endless(begun[1], "before the file does")),
        )


@cache
def _tags(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"<(?P<slash>/?)(?:[A-Za-z][\w.-]*:)?(?P<name>{'|'.join(names)})(?=[\s/>])")


def _endless(name: str, when: str) -> str:
    return f"the <{name}> does not end {when}. Mend it, or export it again."


@cache
def _parser() -> Any:
    from lxml import etree

    # It goes on after errors because it is asked afterwards which they were: a prefix that was declared
    # before the record is none. Without "huge_tree", nesting of more than 256 is one.
    return etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )


def _parsed(text: str, line: int) -> Element | UnusableError:
    """One record that begins on a line, with the names of its elements alone."""
    from lxml import etree

    if wrong := undecoded(text):
        return UnusableError(why_undecoded(wrong))
    text = _CONTROL.sub("", without_entities(text))
    parser = _parser()
    element = etree.fromstring(text, parser)
    for error in parser.error_log:
        if error.domain_name != "NAMESPACE":
            what, where = _LINE.sub("", error.message), line + error.line - 1
            return UnusableError(f"not valid XML: {what} (line {where}). Mend it, or export it again.")
    if ":" in text:
        for each in element.iter():
            if isinstance(each.tag, str) and (":" in each.tag):
                each.tag = local(each)
    return element
