"""Two hundred real papers, exported and read back with the libraries others use."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from semsearch.api import read
from semsearch.paper import Paper
from semsearch.serve.citation import FORMATS
from tests.serve.citation.reading import by_bibtexparser, by_json, by_pybtex, by_rispy, expected
from tests.serve.citation.test_csl import printed

_HARD = frozenset("\\{}$%&#_^~\"'`@<>|*;—–αβγδλμπσΩ")


@pytest.fixture(scope="session")
def papers(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Paper]:
    """Of arXiv, the ACL Anthology, TALN, five BibTeX libraries and a page; half of them hard to write."""
    folder = tmp_path_factory.mktemp("samples")
    large = [_lines(shared_data / "large" / f"{name}.jsonl.gz", folder) for name in ("arxiv-75k", "acl-95k")]
    taln = _lines(shared_data / "judged" / "taln-fr-en" / "corpus.jsonl", folder)
    libraries = [
        read(shared_data / "raw" / "bibtex" / f"{name}.bib")[0]
        for name in ("acm-csur", "acm-sigir-2019", "zotero-asysd", "taln-2011", "jabref-complex")
    ]
    page, _ = read(shared_data / "pages" / "institute-listing.txt")
    shares = [
        (large[0], 48),
        (large[1], 40),
        (taln, 20),
        *((entries, 16) for entries in libraries),
        (page, 12),
    ]
    chooser = random.Random(20261123)
    chosen = [paper for entries, count in shares for paper in _some(entries, count, chooser)]
    assert len(chosen) == 200
    return chosen


def _lines(file: Path, folder: Path) -> list[Paper]:
    """Every twenty-fifth paper of a collection."""
    data = file.read_bytes()
    lines = (gzip.decompress(data) if file.suffix == ".gz" else data).decode("utf-8").splitlines()
    sample = folder / f"{file.parent.name}-{file.name.removesuffix('.gz')}"
    sample.write_text("\n".join(lines[::25]), encoding="utf-8")
    return read(sample)[0]


def _some(papers: Sequence[Paper], count: int, chooser: random.Random) -> list[Paper]:
    hard = [paper for paper in papers if _HARD & set(f"{paper.title}{paper.venue}{''.join(paper.authors)}")]
    chosen = chooser.sample(hard, min(count // 2, len(hard)))
    rest = [paper for paper in papers if paper not in chosen]
    return chosen + chooser.sample(rest, count - len(chosen))


@pytest.mark.parametrize(
    ("form", "reader"),
    [("bibtex", by_bibtexparser), ("bibtex", by_pybtex), ("ris", by_rispy), ("csl", by_json)],
)
def test_they_read_back(form: str, reader: Callable[[str], list[Paper]], papers: list[Paper]) -> None:
    assert reader(FORMATS[form].write(papers)) == [expected(paper) for paper in papers]


def test_our_own_reader_reads_the_same_papers(papers: list[Paper], tmp_path: Path) -> None:
    file = tmp_path / "made.bib"
    file.write_text(FORMATS["bibtex"].write(papers), encoding="utf-8")
    found, rejected = read(file)
    assert not rejected
    for paper, back in zip(papers, found, strict=True):
        link = paper.url or (f"https://doi.org/{paper.doi}" if paper.doi else None)  # a DOI is an address too
        same = replace(expected(paper), id=back.id, source=back.source, url=link, truncated=back.truncated)
        same = replace(same, identifiers=back.identifiers, translations=paper.translations)
        assert back == (same if paper.language else replace(same, language=back.language))
        assert set(paper.identifiers) <= set(back.identifiers)


def test_a_citation_processor_prints_them(papers: list[Paper]) -> None:
    for paper, entry in zip(papers, printed(papers), strict=True):
        assert paper.title in entry
