"""Phrases, against a plain search through the text."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from semsearch.index import texts
from semsearch.index.spelling import spelled
from semsearch.index.texts import PaperTexts
from tests.support import CORPUS


def test_every_phrase_of_the_corpus_is_found_where_it_stands(tmp_path: Path) -> None:
    texts.write(tmp_path, CORPUS)
    index = PaperTexts(tmp_path, len(CORPUS))
    parts = [[f" {spelled(part)} " for part in (paper.title, paper.abstract)] for paper in CORPUS]
    for paper in CORPUS:
        words = spelled(paper.abstract).split()
        for size in (1, 2, 3):
            for start in range(len(words) - size + 1):
                phrase = " ".join(words[start : start + size])
                expected = [i for i, both in enumerate(parts) if any(f" {phrase} " in part for part in both)]
                assert index.holding(phrase).tolist() == expected
                assert index.holding(phrase, np.arange(len(CORPUS))).tolist() == expected
                assert index.holding(phrase, most=1).tolist() == expected[:1]
                if size == 1:
                    assert index.uses(phrase) == len(expected)
    assert index.uses("Nets") == index.uses("nets") == 1
    assert index.uses("net") == index.uses("nonesuch") == 0


def test_a_phrase_does_not_go_on_from_title_to_abstract_or_to_the_next_paper(tmp_path: Path) -> None:
    texts.write(tmp_path, CORPUS)
    index = PaperTexts(tmp_path, len(CORPUS))
    assert index.holding("Adversarial Nets Two networks").tolist() == []
    assert index.holding("from real data Neural Machine").tolist() == []
    assert index.holding("from real data").tolist() == [0]
