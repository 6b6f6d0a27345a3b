"""Encoders that sentence-transformers runs: the embedded default, and any other from a folder."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

from semsearch.encode import DEFAULT, Passport, pretrained
from semsearch.encode.models import DEFAULT_WEIGHTS_SHA256, locate
from semsearch.encode.transformer import TransformerEncoder
from semsearch.errors import EncoderError

LONG = "We study how agents that plan ahead remember what they saw in an earlier episode. " * 60


def test_the_default_is_the_published_model(encoder: TransformerEncoder) -> None:
    assert encoder.passport == Passport(
        name=DEFAULT,
        revision=None,
        weights_sha256=DEFAULT_WEIGHTS_SHA256,
        template="{title}. {abstract}",
        pooling="mean, windows by their tokens",
        normalisation="l2",
        max_tokens=256,
        dim=384,
    )


def test_vectors_are_those_of_sentence_transformers(encoder: TransformerEncoder) -> None:
    texts = ["Graph Attention Networks", "Les réseaux de neurones apprennent.", "x"]
    expected = SentenceTransformer(locate(DEFAULT)).encode(texts, normalize_embeddings=True)
    np.testing.assert_allclose(encoder.encode_documents(texts), expected, atol=1e-5)
    np.testing.assert_allclose(encoder.encode_queries(texts), expected, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(encoder.encode_documents(texts), axis=1), 1, atol=1e-6)


def test_no_text_gives_no_vector(encoder: TransformerEncoder) -> None:
    assert encoder.encode_documents([]).shape == (0, 384)


def test_a_long_text_is_read_to_its_end(encoder: TransformerEncoder) -> None:
    end = "The double helix of DNA carries genes."
    plain, with_end = encoder.encode_documents([LONG, LONG + end])
    # Cut at 256 tokens, both would be the same text.
    assert float(plain @ with_end) < 0.999
    (question,) = encoder.encode_queries(["double helix"])
    assert with_end @ question > plain @ question
    assert encoder.over_limit([LONG, "short", end]) == 1


def test_the_vector_of_a_long_text_is_the_mean_of_its_windows(encoder: TransformerEncoder) -> None:
    tokenizer = Tokenizer.from_file(str(Path(locate(DEFAULT)) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    offsets = tokenizer.encode(LONG, add_special_tokens=False).offsets
    starts = range(0, len(offsets), 254)
    cuts = [0, *(offsets[start][0] for start in starts[1:]), len(LONG)]
    texts = [LONG[a:b] for a, b in pairwise(cuts)]
    weights = [min(254, len(offsets) - start) for start in starts]
    mean = np.average(encoder.encode_documents(texts), axis=0, weights=weights)
    np.testing.assert_allclose(encoder.encode_documents([LONG])[0], mean / np.linalg.norm(mean), atol=1e-5)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model of two layers and random weights, saved as any other."""
    import torch
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel
    from transformers.models.bert import BertTokenizer

    folder = tmp_path_factory.mktemp("tiny")
    words = [
        "[PAD]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        *"abcdefghijklmnopqrstuvwxyz",
        *(f"##{c}" for c in "aeiou"),
    ]
    (folder / "vocab.txt").write_text("\n".join(words))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(config).save_pretrained(folder / "bert")
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=64)
    pooling = Pooling(transformer.get_embedding_dimension(), pooling_mode="cls")
    SentenceTransformer(modules=[transformer, pooling], device="cpu").save(str(folder / "model"))
    return folder / "model"


def test_any_other_model_is_loaded_from_its_folder(tiny: Path) -> None:
    encoder = pretrained.load(str(tiny)).encoder()
    assert (encoder.passport.dim, encoder.passport.pooling, encoder.passport.max_tokens) == (
        16,
        "cls, windows by their tokens",
        64,
    )
    assert encoder.encode_documents(["abc", "xyz"]).shape == (2, 16)


def test_the_same_weights_elsewhere_are_the_same_encoder(tiny: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(tiny, tmp_path / "copy")
    first, second = (pretrained.load(str(path)).passport for path in (tiny, tmp_path / "copy"))
    assert first.name != second.name
    assert first.fingerprint == second.fingerprint


def test_a_model_that_cannot_be_loaded_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EncoderError, match="no such folder"):
        pretrained.load(str(tmp_path / "none"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(EncoderError) as caught:
        pretrained.load(str(tmp_path / "empty"))
    assert DEFAULT in caught.value.hint or "safetensors" in str(caught.value)
