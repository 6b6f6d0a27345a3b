"""Marked texts: exact, and never markup of a stranger."""

from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from semsearch.paper import Paper
from semsearch.search.hits import Evidence, Hit
from semsearch.serve.pages.showing import file_name, listed, marked, shown


@given(st.text(), st.lists(st.integers(0, 40), max_size=8), st.integers(0, 30))
def test_marks_stand_where_the_spans_say(text: str, cuts: list[int], start: int) -> None:
    ends = sorted({cut for cut in cuts if cut <= len(text)})
    spans = tuple((a + start, b + start) for a, b in zip(ends[::2], ends[1::2], strict=False))
    found = str(marked(text, spans, start))
    assert html.unescape(re.sub(r"</?mark>", "", found)) == text.replace("\r", "\r")
    inside = [html.unescape(part) for part in re.findall(r"<mark>(.*?)</mark>", found, re.DOTALL)]
    assert inside == [text[a - start : b - start] for a, b in spans]


def test_a_hostile_text_is_text() -> None:
    assert marked("<script>alert(1)</script> & co", ((8, 13),)) == (
        "&lt;script&gt;<mark>alert</mark>(1)&lt;/script&gt; &amp; co"
    )


def test_the_rest_of_the_abstract_surrounds_the_evidence() -> None:
    paper = Paper("a", "T", "One. Two words. Three.")
    hit = Hit(paper, 1, 1.0, 0.5, "fair", "meaning", Evidence("Two words.", 5, 15, ((9, 14),)))
    seen = shown(hit)
    assert (seen.before, seen.quote, seen.after) == ("One. ", "Two <mark>words</mark>.", " Three.")
    assert listed(paper, 3).before == paper.abstract


def test_files_have_names_that_every_disk_takes() -> None:
    assert file_name(Paper("10.1038/171737a0", "T"), "bib") == "10.1038-171737a0.bib"
    assert file_name(Paper("../../é", "T"), "ris") == "paper.ris"
