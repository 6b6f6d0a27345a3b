"""Questions that wait together are encoded together, and each gets its own vector."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from semsearch.encode import Vectors
from semsearch.encode.questions import MOST_TOGETHER, REMEMBERED, QuestionEncoder
from tests.support import WordEncoder


class Gate(WordEncoder):
    """An encoder that waits to be let on, and keeps what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[list[str]] = []
        self.entered, self.go = threading.Semaphore(0), threading.Semaphore(0)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(list(texts))
        self.entered.release()
        assert self.go.acquire(timeout=10)
        if "broken" in texts:
            raise ValueError("cannot be encoded")
        return super().encode_queries(texts)


def _ask(
    encoder: QuestionEncoder, questions: Sequence[str]
) -> tuple[list[threading.Thread], dict[str, object]]:
    """One thread a question; what each got is in the dictionary."""
    got: dict[str, object] = {}

    def ask(question: str) -> None:
        try:
            got[question] = encoder.encode_queries([question])[0]
        except ValueError as error:
            got[question] = error

    threads = [threading.Thread(target=ask, args=(question,)) for question in questions]
    for thread in threads:
        thread.start()
    return threads, got


def _wait_until_waiting(encoder: QuestionEncoder, count: int) -> None:
    deadline = threading.Event()
    for _ in range(1000):
        if len(encoder._waiting) == count:
            return
        deadline.wait(0.01)
    pytest.fail(f"{len(encoder._waiting)} wait, not {count}")


def test_the_first_goes_at_once_and_those_who_waited_go_together() -> None:
    gate, plain = Gate(), WordEncoder()
    encoder = QuestionEncoder(gate)
    first, got_first = _ask(encoder, ["first"])
    assert gate.entered.acquire(timeout=10)
    questions = [f"question {i}" for i in range(40)]
    others, got = _ask(encoder, questions)
    _wait_until_waiting(encoder, 40)
    gate.go.release(3)
    for thread in (*first, *others):
        thread.join(timeout=10)
    assert [len(batch) for batch in gate.batches] == [1, MOST_TOGETHER, 8]
    for question, vector in {**got_first, **got}.items():
        assert isinstance(vector, np.ndarray)
        np.testing.assert_allclose(vector, plain.encode_queries([question])[0], atol=1e-6)
    assert len(got) == 40


def test_a_question_that_was_asked_is_not_encoded_again() -> None:
    gate = Gate()
    encoder = QuestionEncoder(gate)
    gate.go.release(2)
    twice = encoder.encode_queries(["a", "b", "a"])
    np.testing.assert_array_equal(twice[0], twice[2])
    np.testing.assert_array_equal(encoder.encode_queries(["b", "a"]), twice[[1, 0]])
    assert gate.batches == [["a", "b"]]
    encoder.encode_queries(["c"])
    assert gate.batches == [["a", "b"], ["c"]]


def test_memory_has_a_bound() -> None:
    encoder = QuestionEncoder(WordEncoder())
    for i in range(REMEMBERED + 10):
        encoder.encode_queries([str(i)])
    assert len(encoder._known) == REMEMBERED


def test_an_error_reaches_all_who_waited_and_the_next_is_answered() -> None:
    gate = Gate()
    encoder = QuestionEncoder(gate)
    first, _ = _ask(encoder, ["first"])
    assert gate.entered.acquire(timeout=10)
    others, got = _ask(encoder, ["broken", "innocent"])
    _wait_until_waiting(encoder, 2)
    gate.go.release(2)
    for thread in (*first, *others):
        thread.join(timeout=10)
    assert {name: str(error) for name, error in got.items()} == dict.fromkeys(
        ("broken", "innocent"), "cannot be encoded"
    )
    gate.go.release()
    assert encoder.encode_queries(["next"]).shape == (1, 32)


def test_no_question_gives_no_vector() -> None:
    assert QuestionEncoder(WordEncoder()).encode_queries([]).shape == (0, 32)
