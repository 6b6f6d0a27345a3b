"""Addresses and accession numbers to what other services know a paper by."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from semsearch.ingest.clean import clean_doi

if TYPE_CHECKING:
    from collections.abc import Iterable

_ADDRESS = re.compile(r"(?:https?|ftp)://[^\s<>\"]+")
_ALONE = re.compile(r"(?:https?|ftp)://[^\s\"]+")  # old DOIs have < and > in them
# In an address the slash may be escaped, and other parameters follow.
_DOI_ADDRESS = re.compile(r"(?:doi\.org/|\bdoi[:=]\s*)(10\.\d{4,9}(?:/|%2f)[^\s&?#]+)", re.IGNORECASE)
_PUBMED = re.compile(r"\b(?:nlm|pubmed|medline)\b", re.IGNORECASE)
# The schemes are those of a paper's `identifiers`, the values in the form a question is searched by.
# Scheme, what every form of it holds, which is sooner seen, and the form.
_KNOWN = tuple(
    (scheme, mark, re.compile(pattern, re.IGNORECASE))
    for scheme, mark, pattern in (
        (
            "arxiv",
            "arxiv",
            r"(?:arxiv\.org/(?:abs|pdf)/|\barxiv[.:]\s?)(\d{4}\.\d{4,5}|[a-z-]+(?:\.[a-z]{2})?/\d{7})",
        ),
        (
            "pmid",
            "med",
            r"(?:pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/|europepmc\.org/\w+/med/)(\d+)",
        ),
        ("pmid", "m", r"\b(?:medline|pmid|pubmed):?\s?(\d{4,9})\b"),
        ("pmc", "pmc", r"\b(pmc\d{4,9})\b"),
        (
            "acl",
            "anthology",
            r"(?:aclanthology\.org|aclweb\.org/anthology)/(?:papers/)?([a-z0-9.]+-[a-z0-9_.]*\d)",
        ),
        ("openalex", "openalex", r"openalex\.org/(?:works/)?(w\d+)"),
        ("s2", "semanticscholar", r"semanticscholar\.org/paper/(?:[^/\s]+/)?([0-9a-f]{40})"),
        ("hal", "/", r"(?:hal\.science|archives-ouvertes\.fr|inria\.fr)/([a-z]+-\d{8})"),
        ("dblp", "dblp", r"dblp\.(?:org|uni-trier\.de)/rec/(?:html/)?([\w/-]+)"),
        ("wos", "wos:", r"\bwos:([a-z0-9]{15})\b"),
        ("zoorec", "zoorec:", r"\bzoorec:(\w+)"),
        ("scopus", "2-s2.0-", r"\b(2-s2\.0-\d+)"),
        ("lens", "lens.org", r"lens\.org/(?:lens/scholar/article/)?(\d{3}(?:-\d{3}){3}-\d{2}[\dx])"),
    )
)
_NAMED = re.compile(
    r"(?:acl|arxiv|corpusid|dblp|doi|hal|lens|mag|openalex|pmc|pmid|s2|scopus|wos|zoorec):\S+", re.IGNORECASE
)


def identifiers_in(texts: Iterable[str]) -> tuple[str, ...]:
    """What is named in addresses and accession numbers, such as ``pmid:29768149``, each once."""
    text = "\n\n".join(texts)
    lower = text.lower()
    found = (
        f"{scheme}:{value[1].casefold()}"
        for scheme, mark, pattern in _KNOWN
        if mark in lower
        for value in pattern.finditer(text)
    )
    return tuple(dict.fromkeys(found))


def named(texts: Iterable[str]) -> tuple[str, ...]:
    """What texts name as `Paper.identifiers` does, such as ``pmid:29768149; acl:2020.acl-main.1``."""
    words = (word.strip(",;") for text in texts for word in text.split())
    return tuple(dict.fromkeys(word for word in words if _NAMED.fullmatch(word)))


def pubmed(accession: str, provider: str) -> str:
    """The accession number of a record that comes from PubMed, as an identifier."""
    return f"pmid:{accession}" if accession.isdecimal() and _PUBMED.search(provider) else ""


def doi_in(dois: Iterable[str], links: Iterable[str]) -> str | None:
    """The DOI of the first text that has one, or of the first address that stands for one."""
    texts = (*dois, *(unquote(found[1]) for link in links if (found := _DOI_ADDRESS.search(link))))
    return next((doi for text in texts if (doi := clean_doi(text))), None)


def url_in(links: Iterable[str], doi: str | None) -> str | None:
    """The first web address there is, or that of the DOI."""
    found = (_ALONE.fullmatch(link) or _ADDRESS.search(link) for link in links)
    address = next((each[0] for each in found if each), None)
    return address or (f"https://doi.org/{doi}" if doi else None)
