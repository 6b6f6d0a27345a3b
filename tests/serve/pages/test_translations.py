"""A paper in two languages is shown in both, each said to be what it is, to readers of either."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html

from tests.search.test_bilingual import FRENCH, PAPER
from tests.serve.serving import live_on, serving


@pytest.mark.parametrize(("reader", "summary"), [("en", "Abstract in French"), ("fr", "Résumé en français")])
def test_both_languages_are_shown(tmp_path: Path, reader: str, summary: str) -> None:
    with serving(live_on(tmp_path, [PAPER], force=True)) as client:
        tree = html.document_fromstring(client.get(f"/papers/bourdin?lang={reader}").text)
        document = client.get("/v1/papers/bourdin").json()
    (title,), (own, other) = tree.cssselect("h1"), tree.cssselect("p.abstract")
    assert (title.get("lang"), title.text) == ("en", PAPER.title)
    assert (own.get("lang"), own.text) == ("en", PAPER.abstract)
    assert (other.get("lang"), other.text) == ("fr", FRENCH.abstract)
    (also,) = tree.cssselect("p.also")
    assert (also.get("lang"), also.text) == ("fr", FRENCH.title)
    assert tree.cssselect("details.also summary")[0].text == summary
    assert document["translations"][0]["language"] == "fr"
    assert "original" not in document
