"""Papers as RIS.

The tags are those of the RIS specification of 2011, as Zotero, EndNote and JabRef read them: T2 is the venue,
whatever the type.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from semsearch.paper import Paper
from semsearch.serve.citation.fields import line
from semsearch.serve.citation.kinds import Kind, kind_of
from semsearch.serve.citation.names import Name, names_of

_TYPES: dict[Kind, str] = {"article": "JOUR", "conference": "CONF", "preprint": "UNPB", "other": "GEN"}


def write_ris(papers: Sequence[Paper]) -> str:
    """One record a paper, a field a line."""
    return "\n".join("".join(f"{tag}  - {value}\n" for tag, value in _fields(paper)) for paper in papers)


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    yield "TY", _TYPES[kind_of(paper)]
    values = [("ID", paper.id), ("TI", paper.title)]
    values += [("AU", _family_first(name)) for name in names_of(paper)]
    values += [
        ("PY", str(paper.year or "")),
        ("T2", paper.venue or ""),
        ("DO", paper.doi or ""),
        ("UR", paper.url or ""),
        ("LA", paper.language or ""),
    ]
    values += [("KW", word) for word in paper.keywords]
    values.append(("U1", "; ".join(paper.identifiers)))
    if paper.language not in (None, "en"):
        values += [("TT", each.title) for each in paper.translations if each.language == "en"]
    values.append(("AB", paper.abstract))
    for tag, value in values:
        if value := line(value):
            yield tag, value
    yield "ER", ""


def _family_first(name: Name) -> str:
    family = f"{name.particle} {name.family}".strip()
    return ", ".join(part for part in (family, name.given, name.suffix) if part)
