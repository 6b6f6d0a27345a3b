"""Phrases and exclusions: what a question requires, what it excludes, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from semsearch.errors import QuestionError
from semsearch.index.build import build
from semsearch.paper import Paper
from semsearch.search import MODES, Filters, Mode, Searcher, open_searcher
from semsearch.search.question import parse
from tests.support import CORPUS, WordEncoder

# Made up: a title with a dash where a word begins, and an abstract with quotation marks.
DASHED = Paper(
    "omics",
    "Cavity-to -Wall Transfer",
    "The networks of a “double helix” and of γ-rays.",
    ("A. Author",),
    2020,
)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    root: Path = tmp_path_factory.mktemp("phrases")
    build([*CORPUS, DASHED], root, WordEncoder())
    return Searcher(open_searcher(root).generation, WordEncoder())


@pytest.mark.parametrize(
    ("asked", "text", "phrases", "excluded"),
    [
        ('"double helix" of DNA', "double helix of DNA", ("double helix",), ()),
        ("“double helix” « base pairs »", "double helix base pairs", ("double helix", "base pairs"), ()),
        ("agents -robots", "agents", (), ("robots",)),
        ("-robots agents", "agents", (), ("robots",)),
        ('agents -"mobile robots" that plan', "agents that plan", (), ("mobile robots",)),
        ("agents -multi-agent", "agents", (), ("multi-agent",)),
    ],
)
def test_syntax_is_taken_off(
    asked: str, text: str, phrases: tuple[str, ...], excluded: tuple[str, ...]
) -> None:
    question = parse(asked)
    assert (question.text, question.phrases, question.excluded) == (text, phrases, excluded)


@pytest.mark.parametrize(
    "asked",
    [
        "self-supervised learning",
        "learning - a survey",
        "from 5 -10 to 10",
        "values of -0.5",
        "2010-2020 surveys",
        "agents --robots",
        'a 5" screen of 6" width',
        'the Schr\\"odinger equation of \\"Uber',
        'an "unclosed phrase',
        "semi- and self-supervised",
    ],
)
def test_what_is_no_syntax_stays(asked: str) -> None:
    assert parse(asked) == parse(parse(asked).text)
    assert parse(asked).text == asked


def test_a_long_passage_is_prose_and_says_so() -> None:
    passage = 'We present what is called a "memory" ' + "and more of it " * 5 + "-at last"
    question = parse(passage)
    assert (question.text, question.phrases, question.excluded) == (passage, (), ())
    assert "prose" in question.notes[0]


def _ids(searcher: Searcher, asked: str, mode: Mode = "auto") -> set[str]:
    return {hit.paper.id for hit in searcher.search(asked, mode=mode)}


@pytest.mark.parametrize("mode", MODES)
def test_only_papers_with_the_phrase_are_shown(searcher: Searcher, mode: Mode) -> None:
    results = searcher.search('"Double-Helix" networks', mode=mode)
    assert {hit.paper.id for hit in results} == {"10.1038/171737a0", "omics"}
    assert {hit.matched_by for hit in results} == {"phrase"}
    assert results.notes == ()
    assert _ids(searcher, '"double helix" "γ-rays"', mode) == {"omics"}
    assert _ids(searcher, '"gamma rays"', mode) == {"omics"}
    # Word for word: "helix double" stands nowhere, nor does "ouble heli".
    assert searcher.search('"helix double"', mode=mode).notes
    assert searcher.search('"ouble heli"', mode=mode).notes


def test_a_phrase_of_stop_words_is_found(searcher: Searcher) -> None:
    assert _ids(searcher, '"is a"', "lexical") == {"10.1038/171737a0"}


def test_a_phrase_that_nobody_wrote_is_said_and_the_nearest_follow(searcher: Searcher) -> None:
    results = searcher.search('"triple helix"')
    assert len(results) == len(searcher)
    assert results.notes == ("No paper here holds “triple helix” word for word; these are the nearest.",)
    assert results.to_dict()["notes"] == list(results.notes)
    assert searcher.search('"double helix"', filters=Filters(year_to=1950)).notes


@pytest.mark.parametrize("mode", MODES)
def test_excluded_words_and_phrases_are_gone(searcher: Searcher, mode: Mode) -> None:
    question = "networks of helix and learning"
    assert _ids(searcher, question, mode) >= {"gan", "omics", "curriculum"}
    assert not _ids(searcher, f"{question} -network", mode) & {"gan", "omics"}  # whatever the ending
    assert "curriculum" in _ids(searcher, f"{question} -network", mode)
    assert "10.1038/171737a0" not in _ids(searcher, f'{question} -"double helix"', mode)
    assert "10.1038/171737a0" in _ids(searcher, f'{question} -"helix double"', mode)


def test_a_title_is_excluded_though_it_is_named(searcher: Searcher) -> None:
    assert "gan" not in _ids(searcher, "Generative Adversarial Nets -networks")


def test_a_title_with_a_dash_is_a_title(searcher: Searcher) -> None:
    results = searcher.search("Cavity-to -Wall Transfer")
    assert (results[0].paper.id, results[0].matched_by) == ("omics", "title")


@pytest.mark.parametrize("asked", ["-robots", '-"a phrase"', "-robots -agents ?"])
def test_only_exclusions_are_refused_with_an_example(searcher: Searcher, asked: str) -> None:
    with pytest.raises(QuestionError, match="does not want") as caught:
        searcher.search(asked)
    assert "-" in caught.value.hint
