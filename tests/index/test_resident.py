"""What is resident of mapped files is bounded, and what is read stays the same."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from semsearch.index.arrays import mapped
from semsearch.index.resident import Resident, of_files

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
    Resident(numbers.parent, most=of_files() + _SLACK).bound()
    assert of_files() - before > touched - _SLACK
    Resident(numbers.parent, most=before).bound()
    assert of_files() - before < _SLACK
    assert array.sum() == _NUMBERS * (_NUMBERS - 1) // 2


def test_files_of_others_stay(numbers: Path) -> None:
    array = mapped(numbers, np.int64, _NUMBERS)
    array.sum()
    before = of_files()
    (numbers.parent.parent / "other").mkdir()
    Resident(numbers.parent.parent / "other", most=0).bound()
    assert of_files() > before - _SLACK


def test_who_reads_meanwhile_reads_the_same(numbers: Path) -> None:
    array, right, done = mapped(numbers, np.int64, _NUMBERS), list[bool](), threading.Event()

    def read() -> None:
        while not done.is_set():
            right.append(bool((np.diff(array) == 1).all()))

    reader = threading.Thread(target=read)
    reader.start()
    while len(right) < 3:
        Resident(numbers.parent, most=0).bound()
    done.set()
    reader.join()
    assert all(right)
