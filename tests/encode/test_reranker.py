"""The reranker against the CrossEncoder that it runs, and what it refuses to run."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import CrossEncoder

from semsearch.encode import DEFAULT
from semsearch.encode.reranker import Reranker
from semsearch.errors import EncoderError
from semsearch.index.build import document_text
from tests.support import CORPUS

QUESTION = "how is genetic material copied?"
TEXTS = [document_text(paper) for paper in CORPUS]


def test_scores_are_the_logits_of_the_cross_encoder(cross_encoder: Path) -> None:
    truth = CrossEncoder(str(cross_encoder)).predict(
        [(QUESTION, text) for text in TEXTS], activation_fn=torch.nn.Identity()
    )
    scores = Reranker(str(cross_encoder)).scores(QUESTION, TEXTS)
    assert np.ptp(truth) > 0.01
    np.testing.assert_allclose(scores, truth, atol=1e-5)


def test_a_text_longer_than_the_model_reads_is_cut(cross_encoder: Path) -> None:
    reranker = Reranker(str(cross_encoder))
    long = "adversarial " * 400
    assert reranker.scores(QUESTION, [long + "end"]) == pytest.approx(reranker.scores(QUESTION, [long]))


def test_no_text_gets_no_score(cross_encoder: Path) -> None:
    assert Reranker(str(cross_encoder)).scores(QUESTION, []).shape == (0,)


def test_the_number_of_threads_stays_what_it_was(cross_encoder: Path) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        Reranker(str(cross_encoder)).scores(QUESTION, TEXTS)
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def _pickled(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")


def _without_weights(folder: Path) -> None:
    (folder / "model.safetensors").write_bytes(b"")


def _without_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def _of_three_labels(folder: Path) -> None:
    CrossEncoder(str(folder), num_labels=3, model_kwargs={"ignore_mismatched_sizes": True}).save_pretrained(
        str(folder)
    )


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (_pickled, "pickled weights"),
        (_without_weights, "cannot be loaded"),
        (_without_config, "cannot be loaded"),
        (_of_three_labels, "gives 3 scores a pair"),
    ],
)
def test_a_model_that_cannot_rerank_is_refused(
    cross_encoder: Path, tmp_path: Path, spoil: Callable[[Path], None], why: str
) -> None:
    folder = tmp_path / "spoilt"
    shutil.copytree(cross_encoder, folder)
    spoil(folder)
    with pytest.raises(EncoderError, match=why) as caught:
        Reranker(str(folder))
    assert str(folder) in caught.value.where
    assert caught.value.hint


def test_an_encoder_is_no_reranker(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(EncoderError, match="is no cross-encoder"):
        Reranker(DEFAULT)
    assert capfd.readouterr() == ("", "")  # the error says it all, and the libraries say nothing


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="no such folder"):
        Reranker(str(tmp_path / "none"))


def test_a_hub_that_cannot_be_reached_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderError, match="the reranker cannot be loaded") as caught:
        Reranker("nobody/no-such-model")
    assert caught.value.where == "nobody/no-such-model"
    assert "model hub" in caught.value.hint
