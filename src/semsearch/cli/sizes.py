"""Amounts of memory as people write them: 500MB, 2 GB, 1.5GiB."""

from __future__ import annotations

import re

import click

_UNITS = {"": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}
_UNITS |= {"kib": 2**10, "mib": 2**20, "gib": 2**30, "tib": 2**40}
_SIZE = re.compile(r"(\d+(?:[.,]\d+)?|\.\d+)\s*([a-z]*)")


class Size(click.ParamType[int]):
    """A number of bytes."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read it.

        Raises:
            click.BadParameter: It is no size.
        """
        if isinstance(value, int):
            return value
        found = _SIZE.fullmatch(value.strip().lower())
        if found is None or found[2] not in _UNITS:
            self.fail(f"{value!r} is no size: write it as 500MB or 2GB.", param, ctx)
        return round(float(found[1].replace(",", ".")) * _UNITS[found[2]])
