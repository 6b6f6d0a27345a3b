"""Papers as BibTeX."""

from __future__ import annotations

from collections.abc import Sequence

from semsearch.paper import Paper

# What LaTeX would read as a command. Accents stay as they are: every BibTeX of this century reads UTF-8.
_ESCAPED = str.maketrans(
    {c: f"\\{c}" for c in "&%$#_{}"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"}
)


def write_bibtex(papers: Sequence[Paper]) -> str:
    """One entry a paper."""
    from bibtexparser.entrypoint import write_string
    from bibtexparser.library import Library
    from bibtexparser.model import Entry, Field

    entries = []
    for paper in papers:
        values = {
            # In braces of its own, so that no style changes its capitals.
            "title": f"{{{_latex(paper.title)}}}",
            "author": " and ".join(_latex(name) for name in paper.authors),
            "year": str(paper.year or ""),
            "journal": _latex(paper.venue or ""),
            "doi": paper.doi or "",
            "url": paper.url or "",
            "keywords": ", ".join(_latex(word) for word in paper.keywords),
            "abstract": _latex(paper.abstract),
        }
        fields = [Field(name, value) for name, value in values.items() if value]
        key = "".join(c for c in paper.id if c.isalnum() or c in "-:._/+") or "paper"
        entries.append(Entry("article" if paper.venue else "misc", key, fields))
    return str(write_string(Library(entries)))


def _latex(text: str) -> str:
    return text.translate(_ESCAPED)
