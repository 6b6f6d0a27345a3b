from __future__ import annotations

import pytest

from semsearch.ingest.formats.links import doi_in, identifiers_in, url_in


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://arxiv.org/abs/1706.03762v5", "arxiv:1706.03762"),
        ("https://arxiv.org/pdf/math.GT/0211159", "arxiv:math.gt/0211159"),
        ("10.48550/arXiv.1706.03762", "arxiv:1706.03762"),
        ("https://pubmed.ncbi.nlm.nih.gov/29768149/", "pmid:29768149"),
        ("http://www.ncbi.nlm.nih.gov/pubmed/29768149", "pmid:29768149"),
        ("https://europepmc.org/article/MED/33809141", "pmid:33809141"),
        ("MEDLINE:9055935", "pmid:9055935"),
        ("http://europepmc.org/articles/PMC3553406", "pmc:pmc3553406"),
        ("https://aclanthology.org/N19-1423/", "acl:n19-1423"),
        ("https://aclanthology.org/2020.acl-main.703.pdf", "acl:2020.acl-main.703"),
        ("https://openalex.org/W2741809807", "openalex:w2741809807"),
        ("https://hal.science/hal-01234567v2", "hal:hal-01234567"),
        ("https://dblp.org/rec/conf/nips/VaswaniSPUJGKP17", "dblp:conf/nips/vaswanispujgkp17"),
        ("<Go to ISI>://WOS:000298449100001", "wos:000298449100001"),
        ("https://lens.org/059-276-745-883-10X", "lens:059-276-745-883-10x"),
        ("https://www.scopus.com/inward/record.uri?eid=2-s2.0-85074800841&x=1", "scopus:2-s2.0-85074800841"),
    ],
)
def test_an_identifier(text: str, found: str) -> None:
    assert identifiers_in([text, text]) == (found,)


def test_no_identifier() -> None:
    assert identifiers_in(["", "29768149", "https://example.org/1706.03762", "10.1145/1137627"]) == ()


@pytest.mark.parametrize(
    ("dois", "links", "doi"),
    [
        (["doi: 10.1145/1137627."], ["https://doi.org/10.1/x"], "10.1145/1137627"),
        (["", "Article"], ["https://a.org", "http://dx.doi.org/10.1145/1137627"], "10.1145/1137627"),
        ([], ["https://a.org/record?eid=2-s2.0-1&doi=10.1145%2f1137627&key=40"], "10.1145/1137627"),
        ([], ["https://a.org/10.1145/1137627"], None),
    ],
)
def test_a_doi(dois: list[str], links: list[str], doi: str | None) -> None:
    assert doi_in(dois, links) == doi


def test_an_address() -> None:
    assert url_in(["internal-pdf://1/a.pdf", "see https://a.org/b now"], "10.1/x") == "https://a.org/b"
    assert url_in([], "10.1145/1137627") == "https://doi.org/10.1145/1137627"
    assert url_in(["www"], None) is None
