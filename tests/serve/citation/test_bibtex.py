"""BibTeX that two other libraries and our own reader read back to the same papers."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pybtex.database
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.api import read
from semsearch.ingest.formats.bibtex import read_bibtex
from semsearch.ingest.source import Source
from semsearch.paper import Paper
from semsearch.serve.citation import FORMATS
from semsearch.serve.citation.bibtex import _latex
from semsearch.serve.citation.names import names_of
from tests.serve.citation.papers import AWKWARD
from tests.serve.citation.reading import by_bibtexparser, by_pybtex, expected
from tests.support import CORPUS

Reader = Callable[[str], list[Paper]]
READERS = [by_bibtexparser, by_pybtex]
write = FORMATS["bibtex"].write

# What could end a field, begin an entry, or be a command.
_HOSTILE = st.text(st.sampled_from("\\{}$%&#_^~\"'`-@,=()<>|?!;:/ \t\n\r\u2028\x00éß漢αa1"), max_size=40)
_WORD = st.text(st.sampled_from("\\{}$%&#_^~\"'`-@=.éßαaBc"), min_size=1, max_size=6)
_HOSTILE_NAME = st.lists(_WORD, min_size=1, max_size=4).map(" ".join)


def keys(text: str) -> list[str]:
    return re.findall(r"^@[a-z]+\{(.*),$", text, re.MULTILINE)


@pytest.mark.parametrize("reader", READERS)
def test_awkward_papers_read_back(reader: Reader) -> None:
    papers = [*CORPUS, *AWKWARD]
    assert reader(write(papers)) == [expected(paper) for paper in papers]


@pytest.mark.parametrize("paper", CORPUS, ids=lambda paper: paper.id)
def test_our_own_reader_reads_the_same_paper(paper: Paper, tmp_path: Path) -> None:
    file = tmp_path / "made.bib"
    file.write_text(write([paper]), encoding="utf-8")
    papers, rejected = read(file)
    assert not rejected
    assert [replace(back, source="", language=None) for back in papers] == [paper]


@pytest.mark.parametrize("reader", READERS)
@given(title=_HOSTILE, abstract=_HOSTILE, name=_HOSTILE_NAME, venue=_HOSTILE, keyword=_HOSTILE)
def test_no_text_breaks_out_of_its_field(
    reader: Reader, title: str, abstract: str, name: str, venue: str, keyword: str
) -> None:
    hostile = Paper(
        title, f"A {title} Z", f"A {abstract} Z", (f"A{name} Zed",), 2001, f"A {venue} Z", keywords=(keyword,)
    )
    calm = Paper("calm", "Calm", year=2002)
    found = reader(write([calm, hostile, calm]))
    assert [paper.title for paper in found] == ["Calm", expected(hostile).title, "Calm"]
    assert found[1].abstract == expected(hostile).abstract
    assert found[1].authors == expected(hostile).authors
    assert found[1].venue == " ".join(f"A {venue} Z".replace("\x00", "").split())


@given(st.lists(st.text(max_size=8), max_size=8))
def test_keys_are_valid_and_distinct_whatever_the_ids(ids: list[str]) -> None:
    found = keys(write([Paper(identifier, "A title", authors=("Yoshua Bengio",)) for identifier in ids]))
    assert len({key.casefold() for key in found}) == len(ids)
    assert all(re.fullmatch(r"[A-Za-z0-9:._/+-]+", key) for key in found)


def test_a_key_is_the_id_or_says_who_and_when() -> None:
    ids = ["Über-Ärger", "uber-arger", "UBER-ARGER", "论文", "！", "，"]
    papers = [paper for paper in AWKWARD if paper.id in ids]
    assert keys(write(papers)) == [
        "Uber-Arger",
        "uber-arger-2",
        "UBER-ARGER-3",
        "Bengio2001",
        "Bengio2001-2",
        "paper",
    ]


def test_an_entry_is_what_the_record_shows() -> None:
    by_id = {paper.id: write([paper]) for paper in [*CORPUS, *AWKWARD]}
    assert by_id["gan"].startswith("@inproceedings{gan,")
    assert "booktitle = {NIPS}" in by_id["gan"]
    assert by_id["quicksort"].startswith("@article{")
    assert "journal = {The Computer Journal}" in by_id["quicksort"]
    assert by_id["nothing"].startswith("@misc{")
    preprint = by_id["10.48550/arXiv.1706.03762"]
    assert preprint.startswith("@misc{")
    assert "eprint = {1706.03762}" in preprint
    assert "archiveprefix = {arXiv}" in preprint


def test_names_are_as_written_where_bibtex_takes_them_apart_rightly() -> None:
    (names,) = (paper for paper in AWKWARD if paper.id == "names")
    (line,) = (line for line in write([names]).splitlines() if line.startswith("  author"))
    assert line.removeprefix("  author = {").removesuffix("},").split(" and ") == [
        "Ludwig van Beethoven",
        "King, Jr., Martin Luther",
        "Downey, Jr., Robert",
        "Davis, Jr., Sammy",
        "Yoshua Bengio",
        "Jean-Pierre d'Alembert",
        "Aleksander Mądry",
        "Van Durme, Benjamin",
        "boyd, danah",
        "María de la Cruz",
        "{World Health Organization}",
        "{University of California, Berkeley}",
        "{The ATLAS Collaboration}",
        "{Barnes",
        "Noble}",
        "OpenAI",
        "{others}",
        r"N\% Ke\{\vphantom{\}}ith",
    ]


def test_no_papers_are_an_empty_file() -> None:
    assert write([]) == ""


def test_an_address_keeps_what_it_is_made_of() -> None:
    (back,) = read_bibtex(Source.of("made.bib", write([AWKWARD[0]])))
    assert isinstance(back, Paper)
    assert (back.doi, back.url) == (AWKWARD[0].doi, AWKWARD[0].url)
    (back,) = by_pybtex(write([Paper("x", "A title", url="https://example.org/a{b}\\c d\n")]))
    assert back.url == "https://example.org/a%7Bb%7D%5Cc%20d"


@pytest.mark.parametrize("paper", [*CORPUS, *AWKWARD], ids=lambda paper: paper.id)
def test_bibtex_takes_names_apart_as_we_do(paper: Paper) -> None:
    """By its own rule, as pybtex has it."""
    (entry,) = pybtex.database.parse_string(write([paper]), "bibtex").entries.values()
    persons = entry.persons.get("author", ())
    for person, name in zip(persons, names_of(paper), strict=True):
        assert " ".join(person.first_names + person.middle_names) == _latex(name.given)
        family = " ".join(person.prelast_names + person.last_names)
        assert family.strip("{}") == _latex(f"{name.particle} {name.family}".strip())
        assert " ".join(person.lineage_names) == name.suffix
