"""Files that nobody would write: what once took seconds, or broke; and what hypothesis makes up."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semsearch.errors import SourceError
from semsearch.ingest.clean import clean_doi, clean_name, clean_text
from semsearch.ingest.formats.page.html import visible_lines
from semsearch.ingest.reader import read
from semsearch.paper import Paper
from tests.hostile import PAPERS, TEXTS
from tests.support import script

SIZE = 100_000
SECONDS = 2.0  # of the processor, for what takes a tenth of one; most of these took more than five
readers = script("fuzz_readers")


def again(text: str, size: int = SIZE) -> str:
    return text * (size // len(text))


def record(**fields: str) -> str:
    return json.dumps({"title": "A Title", **fields}, ensure_ascii=False)


SLOW = {
    "blank lines before what could be LaTeX": "Publications\n\n" + again("\n"),
    "tabs before what could be a table": again("\t") + "@misc{a, title = {A Title}}",
    "the beginning of a DOI again and again": record(doi=again("10.1234.1.1.")),
    "blanks between two names": record(authors=again(" ") + "x"),
    "joiners": record(abstract=again("\u200d")),
    "marks of two kinds on one letter": record(abstract="A" + again("\u0301\u0323")),
    "marks of Tibet": record(abstract="A" + again("\u0f71\u0f72")),
    "layers of markup": record(abstract=again("\\emph{", SIZE // 2) + again("}", SIZE // 10)),
    "escapes of an escape": record(abstract="&" + again("amp;") + "lt;"),
    "hidden in what is hidden": f"<html><body>{again('<div hidden>We show.')}",
    "elements in each other": f"<html><body>{again('<div><b>')}",
    "an entity of entities": "<!DOCTYPE html [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefg", "bcdefgh", strict=True))
    + "]><html><body><h2>A Title</h2><p>We show that &h;</p>",
    "arrays in arrays": f'{{"title": {again("[")}',
    "a number of a hundred thousand digits": f'{{"title": "A Title", "year": {again("9")}}}',
    "one key again and again": f'{{{again(chr(34) + "title" + chr(34) + ": 1, ")}"title": "A Title"}}',
    "braces in braces": f"@misc{{a, title = {again('{', SIZE // 2)}{again('}', SIZE // 2)}}}",
    "halves of characters": f'{{"title": "A Title {again(chr(92) + "ud800")}"}}',
}


@pytest.mark.parametrize("name", SLOW)
def test_a_file_is_read_or_refused_at_once(name: str, tmp_path: Path) -> None:
    file = tmp_path / "input"
    file.write_text(SLOW[name], encoding="utf-8", newline="")
    clean_text("A small one first, for what is imported once: Café &amp; $\\alpha$.")
    started = time.thread_time()
    with suppress(SourceError):
        read(file)
    assert time.thread_time() - started < SECONDS


def test_no_file_is_read_through_an_entity(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the house")
    page = f'<!DOCTYPE html [<!ENTITY x SYSTEM "{secret.as_uri()}">]><html><body><p>A Title &x; here</p>'
    assert [line.text for line in visible_lines(page)][-1] == "A Title &x; here"


def test_text_of_more_layers_than_are_read_is_clean_all_the_same() -> None:
    deep = "\\emph{" * 50 + "words" + "}" * 50
    assert "words" in clean_text(deep)
    assert clean_text(clean_text(deep)) == clean_text(deep)


def test_a_name_that_becomes_markup_by_being_turned_around_is_clean() -> None:
    turned = clean_name("end{x}, \\")
    assert clean_text(turned) == turned


def test_a_doi_is_found_in_its_parts_and_not_in_too_many() -> None:
    assert clean_doi("doi:10.1000.10.2/abc") == "10.1000.10.2/abc"
    assert clean_doi("10.1234." + "1." * 5000) is None


def test_joiners_stay_where_scripts_spell_with_them() -> None:
    assert clean_text("می\u200cخواهم a\u200d\u200d\u200cb") == "می\u200cخواهم ab"


def test_hostile_papers_are_read_within_the_limits_and_read_again_as_they_are(tmp_path: Path) -> None:
    file = tmp_path / "hostile.jsonl"
    lines = [
        json.dumps({"id": str(i), "title": p.title, "abstract": p.abstract}) for i, p in enumerate(PAPERS)
    ]
    file.write_text("\n".join(lines), encoding="utf-8")
    papers, rejected = read(file, keep_duplicates=True)
    assert len(papers) + len(rejected) == len(PAPERS)
    assert len(papers) > len(PAPERS) - 3
    for paper in papers:
        assert clean_text(paper.title) == paper.title
        assert clean_text(paper.abstract) == paper.abstract


@pytest.mark.parametrize(
    "name", ["any", "page", "html", "bibtex", "jsonl", "json", "clean", "latex", "names"]
)
def test_what_takes_long_when_it_is_repeated_is_not_there(name: str, tmp_path: Path) -> None:
    """Each word of the fuzzer, and some pairs, up to 64 kB."""
    watch = readers.Watch(readers.TARGETS[name].make(tmp_path / "input"))
    for data in [*readers.stretched(name)][:: 120 if name in ("any", "clean", "bibtex") else 40]:
        watch(data)
    assert {key: what for key, (_, what) in watch.found.items()} == {}


_FIELD = st.one_of(
    st.text(max_size=30),
    st.sampled_from([*TEXTS.values()]),
    st.integers(),
    st.floats(),
    st.none(),
    st.booleans(),
    st.lists(st.text(max_size=10), max_size=3),
    st.lists(st.dictionaries(st.sampled_from(["name", "x"]), st.text(max_size=10)), max_size=2),
)
_RECORD = st.dictionaries(
    st.sampled_from(
        ["id", "title", "abstract", "authors", "year", "venue", "doi", "url", "language", "keywords"]
    ),
    _FIELD,
)
_ENTRY = st.builds(
    lambda kind, key, fields: f"@{kind}{{{key}, " + ", ".join(f"{k} = {v}" for k, v in fields.items()) + "}",
    st.sampled_from(["article", "misc", "string", "comment", "preamble"]),
    st.text(st.sampled_from("ab:{}, \\\n"), max_size=5),
    st.dictionaries(
        st.sampled_from(["title", "author", "year", "journal", "doi", "url", "abstract"]),
        st.text(st.sampled_from("aé{}\"#,=\\$%&~^_'` \n@"), max_size=20).map(lambda text: f"{{{text}}}")
        | st.text(max_size=10).map(lambda text: f'"{text}"'),
        max_size=4,
    ),
)


def held(file: Path, text: str) -> None:
    """Read to papers that can be written and read again, or to reasons."""
    file.write_text(text, encoding="utf-8", errors="replace", newline="")
    readers.TARGETS["any"].make(file)(file.read_bytes())


@settings(max_examples=200)
@given(st.lists(_RECORD, max_size=3), st.booleans())
def test_whatever_json_holds_is_read_or_rejected(
    tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, object]], lines: bool
) -> None:
    text = "\n".join(map(json.dumps, records)) if lines else json.dumps(records)
    held(tmp_path_factory.getbasetemp() / "fuzzed", text)


@settings(max_examples=200)
@given(st.lists(_ENTRY, min_size=1, max_size=4))
def test_whatever_bibtex_holds_is_read_or_rejected(
    tmp_path_factory: pytest.TempPathFactory, entries: list[str]
) -> None:
    held(tmp_path_factory.getbasetemp() / "fuzzed", "\n".join(entries))


def test_a_source_that_can_be_no_file_keeps_nothing_from_being_built(tmp_path: Path) -> None:
    from semsearch.index.gate import by_source

    papers = [
        Paper(str(i), "A Title", source=f"{where}:1") for i, where in enumerate(("a\0b", "\ud800", "refs"))
    ]
    assert list(by_source(papers).values()) == [1, 1, 1]
