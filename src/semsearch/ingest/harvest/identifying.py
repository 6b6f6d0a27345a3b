"""Identifiers of institutions and people, as people write them."""

from __future__ import annotations

import re

_ROR = re.compile(r"(?:(?:https?://)?ror\.org/|ror:)?(0[a-z0-9]{6}[0-9]{2})/?", re.IGNORECASE)
_ORCID = re.compile(r"(?:(?:https?://)?orcid\.org/|orcid:)?((?:[0-9]{4}-){3}[0-9]{3}[0-9X])/?", re.IGNORECASE)


def ror(name: str) -> str | None:
    """The ROR of an institution, https://ror.org, without the address; None where it is none."""
    return found[1].lower() if (found := _ROR.fullmatch(name.strip())) else None


def orcid(name: str) -> str | None:
    """The ORCID of a person, https://orcid.org, without the address; None where it is none."""
    return found[1].upper() if (found := _ORCID.fullmatch(name.strip())) else None
