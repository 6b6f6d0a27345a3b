"""Text as sources write it, to one line of readable Unicode; names, years, DOIs and languages alike."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

from semsearch.ingest.boilerplate import says_nothing
from semsearch.ingest.latex import from_latex, script
from semsearch.ingest.mathml import formulas_written_out

# ftfy is thorough, and slow on anything but ASCII. It is asked only where something it mends can be: an
# entity, a control character, a ligature, a lone surrogate, or the two neighbours outside ASCII (or Â, Ã and
# a space) that every multi-byte character decoded wrongly leaves behind.
_SUSPECT = re.compile(r"&[#\w]{1,24};|[\x80-\x9f\ud800-\udfffﬀ-ﬆ]|[^\x00-\x7f]{2}|[ÂÃâ] ")
_ESCAPED_AGAIN = re.compile(r"&(?:amp;)+(?=#?\w{1,24};)")

# Inline markup with nothing but attributes in it: "p <b and c> d" is no tag, nor is "<think>".
_TAG = re.compile(
    r"</?(?P<name>(?:jats|mml):[\w-]+|a|abbr|alternatives|b|bold|br|code|dfn|disp-formula|div|em|font|h[1-6]|i"
    r"|inline-formula|italic|li|mark|ol|p|scp?|sec|small|span|strong|sub|sup|title|tt|u|ul)"
    r"(?:\s+[\w:-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+))*+\s*/?>",
    re.IGNORECASE,
)
_BLOCKS = re.compile(r"(?:jats:)?(?:br|div|h[1-6]|li|ol|p|sec|title|ul)", re.IGNORECASE)
_SCRIPT_TAGS = re.compile(r"<(?:jats:)?(sup|sub)>\s*([+−-]?[0-9]+)\s*</(?:jats:)?\1>", re.IGNORECASE)

# Never seen and never meant: controls, zero-width marks, direction overrides, tag characters. The joiners
# stay in the scripts that spell with them, and between emoji.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]|(?<![\u0600-\U0010ffff])[\u200c\u200d]+"
)
# What may be marks above and below one letter. To put them into their order takes time that grows with the
# square of their number, and text that is exchanged has no more than thirty (UAX #15, section 13).
_MARKS = re.compile(r"[^\w\s\x00-\xff]{31,}")
_MOST_MARKS = 30
# Each pass takes one layer off ("&lt;b&gt;" is a tag once it is unescaped); real text has one or two. What
# still changes after twenty is no text, and loses all that markup begins with.
_MOST_PASSES = 20
_MARKUP = re.compile(r"[\\$&<>{}`]")

# ASCII in which no markup, quotation mark or dash can be, and no space too many: seven texts in ten.
_PLAIN = re.compile(r"[!-#%'-,./-;=?-\[\]^_a-z|]+(?:(?: (?:- ?)?|- ?)[!-#%'-,./-;=?-\[\]^_a-z|]+)*+")

_UNFOLDED = str.maketrans(
    {"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ø": "o", "Ø": "o", "ł": "l", "Ł": "l"}
    | {"đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ħ": "h", "Ħ": "h", "ı": "i"}
)
_SEPARATORS = re.compile(r"[\W_]+")
# ASCII is folded by a table: four times as fast as by an expression, and most text is ASCII.
_SPACED = "".join(chr(i).lower() if chr(i).isalnum() else " " for i in range(128))
_WORD = re.compile(r"[^\W_]+")
_OUTSIDE_ASCII = re.compile(r"[^\x00-\x7f]+")
_SOLID = re.compile(r"\S+")

NAME_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|2nd|3rd|4th|ph\.?\s?d|m\.?d)\.?", re.IGNORECASE)
_CORPORATE = re.compile(r"\b(?:of|for|and|the|inc|ltd|university|institute|department)\b|&", re.IGNORECASE)
_BRACKETED = re.compile(r"\[([^\[\]]+)\]\.?")
_YEAR = re.compile(r"(?<![0-9])[12][0-9]{3}(?![0-9])")
_NUMBER = re.compile(r"0*([0-9]+)")
_PAGE = re.compile(r"(?<![a-z])([a-z]{0,2})\.?\s?0*([0-9]+)", re.IGNORECASE)
_DOI = re.compile(r"\b10\.[0-9]{4,9}(?:\.[0-9]{1,9}){0,4}/\S+")
_LANGUAGES: Final = {
    name: code
    for code, names in {
        "ar": "ara arabic",
        "bg": "bul bulgarian",
        "ca": "cat catalan català",
        "cs": "ces cze czech",
        "da": "dan danish",
        "de": "deu ger german deutsch ngerman",
        "el": "ell gre greek",
        "en": "eng english american british usenglish ukenglish",
        "es": "spa spanish español espanol castellano",
        "eu": "eus baq basque",
        "fa": "fas per persian farsi",
        "fi": "fin finnish",
        "fr": "fra fre french français francais",
        "he": "heb hebrew",
        "hr": "hrv croatian scr",
        "hu": "hun hungarian",
        "id": "ind indonesian",
        "it": "ita italian italiano",
        "ja": "jpn japanese",
        "ko": "kor korean",
        "lt": "lit lithuanian",
        "nl": "nld dut dutch nederlands",
        "no": "nor norwegian nob",
        "pl": "pol polish polski",
        "pt": "por portuguese português portugues brazilian",
        "ro": "ron rum romanian",
        "ru": "rus russian",
        "sk": "slk slo slovak",
        "sl": "slv slovenian slovene",
        "sr": "srp serbian scc",
        "sv": "swe swedish",
        "tr": "tur turkish",
        "uk": "ukr ukrainian",
        "vi": "vie vietnamese",
        "zh": "zho chi chinese",
    }.items()
    for name in names.split()
}
LANGUAGE_CODES: Final = tuple(sorted(set(_LANGUAGES.values())))


def clean_text(raw: str) -> str:
    """One line of readable Unicode: no mojibake, markup, LaTeX or invisible characters.

    Accents and case are kept. Cleaning clean text changes nothing.
    """
    if _PLAIN.fullmatch(raw):
        return raw
    text, steady = _cleaned(raw)
    return text if steady else _cleaned(_MARKUP.sub(" ", text))[0]


def _cleaned(text: str) -> tuple[str, bool]:
    """The text after some passes, and whether another would change nothing."""
    for _ in range(_MOST_PASSES):
        before, text = text, _one_pass(text)
        if text == before:
            return text, True
    return text, False


def clean_tex(raw: str) -> str:
    """The same for a value that is TeX throughout, as BibTeX is: braces only group, ``~`` is a space."""
    return clean_text(from_latex(raw, tex=True))


def clean_title(raw: str) -> str:
    """The same for a title; without the brackets that PubMed puts around one that it translated."""
    title = clean_text(raw)
    translated = _BRACKETED.fullmatch(title)
    return translated[1].strip() if translated else title


def clean_abstract(raw: str) -> str:
    """The same for an abstract; nothing where it only says that there is none."""
    abstract = clean_text(raw)
    return "" if says_nothing(abstract) else abstract


@lru_cache(maxsize=1 << 14)  # of the same people there are several papers
def clean_name(raw: str) -> str:
    """A person's name in natural order: ``Bengio, Yoshua`` is ``Yoshua Bengio``."""
    name = clean_text(raw)
    parts = [part.strip() for part in name.split(",") if part.strip()]
    suffixes = [part for part in parts if NAME_SUFFIX.fullmatch(part)]
    if len(parts) == 2 and " " not in parts[0]:
        suffixes = []  # the JR of "Mickelson, JR" are initials
    rest = [part for part in parts if part not in suffixes]
    if len(rest) == 1 or len(rest) > 2 or (len(rest) == 2 and _CORPORATE.search(name)):
        return name
    return clean_text(" ".join((*reversed(rest), *suffixes)))


