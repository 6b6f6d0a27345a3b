"""What is resident of mapped files is bounded, and what is read stays the same."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from semsearch.errors import QuestionError
from semsearch.index.arrays import mapped
from semsearch.index.build import build
from semsearch.index.generation import open_generation
from semsearch.index.resident import bound, of_files
from semsearch.index.store import Store
from semsearch.search import Searcher
from tests.support import CORPUS, WordEncoder

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="no /proc on this system")

_NUMBERS = 8_000_000  # 64 MB of them
_SLACK = 8_000_000  # bytes of libraries that other threads may touch meanwhile


@pytest.fixture
def numbers(tmp_path: Path) -> Path:
    (tmp_path / "generation").mkdir()
    path = tmp_path / "generation" / "numbers.npy"
    np.save(path, np.arange(_NUMBERS))
    return path


def test_what_is_over_the_limit_is_let_go_of_and_found_again(numbers: Path) -> None:
    array, before = mapped(numbers, np.int64, _NUMBERS), of_files()
    assert array.sum() == _NUMBERS * (_NUMBERS - 1) // 2
    touched = of_files() - before
    assert touched > 8 * _NUMBERS - _SLACK
    bound(numbers.parent, of_files() + _SLACK)
    assert of_files() - before > touched - _SLACK
    bound(numbers.parent, before)
    assert of_files() - before < _SLACK
    assert array.sum() == _NUMBERS * (_NUMBERS - 1) // 2


def _resident(folder: Path) -> int:
    """Kilobytes of the files of a folder, as the system counts them."""
    here, found = False, 0
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        if line.startswith("Rss:"):
            found += int(line.split()[1]) if here else 0
        elif not line.split()[0].endswith(":"):
            here = str(folder) in line
    return found


def test_a_searcher_lets_go_before_a_question_and_answers_the_same(tmp_path: Path) -> None:
    build(CORPUS, tmp_path, WordEncoder())
    generation = open_generation(Store(tmp_path))
    free, bounded = (Searcher(generation, WordEncoder(), resident=most) for most in (None, 0))
    expected = [(hit.paper.id, hit.score) for hit in free.search("how is DNA copied?")]
    assert _resident(generation.folder) > 0
    with pytest.raises(QuestionError):
        bounded.search("-proteins")  # nothing is read for it
    assert _resident(generation.folder) == 0
    assert [(hit.paper.id, hit.score) for hit in bounded.search("how is DNA copied?")] == expected


def test_files_of_others_stay(numbers: Path) -> None:
    array = mapped(numbers, np.int64, _NUMBERS)
    array.sum()
    before = of_files()
    (numbers.parent.parent / "other").mkdir()
    bound(numbers.parent.parent / "other", 0)
    assert of_files() > before - _SLACK


def test_who_reads_meanwhile_reads_the_same(numbers: Path) -> None:
    array, right, done = mapped(numbers, np.int64, _NUMBERS), list[bool](), threading.Event()

    def read() -> None:
        while not done.is_set():
            right.append(bool((np.diff(array) == 1).all()))

    reader = threading.Thread(target=read)
    reader.start()
    while len(right) < 3:
        bound(numbers.parent, 0)
    done.set()
    reader.join()
    assert all(right)
