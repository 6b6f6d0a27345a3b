from __future__ import annotations

from pathlib import Path

from semsearch.ingest.formats.xml.atom import read_atom
from semsearch.ingest.source import Source
from semsearch.paper import Paper
from tests.ingest.formats.xml.support import counts, outcomes, papers


def test_a_reply_of_arxiv() -> None:
    attention, large_n = papers("arxiv.xml", read_atom)
    assert attention == Paper(
        id="1706.03762",
        title="Attention Is All You Need",
        abstract="Every word looks at every other, at a cost of O(n²) and < 12 hours.",
        authors=("Ashish Vaswani", "Łukasz Kaiser"),
        year=2017,
        venue="arXiv",
        url="https://arxiv.org/abs/1706.03762",
        keywords=("cs.CL", "cs.LG"),
        source="arxiv.xml:6",
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
        source="arxiv.xml:25",
        identifiers=("arxiv:hep-th/9711200",),
    )


def test_an_error_is_no_paper_and_bad_entries_are_reported() -> None:
    error, untitled, damaged, adam, endless = outcomes("arxiv-malformed.xml", read_atom)
    assert error == "m:2: arXiv replied with an error: incorrect id format for abc. Ask it again."
    assert untitled == "m:3: the entry has no title."
    assert damaged.startswith("m:4: not valid XML: Opening and ending tag mismatch: title")
    assert adam == "Adam: A Method for Stochastic Optimization"
    assert endless.startswith("m:6: the <entry> does not end before the file does")


def test_a_feed_of_another_archive() -> None:
    (item,) = read_atom(
        Source.of(
            "a.xml",
            '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>https://x.org/1</id>'
            '<title type="html">&lt;i&gt;Quick&lt;/i&gt;sort</title>'
            '<link rel="self" href="https://x.org/self"/><link href="https://x.org/paper"/>'
            "<updated>1962-01-01T00:00:00Z</updated><content>An array is parted.</content></entry></feed>",
        )
    )
    assert item == Paper(
        id="https://x.org/1",
        title="Quicksort",
        abstract="An array is parted.",
        year=1962,
        url="https://x.org/paper",
        source="a.xml:1",
    )


def test_real_replies(shared_data: Path) -> None:
    found = counts(shared_data / "raw/arxiv-atom", read_atom)
    assert {name.removeprefix("arxivpy-")[:14]: found for name, found in found.items()} == {
        "findpapers-arx": (20, 20, 0),
        "id_0000.0000_s": (0, 0, 0),
        "id_0808.05394_": (0, 0, 0),
        "id_1707.08567_": (1, 1, 0),
        "id_abc_s0_m100": (0, 0, 1),  # an error of arXiv's
        "id_quant-ph_02": (1, 1, 0),
        "q_testing_s0_m": (10, 10, 0),
        "q_testing_s10_": (10, 10, 0),
        "q_testing_s30_": (10, 10, 0),
        "q_testing_s50_": (10, 10, 0),
        "q_testing_s5_m": (15, 15, 0),
    }
