"""The embedding cache returns what was stored, or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from semsearch.encode import Vectors
from semsearch.encode.cache import EmbeddingCache, key
from semsearch.errors import StorageError
from tests.support import WordEncoder

ENCODER = WordEncoder()
TEXTS = ["graph attention", "curriculum learning", "manifold mixup"]


def found_in(cache: EmbeddingCache, texts: Iterable[str]) -> dict[bytes, Vectors]:
    batches = cache.find({key(text) for text in texts})
    return {name: row for names, vectors in batches for name, row in zip(names, vectors, strict=True)}


def test_what_was_stored_comes_back_bit_by_bit(tmp_path: Path) -> None:
    vectors = ENCODER.encode_documents(TEXTS)
    with EmbeddingCache(tmp_path, ENCODER.passport) as cache:
        cache.put(map(key, TEXTS), vectors)
    with EmbeddingCache(tmp_path, ENCODER.passport) as cache:
        found = found_in(cache, (TEXTS[2], "unknown", TEXTS[0]))
    assert {*found} == {key(TEXTS[2]), key(TEXTS[0])}
    np.testing.assert_array_equal(found[key(TEXTS[2])], vectors[2])


@pytest.mark.parametrize("asked", [1, 1_000, 8_000])
def test_of_many_entries_those_asked_for_are_found(tmp_path: Path, asked: int) -> None:
    texts = [f"text {i}" for i in range(8_000)]
    vectors = ENCODER.encode_documents(texts)
    with EmbeddingCache(tmp_path, ENCODER.passport) as cache:
        cache.put(map(key, texts), vectors)
        found = found_in(cache, [*texts[-asked:], "unknown"])
    assert {*found} == set(map(key, texts[-asked:]))
    for text, vector in zip(texts[-asked:], vectors[-asked:], strict=True):
        np.testing.assert_array_equal(found[key(text)], vector)


def test_another_encoder_finds_nothing(tmp_path: Path) -> None:
    other = WordEncoder(salt="other")
    with EmbeddingCache(tmp_path, ENCODER.passport) as cache:
        cache.put(map(key, TEXTS), ENCODER.encode_documents(TEXTS))
    with EmbeddingCache(tmp_path, other.passport) as cache:
        assert found_in(cache, TEXTS) == {}


def test_a_damaged_entry_is_not_returned(tmp_path: Path) -> None:
    with EmbeddingCache(tmp_path, ENCODER.passport) as cache:
        cache.put(map(key, TEXTS), ENCODER.encode_documents(TEXTS))
    path = cache.path
    with sqlite3.connect(path) as database:
        (value,) = database.execute("SELECT value FROM vectors WHERE key = ?", (key(TEXTS[0]),)).fetchone()
        flipped = bytes([value[0] ^ 1]) + value[1:]
        database.execute("UPDATE vectors SET value = ? WHERE key = ?", (flipped, key(TEXTS[0])))
        # The right bytes under the key of another text are as wrong as damaged ones.
        database.execute("UPDATE vectors SET value = ? WHERE key = ?", (value, key(TEXTS[1])))
    database.close()
    with EmbeddingCache(tmp_path, ENCODER.passport) as cache:
        assert {*found_in(cache, TEXTS)} == {key(TEXTS[2])}


def test_keeping_only_some_forgets_the_others(tmp_path: Path) -> None:
    with EmbeddingCache(tmp_path, ENCODER.passport) as cache:
        cache.put(map(key, TEXTS), ENCODER.encode_documents(TEXTS))
        assert cache.keep_only({key(TEXTS[1])}) == 2
        assert {*found_in(cache, TEXTS)} == {key(TEXTS[1])}


def test_a_file_that_is_no_database_is_begun_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with EmbeddingCache(tmp_path, ENCODER.passport) as cache:
        path = cache.path
    path.write_bytes(b"not a database at all" * 100)
    with EmbeddingCache(tmp_path, ENCODER.passport) as cache:
        assert path.name in caplog.text
        cache.put(map(key, TEXTS), ENCODER.encode_documents(TEXTS))
        assert len(found_in(cache, TEXTS)) == 3
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_what_is_whole_in_a_damaged_database_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    texts = [f"text {i}" for i in range(1_000)]
    vectors = dict(zip(map(key, texts), ENCODER.encode_documents(texts), strict=True))
    with EmbeddingCache(tmp_path, ENCODER.passport) as cache:
        cache.put(vectors.keys(), np.stack([*vectors.values()]))
        path = cache.path
    whole, page = path.read_bytes(), 16_384
    pages = len(whole) // page
    kept = []
    for damaged in range(pages):
        path.write_bytes(whole[: damaged * page] + b"\xff" * page + whole[(damaged + 1) * page :])
        with EmbeddingCache(tmp_path, ENCODER.passport) as cache:
            found = found_in(cache, texts)
            for name, vector in found.items():
                np.testing.assert_array_equal(vector, vectors[name])
            kept.append(len(found))
            cache.put(vectors.keys(), np.stack([*vectors.values()]))
            assert len(found_in(cache, texts)) == 1_000
    assert "was damaged" in caplog.text
    # Nothing can be read without the first page, which says what the file is, and the root of the table.
    assert sorted(kept)[2] > 800


@pytest.mark.parametrize("seed", range(4))
def test_flipped_bits_never_give_another_vector(tmp_path: Path, seed: int) -> None:
    texts = [f"text {i}" for i in range(300)]
    vectors = dict(zip(map(key, texts), ENCODER.encode_documents(texts), strict=True))
    with EmbeddingCache(tmp_path, ENCODER.passport) as cache:
        cache.put(vectors.keys(), np.stack([*vectors.values()]))
        path = cache.path
    whole, random = path.read_bytes(), np.random.default_rng(seed)
    for _ in range(12):
        damaged = bytearray(whole)
        # Half of the flips go to where the database describes itself.
        for place in (random.integers(200), random.integers(len(whole))):
            damaged[place] ^= 1 << random.integers(8)
        path.write_bytes(damaged)
        with EmbeddingCache(tmp_path, ENCODER.passport) as cache:
            for name, vector in found_in(cache, texts).items():
                np.testing.assert_array_equal(vector, vectors[name])
            cache.put(vectors.keys(), np.stack([*vectors.values()]))
            cache.keep_only({*vectors})
            assert len(found_in(cache, texts)) == 300


def test_a_cache_that_may_not_be_written_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / f"{ENCODER.passport.fingerprint[:32]}.sqlite"
    path.mkdir()
    with pytest.raises(StorageError, match=path.name):
        EmbeddingCache(tmp_path, ENCODER.passport)
    assert path.is_dir()
