from __future__ import annotations

import pytest

from semsearch.ingest.formats.xml.dblp import is_dblp, read_dblp
from semsearch.paper import Paper
from tests.ingest.formats.xml.support import outcomes, papers


def test_publications_but_not_home_pages() -> None:
    attention, preprint, volume = papers("dblp.xml", read_dblp)
    assert attention == Paper(
        id="conf/nips/VaswaniSPUJGKP17",
        title="Attention is All you Need",
        authors=("Ashish Vaswani", "Lukasz Kaiser"),
        year=2017,
        venue="NIPS",
        doi="10.5555/3295222.3295349",
        url="https://proceedings.neurips.cc/paper/2017/hash/3f5e.html",
        source="dblp.xml:4",
        identifiers=("dblp:conf/nips/VaswaniSPUJGKP17",),
    )
    assert preprint == Paper(
        id="journals/corr/VaswaniSPUJGKP17",
        title="Attention Is All You Need...",
        authors=("Aidan N. Gómez",),
        year=2017,
        venue="CoRR",
        url="https://dblp.org/rec/journals/corr/VaswaniSPUJGKP17",
        source="dblp.xml:5",
        identifiers=("dblp:journals/corr/VaswaniSPUJGKP17", "arxiv:1706.03762"),
    )
    assert (volume.authors, volume.venue) == (("Isabelle Guyon",), "NIPS")


def test_a_bad_record_is_reported_and_the_rest_is_read() -> None:
    untitled, unknown, endless, attention = outcomes("dblp-malformed.xml", read_dblp)
    assert untitled == "m:3: the record has no title."
    assert unknown.startswith("m:4: not valid XML: Entity 'nosuch' not defined")
    assert endless.startswith("m:5: the <article> does not end before the next <inproceedings> begins")
    assert attention == "Attention is All you Need"


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ("<?xml version='1.0'?>\n<!DOCTYPE dblp SYSTEM 'dblp.dtd'>\n<dblp>\n<article", True),
        ("<dblpperson name='X' pid='1'><person/>", True),
        ("<?xml version='1.0'?><dblp><inproceedings key='conf/x/Y'>", True),
        ("<article mdate='2020-01-01' key='journals/x/Y'>", True),
        ("<article xmlns:xlink='x'><front><journal-meta>", False),
        ("<html><body><article key='x'>", False),
    ],
)
def test_is_dblp(head: str, answer: bool) -> None:
    assert is_dblp(head) is answer
