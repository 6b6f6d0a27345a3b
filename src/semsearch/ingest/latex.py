r"""LaTeX markup in titles, names and abstracts, to the Unicode text it stands for.

Only spans that are certainly LaTeX (``{\'e}``, ``\emph{...}``, ``$\alpha$``, ``85\%``) go to pylatexenc, one
by one. Given a whole abstract it takes ``%`` for a comment and ``&`` for a table, drops what it does not
know, and is slow; given a span it is good, and what it cannot read stays as it was.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pylatexenc.latex2text import LatexNodes2Text

# Braces up to three deep. Possessive throughout: an unclosed brace costs one scan, not many.
_BRACED = r"\{(?:[^{}\\]|\\.|\{(?:[^{}\\]|\\.|\{(?:[^{}\\]|\\.)*+\})*+\})*+\}"

# Math is a formula in dollars, not the prose between two prices: it holds TeX, or is one token, or has no
# word of four letters.
_MATH = r"""
    (?<!\\)\$\$? (?! \d [^$]* \s\$) (?=[^$]{0,300}[\\^_]) (?:[^$\\]|\\.){1,500}+ \$\$?
  | (?<!\\)\$ (?: [-+=<>~] \$ | [^\s$\\]{1,60}+ (?<![/:,;]) \$ (?!\d))
  | (?<!\\)\$ (?=\S) (?:(?![A-Za-z]{4})[^$\\]){1,80}+ (?<=\S) \$ (?!\d)
  | \\\( (?:[^\\]|\\[^()]){1,500}+ \\\)
  | \\\[ (?:[^\\]|\\[^\[\]]){1,500}+ \\\]
