from __future__ import annotations

from semsearch.paper import Paper, Translation
from tests.ingest.formats.services.support import outcomes, papers, read


def test_documents_in_two_languages() -> None:
    shannon, attention, bohr = papers("hal.json")
    assert shannon == Paper(
        id="hal-01234567",
        title="Une théorie mathématique de la communication",
        abstract="On mesure ce qu'un message apprend à qui le reçoit.",
        authors=("Claude E. Shannon",),
        year=1948,
        venue="Bell System Technical Journal",
        doi="10.1002/j.1538-7305.1948.tb01338.x",
        url="https://hal.science/hal-01234567",
        language="fr",
        keywords=("entropie", "codage"),
        source="hal.json:1, record 1",
        identifiers=("hal:hal-01234567",),
        translations=(
            Translation(
                "en", "A mathematical theory of communication", "What a message tells its reader is measured."
            ),
        ),
    )
    assert attention == Paper(
        id="7654321",
        title="Attention Is All You Need: The Transformer",
        authors=("Ashish Vaswani", "Noam Shazeer"),
        year=2017,
        venue="NIPS",
        language="en",
        source="hal.json:1, record 2",
    )
    assert (bohr.title, bohr.year, bohr.language, bohr.translations) == (
        "La structure de l'atome",
        1913,
        None,
        (),
    )


def test_a_bad_document_is_reported_and_the_rest_is_read() -> None:
    assert outcomes("hal-malformed.json") == [
        "m:1, record 1: the document has no title. Ask HAL for title_s.",
        "m:1, record 2: “title_s” holds an object; it must be text.",
        "Attention Is All You Need",
    ]


def test_identifiers_of_other_archives() -> None:
    (paper,) = read(
        '{"halId_s": "hal-1", "title_s": ["Entropie"], "arxivId_s": "cs/0112017v1", "pubmedId_s": "123"}'
    )
    assert isinstance(paper, Paper)
    assert paper.identifiers == ("hal:hal-1", "arxiv:cs/0112017", "pmid:123")
