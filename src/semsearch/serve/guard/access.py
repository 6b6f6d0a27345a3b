"""Who may ask, as one record."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from semsearch.serve.guard.rates import Rate


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask, as the command line says it. By default everybody who reaches the service.

    Attributes:
        keys: File of API keys; None where nobody needs one.
        rate: Of each key, or else of each address; None for as often as anybody likes.
        proxies: Addresses and networks whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed.
        origins: Of the sites whose pages may read answers, such as ``https://example.org``; ``*`` for all.
        hosts: Names by which the service is asked, beside those of this machine; ``*`` for any.
    """

    keys: Path | None = None
    rate: Rate | None = None
    proxies: tuple[str, ...] = ("127.0.0.1", "::1")
    origins: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


EVERYBODY = Access()
