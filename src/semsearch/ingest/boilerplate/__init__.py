"""What an abstract is not about: the word "Abstract" before it, and the notices of publishers around it.

Each is cut only where it cannot be anything else. What is said of data, code and their licences is content.
"""

from __future__ import annotations

import re

from semsearch.ingest.boilerplate.headings import without_heading
from semsearch.ingest.boilerplate.notices import without_notices

_NONE = re.compile(
    r"[\[(<]?(?:no abstract(?: is)? (?:available|provided)|abstract (?:not |un)available|n/?a|none|null"
    r"|(?:publisher: )?abstract available from the publisher)[\])>]?\.?",
    re.IGNORECASE,
)


def says_nothing(abstract: str) -> bool:
    """Whether all that an abstract says is that there is none."""
    return _NONE.fullmatch(abstract) is not None


def without_boilerplate(abstract: str) -> str:
    """An abstract without what is not its text; empty where all it says is that there is none.

    Args:
        abstract: One line of clean text.
    """
    text = abstract
    while text:
        before, text = text, without_notices(without_heading(text))
        if text == before:
            return "" if says_nothing(text) else text
    return ""
