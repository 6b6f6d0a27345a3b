from __future__ import annotations

from semsearch.paper import Paper
from tests.ingest.formats.services.support import outcomes, papers, read


def test_hits_of_a_search() -> None:
    conference, preprint = papers("dblp.json")
    assert conference == Paper(
        id="conf/nips/VaswaniSPUJGKP17",
        title="Attention is All you Need",
        authors=("Ashish Vaswani", "Llion Jones"),
        year=2017,
        venue="NIPS",
        doi="10.5555/3295222.3295349",
        url="https://proceedings.neurips.cc/paper/2017/hash/3f5e.html",
        source="dblp.json:1, record 1",
        identifiers=("dblp:conf/nips/VaswaniSPUJGKP17",),
    )
    assert (preprint.authors, preprint.identifiers) == (
        ("Ashish Vaswani",),
        ("dblp:journals/corr/VaswaniSPUJGKP17", "arxiv:1706.03762"),
    )


def test_a_bad_hit_is_reported_and_the_rest_is_read() -> None:
    assert outcomes("dblp-malformed.json") == [
        "m:1, record 1: the record has no title.",
        "Attention is All you Need",
        "m:1, record 3: “title” holds a number; it must be text.",
    ]


def test_a_search_without_hits_holds_no_papers() -> None:
    assert read('{"result":{"status":{"@code":"200","text":"OK"},"hits":{"@total":"0","@sent":"0"}}}') == []
