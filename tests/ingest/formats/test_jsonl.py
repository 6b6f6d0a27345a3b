from __future__ import annotations

import io
import json
import tracemalloc
from pathlib import Path
from typing import IO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.ingest.clean import clean_name, clean_text
from semsearch.ingest.formats.jsonl import is_jsonl, read_jsonl, to_json
from semsearch.ingest.source import Source
from semsearch.paper import Paper, Rejected, Translation, Version
from tests.support import source_of


def read(text: str) -> list[Paper | Rejected]:
    return list(read_jsonl(Source.of("papers.jsonl", text)))


def test_a_file_of_every_dialect(data: Path) -> None:
    source = Source.of("papers.jsonl", (data / "papers.jsonl").read_text(encoding="utf-8"))
    lstm, pagerank, adam, svm, laplace = read_jsonl(source)
    assert lstm == Paper(
        id="hochreiter1997",
        title="Long Short-Term Memory",
        abstract="Gates let a recurrent network keep an error signal over a thousand steps, where it would "
        "otherwise fade.",
        authors=("Sepp Hochreiter", "Jürgen Schmidhuber"),
        year=1997,
        venue="Neural Computation",
        doi="10.1162/neco.1997.9.8.1735",
        url="https://doi.org/10.1162/neco.1997.9.8.1735",
        language="en",
        keywords=("recurrent networks", "gradients"),
        source="papers.jsonl:1",
    )
    assert pagerank == Paper(
        id="4983",
        title="The PageRank Citation Ranking: Bringing Order to the Web",
        abstract="A page matters when pages that matter link to it.",
        authors=("Lawrence Page", "Sergey Brin", "Rajeev Motwani", "Terry Winograd"),
        year=1999,
        source="papers.jsonl:2",
    )
    assert adam == Paper(
        id="arXiv:1412.6980",
        title="Adam: A Method for Stochastic Optimization",
        abstract="Step sizes follow running means of the gradient & of its square.",
        authors=("Diederik P. Kingma", "Jimmy Ba"),
        year=2015,
        venue="ICLR",
        keywords=("optimisation", "gradients"),
        source="papers.jsonl:4",
    )
    assert isinstance(svm, Paper)
    assert svm.id.startswith("support-vector-networks-")
    assert (svm.abstract, svm.authors, svm.year) == ("", ("Corinna Cortes", "Vladimir Vapnik"), 1995)
    assert isinstance(laplace, Paper)
    assert (laplace.language, laplace.truncated, laplace.source) == ("fr", True, "refs.bib:12")


def test_a_bad_line_is_reported_and_the_rest_is_read(data: Path) -> None:
    text = (data / "papers-malformed.jsonl").read_text(encoding="utf-8")
    items = list(read_jsonl(Source.of("p.jsonl", text)))
    assert [item.id for item in items if isinstance(item, Paper)] == ["ok1", "ok1", "ok2"]
    rejected = [(item.where, item.why) for item in items if isinstance(item, Rejected)]
    expected = [
        ("p.jsonl:2", "not valid JSON: Unterminated string starting at (column 24)."),
        ("p.jsonl:4", "not an object but a list."),
        ("p.jsonl:5", "the record has no title."),
        ("p.jsonl:6", "“title” is a number; it must be text."),
        ("p.jsonl:7", "holds half a character"),
        ("p.jsonl:8", "“authors” is a number; it must be a list of names."),
        ("p.jsonl:9", "“id” is a list; it must be text or a whole number."),
        ("p.jsonl:10", "more follows the object on this line."),
    ]
    assert [where for where, _ in rejected] == [where for where, _ in expected]
    for (_, why), (_, start) in zip(rejected, expected, strict=True):
        assert why.startswith(start)


def test_an_array_is_read_record_by_record_past_a_damaged_one() -> None:
    items = read('[\n  {"title": "Quicksort"},\n  {"title": "Heap",, "sort": 1},\n  {"title": "Treesort"}\n]')
    assert [item.title if isinstance(item, Paper) else item.where for item in items] == [
        "Quicksort",
        "papers.jsonl:3",
        "Treesort",
    ]
    assert [item.source for item in items if isinstance(item, Paper)] == ["papers.jsonl:2", "papers.jsonl:4"]


def test_objects_may_be_spread_over_lines() -> None:
    items = read('{\n "id": "a",\n "title": "Quicksort"\n}\n{\n "id": "b",\n "title": "Treesort"\n}\n')
    assert [(item.id, item.source) for item in items if isinstance(item, Paper)] == [
        ("a", "papers.jsonl:1"),
        ("b", "papers.jsonl:5"),
    ]


