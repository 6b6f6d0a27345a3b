"""An index answers only with the encoder that built it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from semsearch.encode import Vectors, unit
from semsearch.errors import IndexForeign
from semsearch.index.build import build
from semsearch.index.generation import open_generation
from semsearch.index.store import Store
from semsearch.search import Searcher
from tests.support import CORPUS, WordEncoder


class Drifted(WordEncoder):
    """Claims to be the encoder of the index, but its vectors have moved."""

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        vectors = super().encode_documents(texts)
        return unit(vectors + np.float32(0.1) * np.roll(vectors, 1, axis=1))


def test_another_encoder_of_the_same_dimension_is_refused(tmp_path: Path) -> None:
    build(CORPUS, tmp_path, WordEncoder())
    generation = open_generation(Store(tmp_path))
    Searcher(generation, WordEncoder())
    with pytest.raises(IndexForeign, match="built with the encoder words "):
        Searcher(generation, WordEncoder(salt="other"))


def test_an_encoder_whose_vectors_moved_is_refused(tmp_path: Path) -> None:
    build(CORPUS, tmp_path, WordEncoder())
    with pytest.raises(IndexForeign, match="no longer gives the vectors") as caught:
        Searcher(open_generation(Store(tmp_path)), Drifted())
    assert "rebuild" in caught.value.hint
