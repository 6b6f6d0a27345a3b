from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.ingest.formats.xml.acl import read_acl
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Translation
from tests.ingest.formats.xml.support import counts, outcomes, papers


def test_papers_of_two_volumes() -> None:
    tales, vaes = papers("acl.xml", read_acl)
    title = (
        "‘Il était une fois’ les patterns prosodiques des contes de fée "
        "(‘Once upon a time’ prosodic patterns of fairy tales)"
    )
    assert tales == Paper(
        id="2020.jeptalnrecital-taln.1",
        title=title,
        abstract="La voix monte d'un cran quand le loup parle.",
        authors=("Rim Abrougui", "Bartkova"),
        year=2020,
        venue="Actes de la 27e TALN",
        doi="10.18653/v1/2020.taln.1",
        url="https://aclanthology.org/2020.jeptalnrecital-taln.1/",
        language="fr",
        source="acl.xml:14",
        identifiers=("acl:2020.jeptalnrecital-taln.1",),
        translations=(
            Translation(
                "en",
                "‘Once upon a time’ prosodic patterns of fairy tales",
                "The voice rises when the wolf speaks.",
            ),
        ),
    )
    assert vaes == Paper(
        id="2020.jeptalnrecital-recital.7",
        title="On β-VAEs & x²: Beyond https://x.org",
        authors=("Jian Wang",),
        year=2019,
        venue="Actes de RÉCITAL",
        url="https://example.org/elsewhere.pdf",
        source="acl.xml:28",
        identifiers=("acl:2020.jeptalnrecital-recital.7",),
    )


def test_a_bad_paper_is_reported_and_the_rest_is_read() -> None:
    untitled, damaged, endless, energy = outcomes("acl-malformed.xml", read_acl)
    assert untitled == "m:5: the paper has no title. Add one."
    assert damaged.startswith(
        "m:6: not valid XML: Opening and ending tag mismatch: fixed-case and title (line 6). Mend"
    )
    assert endless.startswith("m:7: the <paper> does not end before the next <paper> begins")
    assert energy == "Energy and Policy Considerations for Deep Learning in NLP"


@pytest.mark.parametrize(
    ("collection", "volume", "paper", "own"),
    [
        ("P19", "1", "355", "P19-1355"),
        ("W18", "2", "7", "W18-0207"),
        ("W18", "65", "12", "W18-6512"),
        ("C69", "1", "1", "C69-0101"),
        ("2021.acl", "long", "1", "2021.acl-long.1"),
    ],
)
def test_a_paper_without_address_has_the_id_that_its_place_gives(
    collection: str, volume: str, paper: str, own: str
) -> None:
    text = f"<collection id='{collection}'><volume id='{volume}'><paper id='{paper}'><title>A</title></paper>"
    (item,) = read_acl(Source.of("a.xml", text))
    assert isinstance(item, Paper)
    assert (item.id, item.url) == (own, f"https://aclanthology.org/{own}/")


def test_real_collections(shared_data: Path) -> None:
    assert counts(shared_data / "raw/acl-xml", read_acl) == {
        "2020.jeptalnrecital.xml": (161, 160, 0),
        "2022.lrec.xml": (804, 804, 0),
        "2024.acl.xml": (933, 931, 0),
    }
