"""Papers written in each form and read back by our own readers: the same in every field the form can hold."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.harmless import dump
from semsearch.ingest.formats import format_of
from semsearch.ingest.formats.jsonl import to_json
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Translation
from semsearch.serve.citation import FORMATS
from tests.serve.citation.papers import AWKWARD
from tests.support import CORPUS

PAPERS = 1_000  # of each large collection

# Hard to write, and to read; they are cleaned once, as what comes from a reader is.
HARD = [
    Paper(
        "10.1000/xyz-1",
        "Étude de {l'effet} $x_1 < y$ & 50% des ~cas #3: «α-hélices» <en vivo> — C++",
        "Ligne une, 100% {sûre}; l'autre_partie \\alpha ^ 2 ~ 5 & <b c> $6, et #7. " * 130,
        (
            "Ludwig van Beethoven",
            "Martin Luther King Jr.",
            "Jean-Pierre d'Alembert",
            "María de la Cruz",
            "World Health Organization",
            "University of California, Berkeley",
            "Plato",
            "王小明",
            "Aleksander Mądry",
            "Barnes and Noble",
        ),
        1999,
        "Journal of A & B: 50% {Physics}",
        "10.1000/a_b<c>d",
        "https://example.org/a_b?c=d&e=f%20g#h~i",
        "fr",
        ("one", "two, three", "a & b"),
        identifiers=("arxiv:hep-th/9901001", "pmid:29768149", "dblp:conf/nips/VaswaniSPUJGKP17", "s2:0a1b"),
        translations=(Translation("en", "A study of {the effect} & 50% of cases"),),
    ),
    Paper("nothing", "A title alone"),
    Paper("key", "One keyword with a comma", keywords=("graphs, directed",)),
    Paper("quoted", "“Quoted”, 'single' and \"double\"", "A -- B --- C ``quoted'' ?` !` <<here>>"),
]


def read(text: str, name: str = "written") -> list[Paper]:
    source = Source.of(name, text)
    found = list(format_of(source).read(source))
    assert all(isinstance(item, Paper) for item in found), found
    return [item for item in found if isinstance(item, Paper)]


def write_jsonl(papers: Sequence[Paper]) -> str:
    return "".join(dump(to_json(paper)) + "\n" for paper in papers)


def held(paper: Paper) -> Paper:
    """What every form holds: all but where it was read, and with an address where there is a DOI."""
    return replace(paper, url=paper.url or (f"https://doi.org/{paper.doi}" if paper.doi else None), source="")


def held_by_ris(paper: Paper) -> Paper:
    """RIS has one title more, which is the English one of a paper in another language."""
    english = tuple(Translation("en", each.title) for each in paper.translations if each.language == "en")
    return replace(held(paper), translations=english if paper.language not in (None, "en") else ())


WRITERS: dict[str, tuple[Callable[[Sequence[Paper]], str], Callable[[Paper], Paper]]] = {
    "jsonl": (write_jsonl, lambda paper: replace(paper, source="")),
    "json": (FORMATS["json"].write, lambda paper: replace(paper, source="")),
    "bibtex": (FORMATS["bibtex"].write, held),
    "ris": (FORMATS["ris"].write, held_by_ris),
    "csl": (FORMATS["csl"].write, held),
}


def check(form: str, papers: Sequence[Paper]) -> None:
    write, kept = WRITERS[form]
    back = read(write(papers))
    assert len(back) == len(papers)
    for paper, again in zip(papers, back, strict=True):
        assert kept(replace(again, source="")) == kept(paper)


@pytest.mark.parametrize("form", WRITERS)
def test_what_is_hard_comes_back(form: str) -> None:
    check(form, read(write_jsonl([*CORPUS, *HARD])))


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("collection", ["arxiv-75k", "acl-95k"])
def test_a_thousand_papers_come_back(form: str, collection: str, large: dict[str, list[Paper]]) -> None:
    check(form, large[collection])


@pytest.fixture(scope="module")
def large(shared_data: Path) -> dict[str, list[Paper]]:
    chooser = random.Random(20261123)
    found = {}
    for name in ("arxiv-75k", "acl-95k"):
        with gzip.open(shared_data / "large" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            chosen = chooser.sample(list(lines), PAPERS)
        found[name] = read("".join(chosen))
    return found


_TEXT = st.text(
    st.sampled_from("abcXYZ éßøαñ漢0123456789 .,;:!?()[]{}<>$%&#_^~\\\"'`-–=+*/|@\u00a0\t\n"), max_size=60
)
_WORDS = st.lists(
    st.text(st.sampled_from("abcdéü漢-'."), min_size=2, max_size=8).filter(lambda w: w[0].isalpha()),
    min_size=1,
    max_size=3,
)
# A name of an East Asian script has no parts: with an initial behind it, it cannot be told which is which.
_NAME = _WORDS.map(lambda words: " ".join(word.capitalize() for word in words)).filter(
    lambda name: " " not in name or not re.search("[\u3040-\u9fff]", name)
)
_LANGUAGE = st.sampled_from(["de", "en", "fr"])


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    """A paper as our readers give it: the text is clean, as reading it once has made it."""
    number = draw(st.integers(0, 10**9))
    wild = Paper(
        f"id-{number}",
        f"A {draw(_TEXT)} Z",
        draw(_TEXT),
        tuple(draw(st.lists(_NAME, max_size=3))),
        draw(st.none() | st.integers(1000, 2999)),
        draw(st.none() | _TEXT.map(lambda text: f"B {text} Y")),
        draw(st.none() | st.just(f"10.1000/{number}")),
        draw(st.none() | st.just(f"https://example.org/{number}")),
        draw(st.none() | _LANGUAGE),
        tuple(draw(st.lists(_NAME, max_size=3, unique=True))),
        identifiers=tuple(draw(st.lists(st.sampled_from(["pmid:1234567", "acl:p17-1001"]), unique=True))),
        translations=tuple(
            Translation(code, draw(_NAME), draw(_NAME))
            for code in draw(st.lists(_LANGUAGE, max_size=2, unique=True))
        ),
    )
    wild = replace(wild, translations=tuple(t for t in wild.translations if t.language != wild.language))
    (paper,) = read(json.dumps(to_json(wild)))
    return paper


@pytest.mark.parametrize("form", WRITERS)
@settings(max_examples=60)
@given(st.lists(papers(), min_size=1, max_size=2, unique_by=lambda paper: paper.id))
def test_random_papers_come_back(form: str, found: list[Paper]) -> None:
    check(form, found)


def test_awkward_papers_are_none_fewer() -> None:
    for form in ("bibtex", "ris", "csl"):
        back = read(FORMATS[form].write(AWKWARD))
        assert [paper.year for paper in back] == [paper.year for paper in AWKWARD]
