from __future__ import annotations

from pathlib import Path

from semsearch.paper import Paper
from tests.ingest.formats.services.support import counts, outcomes, papers


def test_lines_of_the_dump() -> None:
    attention, large_n, vid2sim = papers("arxiv-dump.jsonl")
    assert attention == Paper(
        id="1706.03762",
        title="Attention Is All You Need",
        abstract="Every word looks at every other, at a cost of O(n²).",
        authors=("Ashish Vaswani", "Noam Shazeer Jr", "Niki Parmar"),
        year=2017,
        venue="arXiv",
        url="https://arxiv.org/abs/1706.03762",
        keywords=("cs.CL", "cs.LG"),
        source="arxiv-dump.jsonl:1",
        identifiers=("arxiv:1706.03762",),
    )
    assert large_n == Paper(
        id="hep-th/9711200",
        title="The Large N Limit of Superconformal Field Theories and Supergravity",
        abstract="Gravity in a bulk is a field theory on its edge.",
        authors=("Juan M. Maldacena",),
        year=1997,
        venue="Adv.Theor.Math.Phys.2:231-252,1998",
        doi="10.1023/A:1026654312961",
        url="https://arxiv.org/abs/hep-th/9711200",
        keywords=("hep-th",),
        source="arxiv-dump.jsonl:2",
        identifiers=("arxiv:hep-th/9711200",),
    )
    assert (vid2sim.id, vid2sim.year, vid2sim.abstract, vid2sim.authors) == (
        "2506.06440",
        2025,
        "A film of a soft body says how soft it is.",
        ("Chuhao Chen", "Zhiyang Dou"),
    )


def test_a_bad_line_is_reported_and_the_rest_is_read() -> None:
    no_title, damaged, number, adam = outcomes("arxiv-dump-malformed.jsonl")
    assert no_title == "m:1: the record has no title. Add one."
    assert damaged.startswith("m:2: not valid JSON")
    assert number == "m:3: “authors” holds a number; it must be text."
    assert adam == "Adam: A Method for Stochastic Optimization"


def test_a_real_list(shared_data: Path) -> None:
    # 28 of them stand in two lists of the day; the reader passes on the first.
    assert counts(shared_data / "raw/arxiv-jsonl") == {"2025-06-10.jsonl": (455, 455, 0)}
