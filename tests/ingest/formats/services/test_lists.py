"""The two programs that make lists: findpapers and paperlists."""

from __future__ import annotations

import json
from pathlib import Path

from semsearch.paper import Paper, Rejected
from tests.ingest.formats.services.support import counts, read

FOUND: dict[str, object] = {
    "title": "Attention Is All You Need",
    "abstract": "Every word looks at every other.",
    "authors": ["Ashish Vaswani", "Shazeer, Noam"],
    "databases": ["arXiv", "Scopus"],
    "doi": None,
    "keywords": ["translation", "attention"],
    "publication": {"title": "Neural Information Processing Systems", "issn": None},
    "publication_date": "2017-06-12",
    "urls": ["https://b.org/paper", "http://arxiv.org/abs/1706.03762v5"],
}
LISTED: dict[str, object] = {
    "title": "Attention is All you Need",
    "id": "8952",
    "site": "https://nips.cc/virtual/2017/poster/8952",
    "author_site": "Ashish Vaswani, Noam Shazeer",
    "author": "Ashish Vaswani; Noam Shazeer",
    "abstract": "Every word looks at every other.",
    "bibtex": "@inproceedings{NIPS2017_3f5ee243,\n author = {Vaswani, Ashish},\n"
    " booktitle = {Advances in Neural Information Processing Systems},\n"
    " title = {Attention},\n year = {2017}\n}\n",
    "aff_unique_index": "0;0",
}


def test_a_search_of_findpapers() -> None:
    search = {"query": "[attention]", "number_of_papers": 2, "papers": [FOUND, FOUND | {"title": ""}]}
    paper, rejected = read(json.dumps(search, indent=2))
    assert isinstance(paper, Paper)
    assert paper == Paper(
        id=paper.id,
        title="Attention Is All You Need",
        abstract="Every word looks at every other.",
        authors=("Ashish Vaswani", "Noam Shazeer"),
        year=2017,
        venue="Neural Information Processing Systems",
        url="http://arxiv.org/abs/1706.03762v5",
        keywords=("attention", "translation"),
        source="a.json:1, record 1",
        identifiers=("arxiv:1706.03762",),
    )
    assert paper.id.startswith("attention-is-all-you-need-")
    later = {key: value for key, value in FOUND.items() if key not in ("urls", "publication")}
    later |= {"authors": [{"name": "Ashish Vaswani"}], "source": {"title": "NIPS"}, "url": "https://b.org/1"}
    (paper,) = read(json.dumps({"papers": [later]}))
    assert isinstance(paper, Paper)
    assert (paper.authors, paper.venue, paper.url) == (("Ashish Vaswani",), "NIPS", "https://b.org/1")
    assert rejected == Rejected("a.json:1, record 2", "the paper has no title. Add one.")


def test_a_conference_of_paperlists() -> None:
    paper, rejected = read(json.dumps([LISTED, LISTED | {"title": None}], indent=1))
    assert paper == Paper(
        id="8952",
        title="Attention is All you Need",
        abstract="Every word looks at every other.",
        authors=("Ashish Vaswani", "Noam Shazeer"),
        year=2017,
        venue="Advances in Neural Information Processing Systems",
        url="https://nips.cc/virtual/2017/poster/8952",
        source="a.json:2",
    )
    assert rejected == Rejected("a.json:12", "the record has no title. Add one.")
    (paper,) = read(json.dumps(LISTED | {"bibtex": ""}))
    assert isinstance(paper, Paper)
    assert paper.year == 2017


def test_real_lists(shared_data: Path) -> None:
    assert counts(shared_data / "raw/other-json") == {
        "findpapers-search_paul.json": (62, 62, 0),
        "paperlists-nips2018.json": (1009, 1008, 0),
    }
