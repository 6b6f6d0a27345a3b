"""Fixtures: the default encoder, loaded once; and the shared data, where it is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import settings

from semsearch.api import build
from semsearch.encode import pretrained
from semsearch.encode.transformer import TransformerEncoder
from semsearch.ingest.formats.jsonl import to_json
from semsearch.search import Searcher, open_searcher
from tests.support import CORPUS, Run, call_main

# No deadline: a busy machine is no failure. The same examples at every run of CI; new ones at every other.
settings.register_profile("semsearch", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("semsearch")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real collections that are not part of the repository."""
    folder = Path(os.environ.get("SEMSEARCH_SHARED", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("skipped: no shared data")
    return folder


@pytest.fixture(scope="session")
def data() -> Path:
    """The hand-written files, one a format, and their malformed twins."""
    return Path(__file__).parent / "data"


@pytest.fixture(scope="session")
def encoder() -> TransformerEncoder:
    """The embedded default."""
    return pretrained.load().encoder()


@pytest.fixture(scope="session")
def cross_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CrossEncoder of one layer and random weights, that reads letters; saved as any other."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification
    from transformers.models.bert import BertTokenizer

    folder = tmp_path_factory.mktemp("cross-encoder")
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters)]
    (folder / "vocab.txt").write_text("\n".join(words))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        initializer_range=0.5,  # so that papers differ in score by more than rounding
    )
    config.num_labels = 1
    BertForSequenceClassification(config).save_pretrained(folder / "model")
    BertTokenizer(str(folder / "vocab.txt"), model_max_length=512).save_pretrained(folder / "model")
    return folder / "model"


@pytest.fixture(scope="session")
def searcher(encoder: TransformerEncoder, tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """An index of the small corpus, with the default encoder."""
    root = tmp_path_factory.mktemp("corpus")
    build(CORPUS, root, encoder=encoder)
    return Searcher(open_searcher(root).generation, encoder)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command; returns exit code, stdout and stderr."""
    monkeypatch.delenv("SEMSEARCH_INDEX", raising=False)
    monkeypatch.delenv("SEMSEARCH_CONFIG", raising=False)

    def call(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        code = call_main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small corpus as a file, and beside it an index, made by the command with the default encoder."""
    folder = tmp_path_factory.mktemp("published")
    lines = [json.dumps(to_json(paper)) for paper in CORPUS]
    (folder / "corpus.jsonl").write_text("\n".join(lines), encoding="utf-8")
    arguments = ["index", str(folder / "corpus.jsonl"), "--index", str(folder / "index"), "--quiet"]
    assert call_main(arguments) == 0
    return folder / "index"
