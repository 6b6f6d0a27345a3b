"""What sort of publication a paper is, as far as its own record shows."""

from __future__ import annotations

import re
from typing import Literal

from semsearch.paper import Paper

Kind = Literal["article", "conference", "preprint", "other"]

_ARCHIVE = r"arxiv(?:\.org)?|corr|ssrn|research square|osf preprints|\w+rxiv|pre-?prints?\b.*"
_PREPRINT = re.compile(rf"(?:{_ARCHIVE})(?:(?:\s*[(:\[/]|\s+pre-?print).*)?", re.IGNORECASE)
_MEETING = re.compile(
    r"\b(?:conf(?:erence)?|workshop|symposi(?:um|a)|congress|meeting|findings of|lecture notes"
    r"|advances in neural"
    r"|conférence|colloque|atelier|journées?|rencontres|congrès|actes|congreso|kongress|tagung)\b",
    re.IGNORECASE,
)
_PROCEEDINGS = re.compile(r"\bproc(?:eedings)?\b", re.IGNORECASE)
_JOURNAL = re.compile(r"\b(?:journal|transactions|revue)\b", re.IGNORECASE)
# Journals that are called proceedings.
_PROCEEDINGS_OF = re.compile(
    r"\bproc(?:eedings|\.)? (?:of the )?"
    r"(?:royal\b|national acad|natl|ieee$|vldb endowment|acm on\b|(?:[\w-]+ )*(?:academy|society)$)",
    re.IGNORECASE,
)
_CONFERENCES = (
    "AAAI|AACL|ACL|AISTATS|CHI|CIKM|COLING|COLT|CVPR|CoNLL|CoRL|EACL|ECCV|ECIR|EMNLP|FOCS|ICASSP|ICCV|ICDE|ICLR"
    "|ICML|ICRA|IJCAI|INTERSPEECH|IROS|KDD|LREC|NAACL|NIPS|NSDI|NeurIPS|OSDI|RecSys|SIGGRAPH|SIGIR|SIGMOD|SODA"
    "|SOSP|STOC|TALN|UAI|UIST|WSDM|WWW"
)
# One of these, or any acronym with a year: "ICML", "SIGIR '19", "DEFT 2021", "CHI '08: Extended Abstracts".
_ACRONYM = re.compile(
    rf"(?:(?:{_CONFERENCES})|(?:\w*[A-Z]\w*[A-Z][\w&/-]*|Interspeech)[\s'’-]*(?:19|20)?[0-9]{{2}})(?::.*)?"
)
_LONGEST = 300  # characters of a venue; no name is longer
_ARXIV = re.compile(
    r"(?:arxiv\.org/(?:abs|pdf)/|10\.48550/arxiv\.)"
    r"(?P<id>[0-9]{4}\.[0-9]{4,5}|[a-z-]+(?:\.[a-z]{2})?/[0-9]{7})(?:v[0-9]+)?",
    re.IGNORECASE,
)


def kind_of(paper: Paper) -> Kind:
    """Told from the venue, and without one from where the paper is.

    A venue that does not look like an archive or a meeting is a journal.
    """
    venue = (paper.venue or "").strip()[:_LONGEST]
    if not venue:
        return "preprint" if arxiv_id(paper) else "other"
    if _PREPRINT.fullmatch(venue):
        return "preprint"
    if _JOURNAL.search(venue):
        return "article"
    if _ACRONYM.fullmatch(venue) or _MEETING.search(venue):
        return "conference"
    return "conference" if _PROCEEDINGS.search(venue) and not _PROCEEDINGS_OF.search(venue) else "article"


def arxiv_id(paper: Paper) -> str | None:
    """The arXiv identifier in the paper's address or DOI, without its version."""
    found = _ARXIV.search(f"{paper.url or ''} {paper.doi or ''}")
    return found["id"] if found else None
