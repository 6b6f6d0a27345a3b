"""Questions that nobody would ask: read, or refused, and at once."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semsearch.errors import PaperNotFound, QuestionError
from semsearch.harmless import plain
from semsearch.index.identifiers import identifiers
from semsearch.search import Filters, Searcher, open_searcher
from semsearch.search.question import parse
from semsearch.search.searcher import LONGEST_QUESTION
from tests.hostile import ADDRESSES, PAPERS, TEXTS
from tests.support import CORPUS, WordEncoder, script

readers = script("fuzz_readers")
_ASKED = st.lists(
    st.sampled_from([*TEXTS.values(), *ADDRESSES, *readers.TARGETS["question"].words.split("·")])
    | st.text(max_size=8),
    max_size=8,
).map("".join)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    from semsearch.api import build

    root = tmp_path_factory.mktemp("hostile") / "index"
    build([*CORPUS, *PAPERS], root, encoder=WordEncoder(), force=True)
    return Searcher(open_searcher(root).generation, WordEncoder())


@given(_ASKED)
def test_a_question_is_taken_apart_or_refused(tmp_path_factory: pytest.TempPathFactory, asked: str) -> None:
    readers.TARGETS["question"].make(Path("unused"))(asked.encode(errors="surrogatepass"))


@given(_ASKED, st.sampled_from(["auto", "hybrid", "dense", "lexical"]))
def test_a_question_is_answered_or_refused(searcher: Searcher, asked: str, mode: str) -> None:
    try:
        searcher.search(asked, 3, mode=mode, filters=Filters(author=asked[:20] or None))  # type: ignore[arg-type]
    except QuestionError:
        return


@pytest.mark.parametrize(
    "asked",
    [
        '-"' * 3000 + "x" * 4000,
        "pmid " + " " * 9000,
        "http://x/" + ")" * 9000,
        "10.1234" + ".1" * 4500,
        '"' * 9999,
    ],
    ids=["quotes", "blanks", "brackets", "a DOI", "only quotes"],
)
def test_a_long_question_takes_no_longer_for_its_shape(searcher: Searcher, asked: str) -> None:
    assert len(asked) <= LONGEST_QUESTION
    searcher.search("a question first, for what is loaded once")
    started = time.thread_time()
    with suppress(QuestionError):
        searcher.search(asked, 3)
    assert time.thread_time() - started < 1.0


def test_what_is_repeated_does_not_take_longer_and_longer() -> None:
    watch = readers.Watch(readers.TARGETS["question"].make(Path("unused")))
    for data in [*readers.stretched("question")][::12]:
        watch(data)
    assert watch.found == {}


def test_a_phrase_is_found_as_before() -> None:
    assert parse('a "b c" -"d e" -f "..."').phrases == ("b c",)
    assert parse('a "b c" -"d e" -f "..."').excluded == ("d e", "f")
    assert parse('"unclosed phrase').phrases == ()


def test_half_a_character_is_in_no_id(searcher: Searcher) -> None:
    for identifier in ("\ud800", "gan\udcff", "10.1000/\ud800"):
        with pytest.raises(PaperNotFound):
            searcher.paper(identifier)


def test_an_id_is_found_as_a_terminal_shows_it(searcher: Searcher) -> None:
    arabic = next(paper for paper in PAPERS if "Title of arabic " in paper.title)
    assert plain(arabic.id) != arabic.id
    assert searcher.paper(plain(arabic.id)) == arabic


def test_identifiers_lose_what_stands_around_them_as_before() -> None:
    assert identifiers("(see doi:10.1000/a(b)c).")[0] == "doi:10.1000/a(b)c"
    assert identifiers("10.1000/a)))")[0] == "doi:10.1000/a"
    assert identifiers("10.1000/((a)") == ["doi:10.1000/((a)"]
    assert identifiers("PMID :  123") == ["pmid:123"]
