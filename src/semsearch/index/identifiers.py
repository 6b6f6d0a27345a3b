"""Identifiers of papers, in the forms people copy them: DOI, arXiv, ACL Anthology, PubMed, address.

A paper and a question that name the same thing in two ways have a key in common.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

from semsearch.paper import Paper, Version

_DOI = re.compile(r"(?<![\d.])10\.\d{4,9}(?:\.\d{1,9}){0,4}/[^\s\"“”«»]+")
_AFTER = ".,;:!?'’*_"
_PAIRS = {")": "(", "]": "[", "}": "{", ">": "<"}
# arXiv's own forms: YYMM.NNNNN since April 2007, archive/YYMMNNN before.
_ARXIV = re.compile(
    r"(?:(?<=arxiv)|(?<=arxiv\.)|(?<![\w.]))(\d{2}(?:0[1-9]|1[0-2])\.\d{4,5})(?:v\d+)?(?!\w)(?!\.\d)"
)
_OLD_ARXIV = re.compile(r"(?<![\w.-])([a-z]+(?:-[a-z]+)?)(?:\.[a-z]{2})?/(\d{7})(?:v\d+)?(?!\w)")
_ACL = re.compile(r"(?<![\w.-])(\d{4}\.[a-z\d_]+-[a-z\d_]+\.\d+|[a-z]\d{2}-\d{4,5})(?![\w-])")
_PUBMED = re.compile(
    r"(?:pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/|\bpmid\s*+(?::\s*+)?)(\d{1,9})(?!\w)"
)
_PMC = re.compile(r"(?<!\w)(pmc\d{4,9})(?!\w)")
_URL = re.compile(r"(?:https?://|(?<!\w)www\.)([^\s<>\"“”«»]+)")


def of_paper(paper: Paper) -> set[str]:
    """Every key of a paper: from its id, its DOI, its address, and those of its versions; and their ids."""
    records: tuple[Paper | Version, ...] = (paper, *paper.versions)
    texts = [text for each in records for text in (each.id, each.doi, each.url) if text]
    keys = {found for text in texts for found in identifiers(text)} | set(paper.identifiers)
    keys |= {of_version(each.id) for each in paper.versions}
    return keys | {f"pmid:{paper.id}"} if paper.id.isdecimal() else keys


def of_version(identifier: str) -> str:
    """The key of an id that a paper had before it was merged into another."""
    return f"id:{identifier}"


def identifiers(text: str) -> list[str]:
    """The keys of all identifiers in a text, the surest kind first."""
    text = text.casefold()
    rest, keys = text, list[str]()
    for match in (match for form in dict.fromkeys((text, unquote(text))) for match in _DOI.finditer(form)):
        keys += (f"doi:{_bare(doi)}" for doi in (match[0], re.split("[?#]", match[0])[0]))
        # A DOI may end like an arXiv id without being one; arXiv's and the ACL's own DOIs hold theirs.
        if not match[0].startswith(("10.48550/", "10.18653/")):
            rest = rest.replace(match[0], " ")
    keys += [f"arxiv:{match[1]}" for match in _ARXIV.finditer(rest)]
    keys += [f"arxiv:{match[1]}/{match[2]}" for match in _OLD_ARXIV.finditer(rest)]
    keys += [f"acl:{match[1]}" for match in _ACL.finditer(rest)]
    keys += [f"pmid:{match[1]}" for match in _PUBMED.finditer(rest)]
    keys += [f"pmc:{match[1]}" for match in _PMC.finditer(rest)]
    keys += [f"url:{_bare(match[1]).removeprefix('www.').rstrip('/')}" for match in _URL.finditer(text)]
    return list(dict.fromkeys(keys))


def _bare(identifier: str) -> str:
    """Without the punctuation and the closing brackets of the text around it."""
    more, end = {of: identifier.count(of) - identifier.count(c) for c, of in _PAIRS.items()}, len(identifier)
    while end and ((last := identifier[end - 1]) in _AFTER or more.get(_PAIRS.get(last, ""), 0) < 0):
        if last in _PAIRS:
            more[_PAIRS[last]] += 1
        end -= 1
    return identifier[:end]
