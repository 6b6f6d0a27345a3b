"""Identifiers in the forms people copy."""

from __future__ import annotations

import pytest

from semsearch.index.identifiers import identifiers, of_paper
from semsearch.paper import Paper


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("10.1038/171737A0", "doi:10.1038/171737a0"),
        ("see doi:10.1038/171737a0).", "doi:10.1038/171737a0"),
        ("https://doi.org/10.1000/xyz(1)", "doi:10.1000/xyz(1)"),
        ("https://dl.acm.org/doi/abs/10.1145/3292500.3330701?casa=1", "doi:10.1145/3292500.3330701"),
        (
            "https://doi.org/10.1002/(SICI)1097-4571(199806)49:8%3C693::AID-ASI4%3E3.0.CO;2-O",
            "doi:10.1002/(sici)1097-4571(199806)49:8<693::aid-asi4>3.0.co;2-o",
        ),
        ("arXiv:2402.11417v2", "arxiv:2402.11417"),
        ("arxiv2402.11417", "arxiv:2402.11417"),
        ("hep-th/9901001v3", "arxiv:hep-th/9901001"),
        ("math.GT/0309136", "arxiv:math/0309136"),
        ("2020.emnlp-main.12", "acl:2020.emnlp-main.12"),
        ("https://www.ncbi.nlm.nih.gov/pubmed/12345", "pmid:12345"),
        ("https://pmc.ncbi.nlm.nih.gov/articles/PMC7029158/", "pmc:pmc7029158"),
        ("HTTPS://WWW.Example.org/a/?b=C.", "url:example.org/a/?b=c"),
    ],
)
def test_a_text_gives_the_key(text: str, key: str) -> None:
    assert key in identifiers(text)


@pytest.mark.parametrize(
    "text", ["1234.5678 ms", "version 10.2/3", "3.1706.03762", "and/or", "COVID-19", "2402.114171234"]
)
def test_a_number_is_no_identifier(text: str) -> None:
    assert identifiers(text) == []


def test_a_paper_has_the_keys_of_its_id_doi_and_address() -> None:
    paper = Paper("16904174", "T", doi="10.48550/arXiv.1706.03762", url="http://www.example.org/p/")
    assert of_paper(paper) == {
        "pmid:16904174",
        "doi:10.48550/arxiv.1706.03762",
        "arxiv:1706.03762",
        "url:example.org/p",
    }
    # The end of another publisher's DOI looks like an id of arXiv's and is none.
    assert of_paper(Paper("a", "T", doi="10.1234/2402.11417")) == {"doi:10.1234/2402.11417"}