def clean_year(raw: object) -> int | None:
    """The year in ``2017``, ``"2017-06"``, ``"June 2017"`` or ``2017.0``; None in ``"in press"``."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        return None
    if isinstance(raw, int):
        return raw if 1000 <= raw <= 2999 else None
    year = _YEAR.search(raw)
    return int(year[0]) if year else None


def clean_doi(raw: str) -> str | None:
    """The bare DOI in a DOI, a ``doi:`` or an address; None where there is none."""
    doi = _DOI.search(raw)
    if doi is None:
        return None
    bare = re.split(r"[?#]", doi[0])[0] if "://" in raw else doi[0]
    return bare.rstrip(".,;\"'")


@lru_cache(maxsize=1 << 10)
def clean_language(raw: str) -> str | None:
    """The ISO 639-1 code of a language, where it is clear: ``en``, ``en-GB``, ``eng``, ``English``."""
    language = re.split(r"[-_,;\s]", raw.strip().casefold(), maxsplit=1)[0]
    if re.fullmatch(r"[a-z]{2}", language):
        return language
    return _LANGUAGES.get(language)


def clean_printed(volume: str, pages: str) -> str:
    """Volume and first page as `Paper.printed` has them; empty unless both are numbers of a kind.

    ``57 Suppl 1``, ``S104-S110`` is ``57:s104``; ``012``, ``351,366`` is ``12:351``.
    """
    number, page = _NUMBER.search(volume), _PAGE.search(pages)
    if not (number and page):
        return ""
    letters = page[1].casefold()
    return f"{number[1]}:{'' if letters in ('p', 'pp') else letters}{page[2]}"


def clean_keywords(raw: str) -> tuple[str, ...]:
    """The keywords of a list written with semicolons or, without any, with commas."""
    keywords = (clean_text(keyword) for keyword in raw.split(";" if ";" in raw else ","))
    return tuple(keyword for keyword in keywords if keyword)


def fold(text: str) -> str:
    """The text as it is matched: no accents, no case, and one space for anything but letters and digits."""
    return " ".join(folded(text))


def folded(text: str) -> list[str]:
    """The words of ``fold(text)``."""
    if not text.isascii():
        text = _OUTSIDE_ASCII.sub(lambda run: _fold_run(run[0]), text)
        if not text.isascii():
            return _SEPARATORS.sub(" ", text.casefold()).split()
    return text.translate(_SPACED).split()


@lru_cache(maxsize=10_000)
def _fold_run(run: str) -> str:
    """The same for characters outside ASCII; a text has few that differ, and each folds alone."""
    letters = unicodedata.normalize("NFKD", run.casefold().translate(_UNFOLDED))
    kept = "".join(c for c in letters if not unicodedata.category(c).startswith("M"))
    return _SEPARATORS.sub(" ", kept.casefold().translate(_UNFOLDED))


def folded_words(text: str) -> list[tuple[str, int, int]]:
    """The words of ``fold(text)``, each with the character offsets in ``text`` where it is written.

    Folding takes one character at a time, so that of each folded letter it is known which character it came
    from. Combining marks belong to the letter before them; a character that folds to two words ("½") is both.
    """
    if text.isascii():
        return _ascii_words(text, 0)
    words: list[tuple[str, int, int]] = []
    for solid in _SOLID.finditer(text):
        piece, start = solid[0], solid.start()
        if piece.isascii():
            words.extend(_ascii_words(piece, start))
            continue
        parts = [_fold_one(c) for c in piece]
        origin = [i for i, part in enumerate(parts) for _ in part]
        for m in _WORD.finditer("".join(parts)):
            end = origin[m.end() - 1] + 1
            while end < len(piece) and not parts[end]:
                end += 1
            words.append((m[0], start + origin[m.start()], start + end))
    return words


def _ascii_words(text: str, offset: int) -> list[tuple[str, int, int]]:
    spaced, words, end = text.translate(_SPACED), list[tuple[str, int, int]](), 0
    for word in spaced.split():
        start = spaced.index(word, end)
        end = start + len(word)
        words.append((word, offset + start, offset + end))
    return words


@cache
def _fold_one(character: str) -> str:
    """What a character folds to inside a word: letters, a space for a separator, nothing for a mark."""
    return fold(f"x{character}x")[1:-1]


def _one_pass(text: str) -> str:
    """Take one layer of encoding off."""
    if not text.isascii():
        text = _MARKS.sub(_fewer_marks, text)
    if "math" in text and "<" in text:
        text = formulas_written_out(text)
    if "&" in text:
        text = _ESCAPED_AGAIN.sub("&", text)
    if ("&" in text or not text.isascii()) and _SUSPECT.search(text):
        text = _mended(text)
    if "<" in text:
        text = _SCRIPT_TAGS.sub(lambda tag: script(tag[2], raised=tag[1].lower() == "sup"), text)
        text = _TAG.sub(_instead_of_tag, text)
    text = from_latex(text)
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
    return " ".join((text if text.isascii() else unicodedata.normalize("NFC", text)).split())


def _fewer_marks(run: re.Match[str]) -> str:
    kept, marks = list[str](), 0
    for c in run[0]:
        marks = marks + 1 if unicodedata.combining(c) else 0
        if marks <= _MOST_MARKS:
            kept.append(c)
    return "".join(kept)


def _mended(text: str) -> str:
    import ftfy

    return ftfy.fix_text(
        text, unescape_html=True, uncurl_quotes=False, fix_character_width=False, explain=False
    )


def _instead_of_tag(tag: re.Match[str]) -> str:
    """A space where the tag broke the line, nothing where it only changed the type."""
    return " " if _BLOCKS.fullmatch(tag["name"]) else ""
