"""RIS that rispy reads back to the same papers."""

from __future__ import annotations

import rispy
from hypothesis import given
from hypothesis import strategies as st

from semsearch.paper import Paper
from semsearch.serve.citation import FORMATS
from tests.serve.citation.papers import AWKWARD
from tests.serve.citation.reading import by_rispy, expected
from tests.support import CORPUS

write = FORMATS["ris"].write
_HOSTILE = st.text(st.sampled_from("TYERAU -\n\r\t\x0b\x0c\x1c\x85\u2028\x00é,;"), max_size=40)


def test_awkward_papers_read_back() -> None:
    papers = [*CORPUS, *AWKWARD]
    assert by_rispy(write(papers)) == [expected(paper) for paper in papers]


def test_a_record_is_what_the_paper_shows() -> None:
    papers = [
        *CORPUS[:4],
        *(paper for paper in AWKWARD if paper.id in {"nothing", "10.48550/arXiv.1706.03762"}),
    ]
    types = [record["type_of_reference"] for record in rispy.loads(write(papers))]
    assert types == ["CONF", "CONF", "CONF", "JOUR", "UNPB", "GEN"]


def test_names_are_family_first() -> None:
    (names,) = (paper for paper in AWKWARD if paper.id == "names")
    assert rispy.loads(write([names]))[0]["authors"][:12] == [
        "van Beethoven, Ludwig",
        "King, Martin Luther, Jr.",
        "Downey, Robert, Jr.",
        "Davis, Sammy, Jr.",
        "Bengio, Yoshua",
        "d'Alembert, Jean-Pierre",
        "Mądry, Aleksander",
        "Van Durme, Benjamin",
        "boyd, danah",
        "de la Cruz, María",
        "World Health Organization",
        "University of California, Berkeley",
    ]


@given(title=_HOSTILE, abstract=_HOSTILE, venue=_HOSTILE, keyword=_HOSTILE, identifier=_HOSTILE)
def test_no_text_breaks_out_of_its_field(
    title: str, abstract: str, venue: str, keyword: str, identifier: str
) -> None:
    hostile = Paper(
        identifier, f"A {title} Z", f"A {abstract} Z", (), 2001, f"A {venue} Z", keywords=(f"A {keyword} Z",)
    )
    calm = Paper("calm", "Calm", year=2002)
    found = by_rispy(write([calm, hostile, calm]))
    assert [paper.title for paper in found] == ["Calm", expected(hostile).title, "Calm"]
    assert found[1].abstract == expected(hostile).abstract


def test_it_begins_with_its_first_tag() -> None:
    """Readers tell RIS by it; a number before each record, as some writers put, is no RIS."""
    assert write(CORPUS).startswith("TY  - CONF\nID  - gan\n")
    assert write([]) == ""