def test_the_opening_of_the_abstract_stands_in_for_a_title_left_empty() -> None:
    text = "Queries on tagged corpora are answered. " + "More " * 30
    short, long, none, missing = read(
        f'{{"title": "", "text": "{text[:39]}"}}\n{{"title": null, "text": "{text}"}}\n'
        f'{{"title": "", "text": ""}}\n{{"text": "{text}"}}'
    )
    assert isinstance(short, Paper)
    assert short.title == short.abstract == text[:39]
    assert isinstance(long, Paper)
    assert long.title == text[:99] + "…"
    assert isinstance(none, Rejected)
    assert isinstance(missing, Rejected)


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        ('"Ashish Vaswani, Noam Shazeer and Niki Parmar"', ("Ashish Vaswani", "Noam Shazeer", "Niki Parmar")),
        ('"Bengio, Yoshua and Hinton, Geoffrey"', ("Yoshua Bengio", "Geoffrey Hinton")),
        ('"Bengio, Yoshua; Hinton, Geoffrey"', ("Yoshua Bengio", "Geoffrey Hinton")),
        ('"Bengio, Y., Hinton, G."', ("Y. Bengio", "G. Hinton")),
        ('"Yoshua Bengio & Geoffrey Hinton,"', ("Yoshua Bengio", "Geoffrey Hinton")),
        ('"Bengio, Yoshua"', ("Yoshua Bengio",)),
        ('["Bengio, Yoshua", null, ""]', ("Yoshua Bengio",)),
        ("null", ()),
    ],
)
def test_authors_come_in_many_forms(authors: str, names: tuple[str, ...]) -> None:
    (paper,) = read(f'{{"title": "Quicksort", "authors": {authors}}}')
    assert isinstance(paper, Paper)
    assert paper.authors == names


@pytest.mark.parametrize(
    "year", ["NaN", "Infinity", "true", "null", "[2017]", "9" * 5000, "-1", '"n.d."', "1e400"]
)
def test_a_strange_year_is_no_year(year: str) -> None:
    (paper,) = read(f'{{"title": "Quicksort", "year": {year}}}')
    assert isinstance(paper, Paper)
    assert paper.year is None


@pytest.mark.parametrize(
    "deep", ["[" * 100_000, '{"title": ' * 100_000, '{"title": "x", "authors": ' + "[" * 100_000]
)
def test_deep_nesting_is_refused(deep: str) -> None:
    (rejected,) = read(deep)
    assert isinstance(rejected, Rejected)
    assert "nested too deeply" in rejected.why


CLEAN = st.text(st.characters(codec="utf-8"), max_size=40).map(clean_text)
WORDS = (
    st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=20)
    .map(clean_text)
    .filter(bool)
)
PAPERS = st.builds(
    Paper,
    id=WORDS,
    title=WORDS,
    abstract=CLEAN,
    authors=st.lists(WORDS.map(clean_name).filter(bool), max_size=3).map(tuple),
    year=st.none() | st.integers(1000, 2999),
    venue=st.none() | WORDS,
    doi=st.none() | st.just("10.1145/3331184.3331185"),
    url=st.none() | st.just("https://example.org/a_b?c=%20d"),
    language=st.none() | st.sampled_from(["en", "fr", "xx"]),
    keywords=st.lists(WORDS, max_size=3).map(tuple),
    source=st.just("refs.bib:12"),
    truncated=st.booleans(),
)


@given(PAPERS)
def test_a_paper_is_the_same_after_a_round_trip(paper: Paper) -> None:
    assert read(json.dumps(to_json(paper))) == [paper]


def test_the_json_form_has_its_keys_in_order() -> None:
    keys = list(to_json(Paper(id="a", title="Quicksort")))
    assert ", ".join(keys) == (
        "id, title, abstract, authors, year, venue, doi, url, language, keywords, truncated, identifiers, "
        "source, translations, versions"
    )


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = "id _id title abstract text authors year date venue doi url language keywords truncated source"


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS.split()), VALUES, max_size=6), min_size=2, max_size=4))
def test_no_value_is_too_strange(records: list[dict[str, object]]) -> None:
    items = read("\n".join(json.dumps(record) for record in records))
    assert len(items) == len(records)
    for item in items:
        assert isinstance(item, Rejected) or (item.title and item.id)


