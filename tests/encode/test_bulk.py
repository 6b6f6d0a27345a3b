"""Texts cut into shards: every text once, and cut alike when a build is started again."""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest

from semsearch.encode import Vectors
from semsearch.encode.bulk import Encoding, cut, embed, fill
from semsearch.encode.cache import EmbeddingCache, key
from semsearch.encode.jobs import Job, Local
from tests.support import WordEncoder

PAPERS = [
    [f"title {n}", f"title {n}. an abstract", "we are grateful", f"sentence {n // 2}"] for n in range(10)
]


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[EmbeddingCache]:
    with EmbeddingCache(tmp_path, WordEncoder().passport) as opened:
        yield opened


class Dies(Local):
    """Encodes two shards, the last ones first, and dies."""

    def arrays(self, jobs: Iterable[Job]) -> Iterator[tuple[int, Vectors]]:
        found = list(super().arrays(jobs))
        yield from found[:-3:-1]
        raise ConnectionError


def test_every_text_is_in_one_shard_with_the_first_paper_that_says_it(cache: EmbeddingCache) -> None:
    shards = cut(cache, PAPERS, 3)
    assert len(shards) == 4
    texts = [text for shard in shards for text in shard.values()]
    assert sorted(texts) == sorted({text for texts in PAPERS for text in texts})
    assert all(name == key(text) for shard in shards for name, text in shard.items())
    assert "we are grateful" in shards[0].values()
    assert "sentence 1" in shards[0].values()
    assert "sentence 1" not in shards[1].values()
    assert [len(text) for text in shards[0].values()] == sorted(len(text) for text in shards[0].values())


def test_a_build_started_again_goes_on_with_the_shards_that_are_missing(cache: EmbeddingCache) -> None:
    encoder, before = WordEncoder(), cut(cache, PAPERS, 3)
    done: list[int] = []
    with pytest.raises(ConnectionError):
        fill(Dies(encoder), cache, before, done.append)
    assert done == [1, 1]
    again = cut(cache, PAPERS, 3)
    assert again == before[:2]
    assert fill(Local(encoder), cache, again, done.append) == sum(map(len, before[:2]))
    assert done == [1, 1, 1, 1]
    assert cut(cache, PAPERS, 3) == []


def test_what_a_runner_encodes_embedding_finds(cache: EmbeddingCache) -> None:
    encoder = WordEncoder()
    fill(Local(encoder), cache, cut(cache, PAPERS, 4), lambda _: None)
    texts = [text for texts in PAPERS for text in texts]
    out = np.empty((len(texts), 32), dtype=np.float32)
    assert embed(encoder, cache, texts, out, lambda _: None) == 0
    np.testing.assert_allclose(out, encoder.encode_documents(texts), atol=1e-6)


def test_texts_are_encoded_in_their_order_and_named_by_that_and_the_encoder() -> None:
    encoder = WordEncoder()
    jobs = [Encoding("a" * 64, texts) for texts in (["one", "two"], ["two", "one"], ["onetwo"], ["one"])]
    for number, vectors in Local(encoder).arrays(jobs):
        np.testing.assert_array_equal(vectors, encoder.encode_documents(jobs[number].texts))
    names = {job.name for job in jobs} | {Encoding("b" * 64, job.texts).name for job in jobs}
    assert len(names) == 8
    assert Encoding("a" * 64, ("one", "two")).name in names
    assert pickle.loads(pickle.dumps(jobs[0])) == jobs[0]


def test_without_an_encoder_nothing_is_encoded() -> None:
    with pytest.raises(ValueError, match="no encoder"):
        next(Local().arrays([Encoding("a" * 64, ["one"])]))
