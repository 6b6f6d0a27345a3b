from __future__ import annotations

from pathlib import Path

from semsearch.paper import Paper
from tests.ingest.formats.services.support import counts, outcomes, papers, read


def test_papers_and_citations() -> None:
    attention, bert, lstm = papers("semantic-scholar.json")
    assert attention == Paper(
        id="204e3073870fae3d05bcbc2f6a8e263d9b72e776",
        title="Attention is All you Need",
        abstract="Every word looks at every other.",
        authors=("Ashish Vaswani", "Noam M. Shazeer"),
        year=2017,
        venue="Neural Information Processing Systems",
        url="https://www.semanticscholar.org/paper/204e3073870fae3d05bcbc2f6a8e263d9b72e776",
        source="semantic-scholar.json:1, record 1",
        identifiers=(
            "s2:204e3073870fae3d05bcbc2f6a8e263d9b72e776",
            "corpusid:13756489",
            "arxiv:1706.03762",
            "dblp:conf/nips/VaswaniSPUJGKP17",
            "mag:2963403868",
        ),
    )
    assert (bert.doi, bert.identifiers) == (
        "10.18653/v1/N19-1423",
        ("s2:df2b0e26d0599ce3e70df8a9da02e51594e0e992", "acl:n19-1423", "pmid:123"),
    )
    assert (lstm.id[:22], lstm.authors) == ("long-short-term-memory", ("S. Hochreiter",))


def test_a_bad_paper_is_reported_and_the_rest_is_read() -> None:
    null = 'not an object but null. Write {"id": …, "title": …, "abstract": …}.'
    assert outcomes("semantic-scholar-malformed.json") == [
        f"m:1: {null}",
        "m:1: the paper has no title.",
        f"m:1: {null}",
        "m:1: “name” is a number; it must be text.",
        "Long Short-Term Memory",
    ]


def test_a_line_of_the_data_sets() -> None:
    (paper,) = read(
        '{"corpusid": 13756489, "externalids": {"ArXiv": "1706.03762", "DOI": null}, "authors": [], '
        '"title": "Attention is All you Need", "venue": "NIPS", "publicationdate": "2017-06-12"}'
    )
    assert isinstance(paper, Paper)
    assert (paper.id, paper.year, paper.identifiers) == (
        "13756489",
        2017,
        ("corpusid:13756489", "arxiv:1706.03762"),
    )


def test_authors_may_be_mere_names() -> None:
    snippet = '{"snippet": {}, "score": 1, "paper": {"corpusId": 1, "title": "A", "authors": ["A. B"]}}'
    (paper,) = read(f'{{"data": [{snippet}]}}')
    assert isinstance(paper, Paper)
    assert paper.authors == ("A. B",)


def test_around_one_paper_come_those_that_cite_it_and_those_it_cites() -> None:
    items = read(
        '{"paperId": "a", "title": "B", "citations": [{"paperId": "c", "title": "C"}], '
        '"references": [{"paperId": "d", "title": "D"}, {"paperId": null, "title": null}]}'
    )
    assert [(item.id, item.source) if isinstance(item, Paper) else item.where for item in items] == [
        ("a", "a.json:1"),
        ("c", "a.json:1, citations, record 1"),
        ("d", "a.json:1, references, record 1"),
        "a.json:1, references, record 2",
    ]


def test_real_replies(shared_data: Path) -> None:
    assert counts(shared_data / "raw/semanticscholar-json") == {
        "one-paper-Paper.json": (1015, 780, 0),
        "test_get_paper_citations-0.json": (100, 0, 0),
        "test_get_recommended_papers-0.json": (100, 0, 0),
        "test_search_paper_next_page-0.json": (100, 0, 0),
        "test_search_paper_publication_date_or_year-0.json": (77, 0, 0),
    }