@pytest.mark.parametrize(
    ("head", "answer"),
    [
        ('{"title": "Quicksort"}', True),
        ('\n[\n {"title": "Quicksort"}', True),
        ("[]", True),
        ("{}", True),
        ('# exported\n{"title": "A"}\n{"title": "B"}', True),
        ("{BERT} is a model", False),
        ("[1] Quicksort", False),
        ('<html><script>\n{"@type": "Article"}\n</script>\n<p>Quicksort</p>', False),
        ("@article{a, title = {Quicksort}}", False),
        ("", False),
    ],
)
def test_is_jsonl(head: str, answer: bool) -> None:
    assert is_jsonl(head) is answer


@pytest.mark.parametrize(
    ("name", "papers", "abstracts", "rejected"),
    [
        ("raw/arxiv-jsonl/2025-06-10.jsonl", 455, 455, 0),
        ("raw/other-json/paperlists-nips2018.json", 1009, 1008, 0),
        ("judged/cranfield/corpus.jsonl", 1398, 1398, 2),  # Two have neither title nor abstract.
        ("judged/taln-fr-en/corpus.jsonl", 1314, 1314, 0),  # 732 have no title.
    ],
)
def test_real_exports(shared_data: Path, name: str, papers: int, abstracts: int, rejected: int) -> None:
    items = list(read_jsonl(source_of(shared_data / name)))
    assert sum(isinstance(item, Paper) for item in items) == papers
    assert sum(isinstance(item, Paper) and bool(item.abstract) for item in items) == abstracts
    assert sum(isinstance(item, Rejected) for item in items) == rejected


PREPRINT = Version(
    "1706.03762",
    "Attention Is All You Need",
    2017,
    "arXiv",
    None,
    "https://arxiv.org/abs/1706.03762",
    "a.bib:1",
)
MERGED = Paper(
    "vaswani2017",
    "Attention Is All You Need",
    identifiers=("arxiv:1706.03762", "dblp:conf/nips/VaswaniSPUJGKP17"),
    translations=(Translation("fr", "L’attention suffit"), Translation("de", "", "Nur Aufmerksamkeit.")),
    versions=(PREPRINT, Version("vaswani2017", "Attention is all you need")),
    source="b.bib:7",
)


def test_a_merged_paper_comes_back_as_it_was() -> None:
    assert read(json.dumps(to_json(MERGED))) == [MERGED]


def test_names_of_ours_that_mean_something_else_are_left_alone() -> None:
    (paper,) = read('{"title": "Quicksort", "versions": ["v1", "v2"], "translations": 3}')
    assert isinstance(paper, Paper)
    assert (paper.versions, paper.translations) == ((), ())


class Slowly:
    """A text in pieces of a few characters, as a document that streams by."""

    def __init__(self, text: str) -> None:
        self.pieces = [text[i : i + 7] for i in range(0, len(text), 7)]


def test_a_document_is_read_alike_however_it_comes_in(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    records = [{"title": f"Part {n}", "abstract": "x" * n, "year": 1900 + n} for n in range(40)]
    good = json.dumps(records, indent=1)
    bad = good.replace('"year": 1907', '"year": ,').replace('"title": "Part 20"', '"title": "Part 20')
    for text in (good, bad, good.replace("\n", ""), good[: len(good) // 2]):
        at_once = read(text)
        assert len(at_once) > 18
        with monkeypatch.context() as patched:
            patched.setattr(Source, "chunks", lambda self: iter(Slowly(self.bytes().read().decode()).pieces))
            assert read(text) == at_once


def test_a_dump_is_read_in_memory_that_does_not_grow_with_it() -> None:
    def lines() -> bytes:
        return b"".join(b'{"title": "Part %d", "abstract": "%s"}\n' % (n, b"x" * 900) for n in range(1_000))

    class Endless(io.RawIOBase):
        """Ten megabytes, made while they are read."""

        def __init__(self) -> None:
            self.block, self.left, self.at = lines(), 10, 0

        def read(self, size: int = -1) -> bytes:
            if self.at == len(self.block):
                self.left, self.at = self.left - 1, 0
            if not self.left:
                return b""
            piece = self.block[self.at : self.at + size]
            self.at += len(piece)
            return piece

    endless = Endless()
    tracemalloc.start()
    found = sum(
        isinstance(item, Paper) for item in read_jsonl(Source("dump.jsonl", cast("IO[bytes]", endless)))
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == 10_000
    assert peak < 1 << 20
