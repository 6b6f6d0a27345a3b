"""A paper in the meta tags that Google Scholar and Zotero's connector read.

The names are those of Highwire Press: https://scholar.google.com/intl/en/scholar/inclusion.html#indexing
"""

from __future__ import annotations

import re

from semsearch.paper import Paper

_CONFERENCE = re.compile(r"\b(?:proceedings|conference|symposium|workshop|actes)\b", re.IGNORECASE)


def tags(paper: Paper, address: str) -> list[tuple[str, str]]:
    """Name and content of each tag; ``address`` is that of the paper's page, with its host."""
    venue, url = paper.venue or "", paper.url or ""
    container = "citation_conference_title" if _CONFERENCE.search(venue) else "citation_journal_title"
    known = (
        ("citation_title", paper.title),
        *(("citation_author", author) for author in paper.authors),
        ("citation_publication_date", str(paper.year or "")),
        (container, venue),
        ("citation_doi", paper.doi or ""),
        ("citation_language", paper.language or ""),
        ("citation_keywords", "; ".join(paper.keywords)),
        ("citation_abstract", paper.abstract),
        ("citation_abstract_html_url", address),
        ("citation_pdf_url", url if url.lower().endswith(".pdf") else ""),
    )
    return [(name, content) for name, content in known if content]
