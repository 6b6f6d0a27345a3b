"""A page's "show more" control, and the whole text it was spliced into."""

from __future__ import annotations

import re

_MORE = "(?:voir plus|voir la suite|lire la suite|afficher plus|(?:see|show|read) more)"
_LESS = "(?:voir moins|afficher moins|réduire|(?:see|show|read) less)"
_DOTS = r"(?:…|\.{3})"
# Every repeat is bounded: a line may be megabytes of dots or of blanks.
_SPLICED = re.compile(rf"{_DOTS} ?[(\[] ?(?:{_MORE}|{_LESS}) ?[)\]]", re.IGNORECASE)
_ALONE = re.compile(rf"{_DOTS}? ?[(\[]? ?(?:{_MORE}|{_LESS}) ?[)\]]?", re.IGNORECASE)
_END_BRACKETED = re.compile(rf" ?{_DOTS}? ?[(\[] ?(?:(?P<more>{_MORE})|{_LESS}) ?[)\]]$", re.IGNORECASE)
# Without brackets these are ordinary words, so only a finished sentence before them makes them a control.
_END_BARE = re.compile(rf"(?<=[.?!…]) (?:{_MORE}|{_LESS})$", re.IGNORECASE)

_LONGEST = 40


def has_control(line: str) -> bool:
    """Tell whether a control is spliced into the line, or ends it."""
    # Most lines have no dots, and looking for those is quick.
    spliced = ("…" in line or "..." in line) and _SPLICED.search(line)
    end = line[-_LONGEST:]
    return bool(spliced or _END_BRACKETED.search(end) or _END_BARE.search(end))


def is_control(line: str) -> bool:
    """Tell whether the line is a control and nothing else."""
    return len(line) < _LONGEST and bool(_ALONE.fullmatch(line))


def whole(abstract: str) -> tuple[str, bool]:
    """Take the control out of an abstract.

    Args:
        abstract: One line, white space normalised.

    Returns:
        The text as it was before the splice; and whether the page cuts it short, so that it ends in ``…``.
    """
    text, cut = abstract, False
    if end := _END_BARE.search(text, max(0, len(text) - _LONGEST)):
        text = text[: end.start()]
    if end := _END_BRACKETED.search(text, max(0, len(text) - _LONGEST)):
        text, cut = text[: end.start()], bool(end["more"])
    parts = _SPLICED.split(text)
    # Some pages keep the short form next to the full one, which begins with it.
    if len(parts) > 1 and len(parts[0]) > 40 and parts[1].lstrip().startswith(parts[0].rstrip()):
        del parts[0]
    text = "".join(parts).replace("  ", " ").strip()
    # Text that went on after a control was shown in full: three dots at its end are its author's own, but
    # hardly anybody types the one character that pages cut with.
    if cut or text.endswith("…") or (len(parts) == 1 and text.endswith("...")):
        return text.removesuffix("...").rstrip(" …") + "…", True
    return text, False
