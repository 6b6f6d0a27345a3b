"""Amounts of memory as people write them: 500MB, 2 GB, 1.5GiB."""

from __future__ import annotations

import re

import click

_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_UNITS |= {"kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
_SIZE = re.compile(r"(\d+(?:[.,]\d+)?|\.\d+)\s*([a-z]*)")


def size(_context: click.Context | None, _option: click.Parameter | None, text: str | None) -> int | None:
    """The bytes that a value of an option stands for; for click, as a callback.

    Raises:
        click.BadParameter: It is no size.
    """
    if text is None:
        return None
    found = _SIZE.fullmatch(text.strip().lower())
    if found is None or found[2] not in _UNITS:
        raise click.BadParameter(f"{text!r} is no size: write it as 500MB or 2GB.")
    return round(float(found[1].replace(",", ".")) * _UNITS[found[2]])
