"""CSL-JSON that a citation processor reads back to the same papers, and prints."""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence

from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON

from semsearch.paper import Paper
from semsearch.serve.citation import FORMATS
from tests.serve.citation.papers import AWKWARD
from tests.serve.citation.reading import by_json, expected
from tests.support import CORPUS

write = FORMATS["csl"].write


def printed(papers: Sequence[Paper]) -> list[str]:
    """The papers as the Harvard style prints them."""
    with warnings.catch_warnings(action="ignore"):  # of fields that the style does not use
        source = CiteProcJSON(json.loads(write(papers)))
        style = CitationStylesStyle("harvard-cite-them-right", validate=False)
    bibliography = CitationStylesBibliography(style, source, formatter.plain)
    for paper in papers:
        bibliography.register(Citation([CitationItem(paper.id)]))
    return [str(entry) for entry in bibliography.bibliography()]


def test_awkward_papers_read_back() -> None:
    papers = [*CORPUS, *AWKWARD]
    assert by_json(write(papers)) == [expected(paper) for paper in papers]


def test_names_have_family_and_given() -> None:
    (names,) = (paper for paper in AWKWARD if paper.id == "names")
    (item,) = json.loads(write([names]))
    assert item["author"] == [
        {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"},
        {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
        {"family": "Downey", "given": "Robert", "suffix": "Jr."},
        {"family": "Davis", "given": "Sammy", "suffix": "Jr."},
        {"family": "Bengio", "given": "Yoshua"},
        {"family": "d'Alembert", "given": "Jean-Pierre"},
        {"family": "Mądry", "given": "Aleksander"},
        {"family": "Van Durme", "given": "Benjamin"},
        {"family": "boyd", "given": "danah"},
        {"family": "Cruz", "given": "María", "non-dropping-particle": "de la"},
        {"literal": "World Health Organization"},
        {"literal": "University of California, Berkeley"},
        {"literal": "The ATLAS Collaboration"},
        {"literal": "Barnes and Noble"},
        {"literal": "OpenAI"},
        {"literal": "others"},
        {"family": "Ke{ith", "given": "N%"},
    ]


def test_an_item_is_what_the_paper_shows() -> None:
    papers = [
        *CORPUS[:4],
        *(paper for paper in AWKWARD if paper.id in {"nothing", "10.48550/arXiv.1706.03762"}),
    ]
    assert [item["type"] for item in json.loads(write(papers))] == [
        "paper-conference",
        "paper-conference",
        "paper-conference",
        "article-journal",
        "article",
        "document",
    ]


def test_a_citation_processor_prints_them() -> None:
    found = printed(CORPUS)
    for paper, entry in zip(CORPUS, found, strict=True):
        assert paper.title in entry
        assert str(paper.year) in entry
        assert paper.venue is not None
        assert paper.venue in entry
        assert paper.authors[0].split()[-1] in entry
