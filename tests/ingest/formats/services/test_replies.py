from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.paper import Paper, Rejected
from tests.ingest.formats.services.support import read


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (
            '{"error": "Invalid query parameters error.", "message": "x is no field."}',
            "Invalid query parameters error: x is no field.",
        ),
        ('{"error": "Paper with id 0 not found"}', "Paper with id 0 not found."),
        ('{"message": "Too Many Requests. Wait.", "code": "429"}', "Too Many Requests. Wait."),
        (
            '{"status": "failed", "message-type": "failure", "message": [{"message": "Rows is 0."}]}',
            "Rows is 0.",
        ),
        ('{"error": {"msg": "undefined field x_s", "code": 400}}', "undefined field x_s."),
        (
            '{"result": {"status": {"@code": "500", "text": "Internal"}, "hits": {"@total": "0"}}}',
            "Internal.",
        ),
    ],
)
def test_an_error_is_no_paper_and_says_so(reply: str, why: str) -> None:
    (rejected,) = read(reply)
    assert isinstance(rejected, Rejected)
    assert rejected.why == f"the service replied with an error: {why} Ask it again."


@pytest.mark.parametrize(
    "reply",
    [
        '{"meta": {"count": 0}, "results": []}',
        '{"status": "ok", "message": {"items": [], "total-results": 0}}',
        '{"total": 0, "offset": 0}',
        '{"response": {"numFound": 0, "docs": []}}',
        '{"recommendedPapers": []}',
    ],
)
def test_a_search_that_found_nothing_holds_no_papers(reply: str) -> None:
    assert read(reply) == []


def test_replies_may_follow_each_other_one_a_line() -> None:
    items = read(
        '{"results": [{"title": "Quicksort"}]}\n{"error": "429"}\n{"results": [{"title": "Treesort"}]}\n'
    )
    assert [item.source if isinstance(item, Paper) else item.where for item in items] == [
        "a.json:1, record 1",
        "a.json:2",
        "a.json:3, record 1",
    ]


def test_a_record_of_ours_may_have_such_keys_too() -> None:
    (paper,) = read('{"title": "Quicksort", "data": [{"title": "x"}], "error": "none", "results": []}')
    assert isinstance(paper, Paper)
    assert paper.title == "Quicksort"


def test_a_reply_on_one_line_may_be_longer_than_a_line_of_records() -> None:
    items = ",".join(
        f'{{"DOI": "10.1/{n}", "title": ["Part {n}"], "abstract": "{"x" * 90_000}"}}' for n in range(200)
    )
    found = read(f'{{"status": "ok", "message": {{"items": [{items}]}}}}')
    assert len(found) == 200
    assert all(isinstance(item, Paper) and len(item.abstract) == 90_000 for item in found)


def test_envelopes_in_envelopes_come_to_an_end() -> None:
    assert isinstance(read('{"data": [' * 50 + "]}" * 50)[0], Rejected)


FIELDS = """
    id title display_name abstract authors year venue doi url keywords language authorships ids
    locations abstract_inverted_index primary_location publication_year DOI author editor issued
    container-title URL subtitle institution subject number paperId externalIds corpusId journal
    publicationVenue citations references halId_s title_s fr_title_s abstract_s authFullName_s
    language_s key type ee categories authors_parsed versions databases urls publication
    publication_date author_site bibtex results items data docs message response result hits error
    status code citingPaper paper
""".split()  # noqa: SIM905
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("2506.06440"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*FIELDS, "text", "name", "date-parts", "created"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6))
def test_no_reply_is_too_strange(record: dict[str, object]) -> None:
    for item in read(json.dumps(record)):
        assert isinstance(item, Rejected) or (item.title and item.id)
