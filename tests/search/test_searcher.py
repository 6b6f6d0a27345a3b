"""Answers against truth: brute force for each mode, and papers that a question names."""

from __future__ import annotations

import numpy as np
import pytest

from semsearch.errors import PaperNotFound, QuestionError
from semsearch.index.build import document_text
from semsearch.search import MODES, Filters, Mode, Searcher
from tests.support import CORPUS


def _ids(searcher: Searcher, question: str, mode: Mode = "auto", **filters: str | int) -> list[str]:
    return [hit.paper.id for hit in searcher.search(question, mode=mode, filters=Filters(**filters))]  # type: ignore[arg-type]


def test_dense_scores_are_the_cosines_of_brute_force(searcher: Searcher) -> None:
    question = "how is genetic material copied?"
    documents = searcher.encoder.encode_documents([document_text(paper) for paper in CORPUS])
    cosines = documents @ searcher.encoder.encode_queries([question])[0]
    results = searcher.search(question, mode="dense")
    assert [hit.paper.id for hit in results] == [CORPUS[i].id for i in np.argsort(-cosines)]
    np.testing.assert_allclose([hit.score for hit in results], np.sort(cosines)[::-1], atol=1e-5)
    np.testing.assert_allclose([hit.similarity or 0 for hit in results], np.sort(cosines)[::-1], atol=1e-5)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("two models competing, a forger and a detective", "gan"),
        ("soft alignment between languages", "bahdanau"),
        ("teach simple things first", "curriculum"),
        ("how is genetic material copied?", "10.1038/171737a0"),
        ("putting a list in order", "quicksort"),
    ],
)
def test_a_question_in_other_words_finds_its_paper(searcher: Searcher, question: str, expected: str) -> None:
    assert _ids(searcher, question)[0] == expected


@pytest.mark.parametrize(
    ("question", "expected", "matched_by"),
    [
        ("curriculum learning", "curriculum", "title"),
        ("  GENERATIVE adversarial nets. ", "gan", "title"),
        ("10.1038/171737A0", "10.1038/171737a0", "identifier"),
        ("https://doi.org/10.1038/171737a0", "10.1038/171737a0", "identifier"),
        ("Jérôme Louradour", "curriculum", "author"),
        ("jerome louradour", "curriculum", "author"),
        ("Louradour, Jérôme", "curriculum", "author"),
        ("papers by Mehdi Mirza", "gan", "author"),
        ("hoare", "quicksort", "author"),
        ("what is DNA made of", "10.1038/171737a0", "acronym"),
        ("helix", "10.1038/171737a0", "word"),
    ],
)
def test_what_a_question_names_comes_first(
    searcher: Searcher, question: str, expected: str, matched_by: str
) -> None:
    results = searcher.search(question)
    assert (results[0].paper.id, results[0].matched_by) == (expected, matched_by)
    scores = [hit.score for hit in results]
    assert scores == sorted(scores, reverse=True)


def test_all_papers_of_an_author_come_first(searcher: Searcher) -> None:
    assert set(_ids(searcher, "Yoshua Bengio")[:2]) == {"bahdanau", "curriculum"}


def test_a_word_is_not_taken_for_a_name_that_fewer_bear(searcher: Searcher) -> None:
    # "sentence" and "school" are words; no author is called so, and no route may fire on "examples".
    assert {hit.matched_by for hit in searcher.search("long sentences in a vector")} <= {
        "meaning and words",
        "meaning",
        "words",
    }


def test_a_filter_is_applied_inside_the_search(searcher: Searcher) -> None:
    for mode in MODES:
        assert _ids(searcher, "networks that learn", mode, year_from=2015) in (["bahdanau"], [])
    assert _ids(searcher, "double helix", year_to=1962, year_from=1960) == ["quicksort"]
    assert set(_ids(searcher, "double helix", author="bengio")) == {"bahdanau", "curriculum"}
    assert _ids(searcher, "double helix", venue="nips") == ["gan"]
    assert _ids(searcher, "double helix", author="nobody") == []


