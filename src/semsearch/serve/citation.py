"""A paper as a citation: JSON, BibTeX, RIS, CSL-JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from semsearch.ingest.jsonl import to_json
from semsearch.paper import Paper

# What LaTeX would read as a command. Accents stay as they are: every BibTeX of this century reads UTF-8.
_ESCAPED = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_{}"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}
)


def as_json(paper: Paper) -> str:
    """The record as ``convert`` writes it."""
    return json.dumps(to_json(paper), ensure_ascii=False, indent=2)


def bibtex(paper: Paper) -> str:
    """A BibTeX entry."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field

    values = {
        "title": f"{{{_latex(paper.title)}}}",  # in braces of its own, so that no style changes its capitals
        "author": " and ".join(_latex(name) for name in paper.authors),
        "year": str(paper.year or ""),
        "journal": _latex(paper.venue or ""),
        "doi": paper.doi or "",
        "url": paper.url or "",
        "keywords": ", ".join(_latex(word) for word in paper.keywords),
        "abstract": _latex(paper.abstract),
    }
    fields = [Field(name, value) for name, value in values.items() if value]
    kind = "article" if paper.venue else "misc"
    key = "".join(c for c in paper.id if c.isalnum() or c in "-:._/+") or "paper"
    return str(write_string(Library([Entry(kind, key, fields)])))


def ris(paper: Paper) -> str:
    """An RIS record."""
    import rispy

    record: dict[str, Any] = {
        "type_of_reference": "JOUR" if paper.venue else "GEN",
        "id": paper.id,
        "title": paper.title,
        "authors": [_family_first(name) for name in paper.authors],
        "year": None if paper.year is None else str(paper.year),
        "journal_name": paper.venue,
        "doi": paper.doi,
        "urls": [paper.url] if paper.url else None,
        "language": paper.language,
        "keywords": list(paper.keywords),
        "abstract": paper.abstract,
    }
    return str(rispy.dumps([{name: value for name, value in record.items() if value}]))


def csl(paper: Paper) -> str:
    """A CSL-JSON item, as citation processors read it."""
    record: dict[str, Any] = {
        "id": paper.id,
        "type": "article-journal" if paper.venue else "article",
        "title": paper.title,
        "author": [_csl_name(name) for name in paper.authors],
        "issued": {"date-parts": [[paper.year]]} if paper.year else None,
        "container-title": paper.venue,
        "DOI": paper.doi,
        "URL": paper.url,
        "language": paper.language,
        "keyword": ", ".join(paper.keywords),
        "abstract": paper.abstract,
    }
    return json.dumps(
        [{name: value for name, value in record.items() if value}], ensure_ascii=False, indent=2
    )


@dataclass(frozen=True, slots=True)
class Format:
    """A form of citation.

    Attributes:
        one: A paper to its text.
        media_type: As HTTP names it.
        suffix: What the name of such a file ends in, with its dot.
    """

    one: Callable[[Paper], str]
    media_type: str
    suffix: str

    def __call__(self, paper: Paper) -> str:
        """One paper."""
        return self.one(paper)

    def write(self, papers: Sequence[Paper]) -> str:
        """Several papers, in their order."""
        texts = [self.one(paper) for paper in papers]
        if not self.media_type.endswith("json"):
            return "\n".join(texts)
        found = [json.loads(text) for text in texts]
        items = [item for each in found for item in (each if isinstance(each, list) else [each])]
        return json.dumps(items, ensure_ascii=False, indent=2)


FORMATS: Mapping[str, Format] = {
    "json": Format(as_json, "application/json", ".json"),
    "bibtex": Format(bibtex, "application/x-bibtex; charset=utf-8", ".bib"),
    "ris": Format(ris, "application/x-research-info-systems; charset=utf-8", ".ris"),
    "csl": Format(csl, "application/vnd.citationstyles.csl+json", ".csl.json"),
}


def _latex(text: str) -> str:
    return text.translate(_ESCAPED)


def _split(name: str) -> tuple[str, str]:
    """Given and family name: the family begins at a particle ("van den Heuvel") or is the last word."""
    words = name.split()
    particle = next((i for i, word in enumerate(words[1:-1], 1) if word.islower()), len(words) - 1)
    return " ".join(words[:particle]), " ".join(words[particle:])


def _family_first(name: str) -> str:
    given, family = _split(name)
    return f"{family}, {given}" if given else family


def _csl_name(name: str) -> dict[str, str]:
    given, family = _split(name)
    return {"family": family, "given": given} if given else {"literal": family}
