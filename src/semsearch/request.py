"""What a service is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date

_LONGEST_NAME = 80  # characters of a file's name
_UNFIT = re.compile(r"https?://|[^\w.]+")


@dataclass(frozen=True, slots=True)
class Request:
    """What a service is asked for; papers must answer to all that is given.

    Which of the fields a service can be asked by, and in what words, `docs/harvest.md` says.

    Attributes:
        service: ``openalex``, ``arxiv``, ``hal``, ``crossref`` or ``semantic-scholar``.
        query: Words, or a question in the service's own language.
        institution: Its name, or what identifies it: a ROR, HAL's ``collection:CODE``.
        author: A name, or what identifies the person: an ORCID, a number of the service.
        category: A field of research, as the service calls it.
        since: The first day of publication.
        until: The last one.
    """

    service: str
    query: str | None = None
    institution: str | None = None
    author: str | None = None
    category: str | None = None
    since: date | None = None
    until: date | None = None

    def given(self) -> dict[str, str]:
        """The fields that say something, but for the service, as text."""
        values = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "service"}
        return {name: text for name, value in values.items() if value and (text := str(value).strip())}

    def __str__(self) -> str:
        """Such as ``hal, institution LORIA, since 2024-01-01``."""
        return ", ".join([self.service, *(f"{name} {text}" for name, text in self.given().items())])


def file_name(request: Request) -> str:
    """A name for the file of a request: ``hal-LORIA-2024-01-01.jsonl``."""
    values = (_UNFIT.sub("-", text).strip("-.") for text in request.given().values())
    return "-".join([request.service, *filter(None, values)])[:_LONGEST_NAME].rstrip("-.") + ".jsonl"
