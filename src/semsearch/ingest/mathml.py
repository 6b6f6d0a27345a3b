"""MathML to the line of Unicode that a reader would type: ``x²``, ``a/b``, ``√(x+1)``."""

from __future__ import annotations

import re
from html.entities import html5
from typing import Any, Final

from semsearch.ingest.latex import script

_BRACKETED = re.compile(r"\(.*\)|\[.*\]|\|.*\|", re.DOTALL)
_SIMPLE = re.compile(r"[^\W_]*[^\s+\-−=<>≤≥/·×^_,]?")
# Accents over one letter; over more they are left out, since they would stand over the last alone.
_ACCENTS: Final = {
    "¯": "\u0304",
    "‾": "\u0304",
    "^": "\u0302",
    "ˆ": "\u0302",
    "~": "\u0303",
    "˜": "\u0303",
    "∼": "\u0303",
    "˙": "\u0307",
    ".": "\u0307",
    "¨": "\u0308",
    "→": "\u20d7",
    "⃗": "\u20d7",
}
_SYMBOLS: Final = {"infinity": "∞", "pi": "π", "integers": "ℤ", "reals": "ℝ", "complexes": "ℂ", "in": "∈"}
_FUNCTIONS = re.compile("arg|cosh?|cot|deg|det|dim|exp|gcd|inf|lim|ln|log|max|min|sinh?|sup|tanh?")
_TAG = re.compile(r"<(?P<slash>/?)(?:[A-Za-z]+:)?(?P<name>math|tex-math)\b[^<>]*>")
# The five that XML knows stay; the others are those of HTML, which DBLP's document type and others list.
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]*;)")
_ESCAPED_TWICE = re.compile(r"\\(?=\\(?:[%&#_$]|[A-Za-z]{2,}\{))")
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_SILENT = ("annotation", "annotation-xml", "mphantom", "none", "mprescripts", "maligngroup", "malignmark")


def formulas_written_out(text: str) -> str:
    """A text whose MathML has become text, and whose ``tex-math`` is TeX in prose.

    Where JATS has a formula in both, one beside the other, the MathML counts.
    """
    pieces, done, begun, last = list[str](), 0, None, ""
    for tag in _TAG.finditer(text):
        name = tag["name"]
        if not tag["slash"]:
            begun = None if tag[0].endswith("/>") else tag
        elif begun and begun["name"] == name:
            between = text[done : begun.start()]
            twice = pieces and last != name and not between.strip()
            if twice and name == "math":
                pieces.pop()
            if not (twice and name == "tex-math"):
                whole, inner = text[begun.start() : tag.end()], text[begun.end() : tag.start()]
                pieces += between, _of_xml(whole) if name == "math" else as_formula(inner)
            done, begun, last = tag.end(), None, name
    return "".join((*pieces, text[done:]))


def as_formula(tex: str) -> str:
    r"""The content of a ``tex-math``, which may be a whole document, as prose has it: ``\(x\)``."""
    body = tex.rpartition(r"\begin{document}")[2].partition(r"\end{document}")[0]
    formula = body.strip().strip("$").strip()
    # Dollars would not do: two formulas that touch would make a third of their ends.
    return rf"\({_ESCAPED_TWICE.sub('', formula)}\)" if formula else ""


def without_entities(xml: str) -> str:
    """XML in which the entities of HTML, such as ``&eacute;``, have become characters."""
    return _ENTITY.sub(lambda entity: html5.get(entity[1], entity[0]), xml) if "&" in xml else xml


def _of_xml(formula: str) -> str:
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, remove_comments=True)
    element = etree.fromstring(without_entities(formula), parser)
    return "" if element is None else from_mathml(element)


def from_mathml(element: Any) -> str:
    """The text of a ``math`` element, or of any in it; names count, namespaces do not.

    Args:
        element: Of lxml.
    """
    name = local(element)
    parts = [from_mathml(child) for child in element if isinstance(child.tag, str)]
    match name, parts:
        case _, _ if name in _SILENT:
            return ""
        case "semantics", [shown, *_]:
            return shown
        case "mfrac", [above, below]:
            return f"{_one(above)}/{_one(below)}"
        case "msqrt", _:
            return f"√{_one(_joined(parts))}"
        case "mroot", [base, index]:
            return f"{script(index, raised=True)}√{_one(base)}"
        case "msup", [base, above]:
            return base + _above(above)
        case "msub", [base, below]:
            return base + _below(below)
        case (("msubsup" | "munderover"), [base, below, above]):
            return base + _below(below) + _above(above)
        case "munder", [base, below]:
            return base + _below(below)
        case "mover", [base, above]:
            if above in _ACCENTS:
                return base + _ACCENTS[above] if len(base) == 1 else base
            return base + _above(above)
        case "mmultiscripts", [base, *scripts]:
            # Below and above by turns; what stands before the base is lost in any line of text.
            return base + "".join((_above if n % 2 else _below)(part) for n, part in enumerate(scripts))
        case "mfenced", _:
            between = (element.get("separators", ",").strip() or "")[:1]
            return f"{element.get('open', '(')}{between.join(parts)}{element.get('close', ')')}"
        case "mtable", _:
            return "; ".join(filter(None, parts))
        case (("mtr" | "matrixrow"), _):
            return ", ".join(filter(None, parts))
        case "mspace", _:
            return " "
    own = " ".join((element.text or "").split()) if element.text else _SYMBOLS.get(name, "")
    tails = [" ".join((child.tail or "").split()) for child in element if isinstance(child.tag, str)]
    return _joined([own, *(each for pair in zip(parts, tails, strict=True) for each in pair)])


def local(element: Any) -> str:
    """The name of an element without its namespace or prefix."""
    return str(element.tag).rpartition("}")[2].rpartition(":")[2]


def _joined(parts: list[str]) -> str:
    """Parts side by side; a space keeps words apart that would run together."""
    text = ""
    for part in filter(None, parts):
        before, after = _LAST_WORD.search(text), _FIRST_WORD.match(part)
        if before and after and ((len(before[0]) > 1 < len(after[0])) or _FUNCTIONS.fullmatch(before[0])):
            text += " "
        text += part
    return text


def _one(text: str) -> str:
    """Text as one operand: in parentheses, if it is more than one letter, word or number."""
    return text if _SIMPLE.fullmatch(text) or _BRACKETED.fullmatch(text) else f"({text})"


def _above(text: str) -> str:
    return _script(text, "^", raised=True)


def _below(text: str) -> str:
    return _script(text, "_", raised=False)


def _script(text: str, mark: str, *, raised: bool) -> str:
    if not text:
        return ""
    if text in ("∘", "°") and raised:
        return "°"
    if set(text) <= set("′'∗*†"):
        return text
    number = script(text, raised=raised)
    return number if number != text else f"{mark}{_one(text)}"
