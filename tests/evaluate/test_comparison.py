"""Two sides over the same questions, against differences computed by hand."""

from __future__ import annotations

import pytest

from semsearch.evaluate import Question, compare, judge
from semsearch.evaluate.runs import ranked

QUESTIONS = [Question(f"q{i}", f"question {i}") for i in range(6)]
QRELS = {question.id: {"good": 1} for question in QUESTIONS}
# The rank of the one good paper gives every measure: 1 / rank, and nDCG 1 / log2(rank + 1).
FIRST, SECOND, THIRD = ranked(["good", "x", "y"]), ranked(["x", "good", "y"]), ranked(["x", "y", "good"])
A = {"q0": THIRD, "q1": SECOND, "q2": FIRST, "q3": SECOND, "q4": THIRD}
B = {"q0": FIRST, "q1": FIRST, "q2": SECOND, "q3": SECOND, "q4": FIRST, "q5": FIRST}


def test_differences_by_hand() -> None:
    a, b = (judge(run, QUESTIONS, QRELS) for run in (A, B))
    comparison = compare(QUESTIONS, ("old", "new"), a, b)
    rank = comparison.differences["mrr@10"]
    assert rank.mean == pytest.approx((2 / 3 + 1 / 2 - 1 / 2 + 0 + 2 / 3 + 1) / 6)
    assert (rank.better, rank.worse) == (4, 1)
    # Sizes 2/3, 1/2, 1/2, 2/3, 1 with one of the halves lost sum to 14/6 out of at most 20/6. As far from 0
    # are the sums with nothing flipped, or one half, that is 1 + 2 of 32, and their mirror images.
    assert rank.p == pytest.approx(6 / 32)
    assert not rank.significant
    assert comparison.differences["recall@100"].p == 1  # one question differs: both signs are as far


def test_the_questions_that_changed_most_come_first_and_the_others_not_at_all() -> None:
    a, b = (judge(run, QUESTIONS, QRELS) for run in (A, B))
    comparison = compare(QUESTIONS, ("old", "new"), a, b, changed=4)
    assert [question.id for question in comparison.changed] == ["q5", "q0", "q4", "q1"]
    everything = compare(QUESTIONS, ("old", "new"), a, b, changed=100)
    assert [question.id for question in everything.changed] == ["q5", "q0", "q4", "q1", "q2"]
    assert comparison.change(QUESTIONS[0]) == pytest.approx((0.5, 1))
    shown = comparison.to_dict()["changed"][0]
    assert shown == {
        "id": "q5",
        "text": "question 5",
        "change": 1.0,
        "a": {"ndcg@10": 0.0, "first": None},
        "b": {"ndcg@10": 1.0, "first": {"id": "good", "title": None, "relevant": True}},
    }


def test_a_side_against_itself_changes_nothing() -> None:
    a = judge(A, QUESTIONS, QRELS)
    comparison = compare(QUESTIONS, ("one", "two"), a, a)
    assert comparison.changed == ()
    for difference in comparison.differences.values():
        assert (difference.mean, difference.interval, difference.p) == (0, (0, 0), 1)


def test_sides_over_other_questions_cannot_be_compared() -> None:
    a, b = judge(A, QUESTIONS, QRELS), judge(B, QUESTIONS[1:], QRELS)
    with pytest.raises(ValueError, match="same questions"):
        compare(QUESTIONS, ("a", "b"), a, b)
