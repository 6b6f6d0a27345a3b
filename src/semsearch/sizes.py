"""Amounts of memory as people write them: 500MB, 2 GB, 1.5GiB."""

from __future__ import annotations

import re

_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_UNITS |= {"kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
_SIZE = re.compile(r"(\d+(?:[.,]\d+)?|\.\d+)\s*([a-z]*)")


def parse(text: str) -> int:
    """The bytes that a size stands for.

    Raises:
        ValueError: It is none.
    """
    found = _SIZE.fullmatch(text.strip().lower())
    if found is None or found[2] not in _UNITS:
        raise ValueError(f"{text!r} is no size: write it as 500MB or 2GB")
    return round(float(found[1].replace(",", ".")) * _UNITS[found[2]])
