from __future__ import annotations

from pathlib import Path

from semsearch.paper import Paper
from tests.ingest.formats.services.support import counts, outcomes, papers, read


def test_a_page_of_works() -> None:
    state, attention, lowry = papers("openalex.json")
    assert state == Paper(
        id="W2741809807",
        title="The state of OA: a large-scale analysis of the prevalence and impact of Open Access articles",
        abstract="A quarter of papers can be read freely; quarter grows.",
        authors=("Heather Piwowar", "Jason Priem"),
        year=2018,
        venue="PeerJ",
        doi="10.7717/peerj.4375",
        url="https://doi.org/10.7717/peerj.4375",
        language="en",
        keywords=("Open access",),
        source="openalex.json:1, record 1",
        identifiers=("openalex:w2741809807", "mag:2741809807", "pmid:29456894", "pmc:pmc5815332"),
    )
    assert attention == Paper(
        id="W2626778328",
        title="Attention Is All You Need",
        authors=("Ashish Vaswani",),
        year=2017,
        venue="arXiv (Cornell University)",
        url="https://arxiv.org/abs/1706.03762",
        keywords=("attention",),
        source="openalex.json:1, record 2",
        identifiers=("openalex:w2626778328", "arxiv:1706.03762"),
    )
    assert (lowry.id, lowry.url) == ("W1775749144", "https://openalex.org/W1775749144")


def test_a_bad_work_is_reported_and_the_rest_is_read() -> None:
    assert outcomes("openalex-malformed.json") == [
        "m:1, record 1: the work has no title.",
        "m:1, record 2: “abstract_inverted_index” is a list; it must be an object.",
        "m:1, record 3: is no work of OpenAlex but one of its authors, institutions, sources or topics.",
        'm:1, record 4: not an object but null. Write {"id": …, "title": …, "abstract": …}.',
        "Attention Is All You Need",
        "m:1, record 6: “title” is a list; it must be text.",
    ]


def test_positions_that_are_none_are_left_out() -> None:
    (paper,) = read(
        '{"title": "Attention", "abstract_inverted_index": '
        '{"Words": [0, -1, "2", 1e9, 999999999], "look.": 1}}'
    )
    assert isinstance(paper, Paper)
    assert paper.abstract == "Words look."


def test_works_one_a_line_as_the_snapshot_has_them() -> None:
    one, two, three = read(
        '{"id": "https://openalex.org/W1", "title": "Quicksort", "host_venue": {"display_name": "CJ"}}\n'
        '{"id": "https://openalex.org/W2", "display_name": "Treesort", "authorships": []}\n'
        '{"title": "Heapsort", "publication_year": 1964, "abstract": "A tree.", '
        '"abstract_inverted_index": []}\n'
    )
    assert isinstance(one, Paper)
    assert isinstance(two, Paper)
    assert isinstance(three, Paper)
    assert (one.id, one.venue, two.id, two.title) == ("W1", "CJ", "W2", "Treesort")
    assert (three.title, three.year, three.abstract) == ("Heapsort", 1964, "A tree.")


def test_real_pages(shared_data: Path) -> None:
    assert counts(shared_data / "raw/openalex-json") == {
        "W2741809807.json": (1, 1, 0),
        "openalexpro-works-page-1.json": (49, 47, 0),
        "openalexpro-works-page-3.json": (50, 48, 0),
    }
