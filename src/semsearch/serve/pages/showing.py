"""A hit as a list shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup

from semsearch.paper import Paper
from semsearch.search.hits import Confidence, Hit, MatchedBy, Reasons, Spans


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper of a list.

    Attributes:
        paper: The paper.
        rank: From 1.
        title: With the words marked that it was found by.
        quote: The evidence, marked as well; None without any.
        before: What stands before the evidence in the abstract; all of it where there is no evidence.
        after: What stands behind it.
        confidence: None where meaning was not looked at.
        matched_by: None in a list that answers no question.
        reasons: What a related paper shares with its seeds.
    """

    paper: Paper
    rank: int
    title: Markup
    quote: Markup | None = None
    before: str = ""
    after: str = ""
    confidence: Confidence | None = None
    matched_by: MatchedBy | None = None
    reasons: Reasons | None = None


def shown(hit: Hit) -> Shown:
    """A hit of an answer."""
    abstract, evidence = hit.paper.abstract, hit.evidence
    title = marked(hit.paper.title, hit.title_words)
    of_answer = (hit.confidence, hit.matched_by, hit.reasons)
    if evidence is None:
        return Shown(hit.paper, hit.rank, title, None, abstract, "", *of_answer)
    quote = marked(evidence.text, evidence.words, evidence.start)
    before, after = abstract[: evidence.start], abstract[evidence.end :]
    return Shown(hit.paper, hit.rank, title, quote, before, after, *of_answer)


def listed(paper: Paper, rank: int) -> Shown:
    """A paper of a list that answers no question."""
    return Shown(paper, rank, Markup.escape(paper.title), before=paper.abstract)


def marked(text: str, spans: Spans, start: int = 0) -> Markup:
    """The text, escaped, with ``<mark>`` around each span; spans count from ``start`` before the text."""
    parts, at = list[Markup](), 0
    for begin, end in spans:
        parts.append(Markup.escape(text[at : begin - start]))
        parts.append(Markup("<mark>{}</mark>").format(text[begin - start : end - start]))
        at = end - start
    return Markup("").join((*parts, Markup.escape(text[at:])))


def file_name(paper: Paper, suffix: str) -> str:
    """What a citation of the paper is saved as."""
    return f"{re.sub(r'[^A-Za-z0-9.-]+', '-', paper.id).strip('-.') or 'paper'}.{suffix}"