"""
_LATEX = rf"""
    {_MATH}
  | (?<!\\) (?=\{{\\[A-Za-z"'`^~=.]) {_BRACED}                            # {{\'e}}, {{\it so}}
  | \\["'`^~=.] (?: \s?\{{\s?\\?[A-Za-z]\s?\}} | \\[ij](?![A-Za-z]) | [AEIOUYCNSZaeioucnsyzlr] )
  | \\[cvuHkrdb] (?:\s?\{{\s?\\?[A-Za-z]\s?\}} | [ ][A-Za-z](?![A-Za-z]))  # \c{{c}}, \v s
  | \\(?:ss|ae|AE|oe|OE|aa|AA|o|O|l|L|i|j)(?![A-Za-z]) (?:\{{\}} | [ ](?=[a-z]))?
  | \\[A-Za-z]++ \*? (?: \[[^\[\]]*+\] | {_BRACED} )*+
  | \\[%&\#_${{}}] | \\[ ,;:!-] | \\[~^]\{{\}} | \\\\(?=\s|$)
"""
_IN_PROSE = re.compile(_LATEX, re.VERBOSE)
_IN_TEX = re.compile(_LATEX + r"| [{}~]", re.VERBOSE)
# He said \"open\": the quotes of another program, not two umlauts.
_ESCAPED_QUOTES = re.compile(r'\\"([^"\\]{0,300})\\"(?![A-Za-z{\\])')
_QUOTES = re.compile(r"``([^`]{1,300}?)''")
_DASHES = re.compile(r"(?<=\w)(--|---)(?=\w)|(?<= )(--|---)(?= )")

_SCRIPT = re.compile(r"([\^_])(?:\{([+−-]?[0-9]+)\}|([0-9]))")
_SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_SUBSCRIPTS = str.maketrans("0123456789+-−", "₀₁₂₃₄₅₆₇₈₉₊₋₋")
_DEGREE = re.compile(r"\^(?:\\circ(?![A-Za-z])|\{\s*\\circ\s*\})")
_ORDINAL = re.compile(r"\^\{?\s*(?:\\(?:text|mathrm|rm)\s*)?\{?(st|nd|rd|th)\}{0,2}(?![A-Za-z])")

_URL = re.compile(r"\\(?:url|path)\s*\{(.*)\}")
_LINK = re.compile(rf"\\href\s*({_BRACED})(?:\s*({_BRACED}))?")
_CHARACTER = re.compile(r"\\unicode\{x([0-9A-Fa-f]{2,5})\}")
_ENVIRONMENT = re.compile(rf"\\(?:begin|end)\s*{_BRACED}")
_MACRO = re.compile(r"\\([A-Za-z]+)")
_FUNCTION_BEFORE_MACRO = re.compile(r"(\\(?:log|ln|exp|sin|cos|max|min|arg))\s+(?=\\)")
_FORMULA = re.compile(r"(?<!\\)\$[^$]+\$|^\\[(\[].*", re.DOTALL)
_STYLED = re.compile(r"\\(?:emph|text(?:bf|it|sc|tt|sl|rm|sf)?)\{([^{}\\$%&#~]*)\}")
_MACRO_WITH_TEXT = re.compile(r"\\([A-Za-z]+)\*?(?=\s*\{)")
_MACRO_AT_GREEK = re.compile(r"(\\[A-Za-z]+)(?=[Ͱ-Ͽ])")  # \hatχ: pylatexenc reads one long name
_BARE_SPECIAL = re.compile(r"(?<!\\)([%&#])")

_DEEPEST = 8  # pylatexenc's time doubles with every accent inside an accent

_PLAIN_FONTS = "mathbf mathcal mathfrak mathscr mathsf mathtt mathit mathrm texttt"
_SWITCHES = (
    "em it bf tt rm sc sf sl cal left right big Big bigl bigr Bigl Bigr bigg Bigg displaystyle textstyle "
    "small large tiny footnotesize noindent protect xspace limits boldmath boldsymbol bm "
    "cite citep citet ref eqref label color footnotemark"
)
_MEANINGS = {
    "LaTeX": "LaTeX",
    "TeX": "TeX",
    "deg": "°",
    "degree": "°",
    "eg": "e.g.",
    "ie": "i.e.",
    "item": " ",
    "newline": " ",
    "sim": "~",
    "textasciicircum": "^",
    "textbar": "|",
    "|": "‖",
    "textgreater": ">",
    "textless": "<",
}


def from_latex(text: str, *, tex: bool = False) -> str:
    """Replace LaTeX markup by the text it stands for; anything else stays as it is.

    Args:
        text: Prose that may hold some LaTeX.
        tex: The text is TeX throughout, as a BibTeX value is: braces only group, ``~`` is a space.
    """
    if "\\" in text or "$" in text or (tex and ("{" in text or "}" in text or "~" in text)):
        text = _ESCAPED_QUOTES.sub(r'"\1"', text)
        text = (_IN_TEX if tex else _IN_PROSE).sub(lambda span: _convert(span[0]), text)
    if "``" in text:
        text = _QUOTES.sub(r"“\1”", text)
    if "--" in text:
        text = _DASHES.sub(lambda dash: "—" if "---" in dash[0] else "–", text)
    return text


def script(text: str, *, raised: bool) -> str:
    """Write a number as a superscript or a subscript; text that is no number stays as it is."""
    return (
        text.translate(_SUPERSCRIPTS if raised else _SUBSCRIPTS) if text.lstrip("+-−").isdecimal() else text
    )


@lru_cache(maxsize=8192)
def _convert(span: str) -> str:
    """The text of one span of LaTeX, or the span itself when it cannot be read."""
    if len(span) == 1:
        return " " if span == "~" else ""
    if span in ("\\~{}", "\\^{}"):
        return span[1]
    if span.startswith("\\vphantom"):
        return ""  # the partner of a brace that has none: programs write it because BibTeX counts braces
    if plain := _URL.fullmatch(span) or _STYLED.fullmatch(span):
        return plain[1].replace("\\", "")
    from pylatexenc.latexwalker import LatexWalkerError

    if max(accumulate(1 if c == "{" else -1 for c in span if c in "{}"), default=0) > _DEEPEST:
        return span
    converter, known = _converter()
    latex = _CHARACTER.sub(lambda code: chr(int(code[1], 16)), span)
    latex = _ENVIRONMENT.sub(" ", _LINK.sub(lambda link: link[2] or link[1], latex))
    latex = _MACRO_WITH_TEXT.sub(lambda macro: macro[0] if macro[1] in known else "", latex)
    latex = _FORMULA.sub(_prepare_formula, latex)
    latex = _BARE_SPECIAL.sub(r"\\\1", latex)
    try:
        text = str(converter.latex_to_text(latex, tolerant_parsing=False))
    except (LatexWalkerError, LookupError, ValueError, TypeError, AttributeError, RecursionError):
        return span
    return span if "%s" in text else text


def _prepare_formula(formula: re.Match[str]) -> str:
    """Write out by hand what pylatexenc flattens or drops: numbers as scripts, functions, unknown names."""
    known = _converter()[1]
    latex = _ORDINAL.sub(r"\1", _DEGREE.sub("°", formula[0]))
    latex = _SCRIPT.sub(lambda part: script(part[2] or part[3], raised=part[1] == "^"), latex)
    latex = _FUNCTION_BEFORE_MACRO.sub(r"\1\\ ", _MACRO_AT_GREEK.sub(r"\1 ", latex))
    return _MACRO.sub(lambda macro: macro[0] if macro[1] in known else macro[1], latex)


@lru_cache(maxsize=1)
def _converter() -> tuple[LatexNodes2Text, frozenset[str]]:
    """pylatexenc, set up for reading papers, and the names of the macros it then knows."""
    from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db

    # It warns of every macro that lacks an argument; such a span is kept raw instead.
    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)
    macros = [MacroTextSpec(name, simplify_repl="%s") for name in _PLAIN_FONTS.split()]
    macros += [MacroTextSpec(name, discard=True) for name in _SWITCHES.split()]
    macros += [MacroTextSpec(name, simplify_repl=text) for name, text in _MEANINGS.items()]
    context = get_default_latex_context_db()
    context.add_context_category("papers", prepend=True, macros=macros)
    context.set_unknown_macro_spec(MacroTextSpec("", simplify_repl=lambda node: node.latex_verbatim()))
    known = frozenset(spec.macroname for spec in context.iter_macro_specs())
    return LatexNodes2Text(latex_context=context), known