def test_lexical_returns_only_papers_with_the_words(searcher: Searcher) -> None:
    results = searcher.search("zebra helix", mode="lexical")
    assert [hit.paper.id for hit in results] == ["10.1038/171737a0"]
    assert results[0].similarity is None
    assert list(searcher.search("zebra", mode="lexical")) == []


def test_evidence_is_a_sentence_of_the_abstract_at_its_offsets(searcher: Searcher) -> None:
    hits = list(searcher.search("how is the molecule of heredity copied?"))
    assert hits[0].evidence is not None
    assert hits[0].evidence.text == "The pairing suggests how the molecule is copied."
    for hit in hits:
        if hit.evidence is None:
            assert hit.paper.abstract == ""
        else:
            assert hit.paper.abstract[hit.evidence.start : hit.evidence.end] == hit.evidence.text


def test_the_words_of_the_question_are_marked_in_title_and_evidence(searcher: Searcher) -> None:
    for mode in MODES:
        hit = searcher.search("how do you align the long sentence?", mode=mode)[0]
        assert hit.paper.id == "bahdanau"
        assert [hit.paper.title[start:end] for start, end in hit.title_words] == ["Align"]
        assert hit.evidence is not None
        marked = [hit.paper.abstract[start:end] for start, end in hit.evidence.words]
        assert marked == ["Long", "sentences"]
        assert hit.reasons is None


def test_every_mode_shows_evidence(searcher: Searcher) -> None:
    for hit in searcher.search("what is a double helix", mode="lexical"):
        assert hit.evidence is not None
        assert hit.evidence.text.startswith("DNA is a double helix")


def test_an_answer_is_as_sure_as_its_best_hit(searcher: Searcher) -> None:
    for question in ("how is genetic material copied?", "cheap phone plan", "Yoshua Bengio"):
        results = searcher.search(question)
        found = [hit.confidence for hit in results]
        assert results.confidence == min(found, key=["strong", "fair", "weak"].index)  # type: ignore[arg-type]
    assert searcher.search("cheap phone plan").confidence == "weak"
    assert searcher.search("Yoshua Bengio").confidence == "strong"
    assert searcher.search("learning", mode="lexical").confidence is None
    assert searcher.search("learning", filters=Filters(author="nobody")).confidence is None


def test_offset_continues_the_same_order(searcher: Searcher) -> None:
    whole = searcher.search("learning from examples", k=5)
    rest = searcher.search("learning from examples", k=3, offset=2)
    assert [(hit.rank, hit.paper.id) for hit in rest] == [(hit.rank, hit.paper.id) for hit in whole[2:]]


@pytest.mark.parametrize("question", ["", "   ", "\n\t", "?!…", "x" * 50_000])
def test_a_question_that_cannot_be_asked_is_refused(searcher: Searcher, question: str) -> None:
    with pytest.raises(QuestionError) as caught:
        searcher.search(question)
    assert caught.value.hint


def test_arguments_out_of_range_are_the_callers_mistake(searcher: Searcher) -> None:
    for bad in ({"k": 0}, {"k": 1001}, {"offset": -1}, {"mode": "fast"}):
        with pytest.raises(ValueError):
            searcher.search("learning", **bad)


def test_related_papers_leave_out_their_seeds(searcher: Searcher) -> None:
    assert searcher.related("gan")[0].paper.id in {"bahdanau", "curriculum"}
    ids = [hit.paper.id for hit in searcher.related(["gan", "bahdanau"])]
    assert ids[0] == "curriculum"
    assert set(ids) == {"curriculum", "10.1038/171737a0", "quicksort"}


def test_papers_unlike_a_seed_move_down(searcher: Searcher) -> None:
    assert searcher.related("curriculum", unlike=["bahdanau"])[0].paper.id != "bahdanau"
    assert "bahdanau" not in [hit.paper.id for hit in searcher.related("curriculum", unlike=["bahdanau"])]


def test_an_unknown_id_is_named(searcher: Searcher) -> None:
    with pytest.raises(PaperNotFound, match="nonesuch"):
        searcher.related("nonesuch")
    with pytest.raises(PaperNotFound, match="nonesuch"):
        searcher.paper("nonesuch")
