"""The stopwatch, against a clock that is told what to say."""

from __future__ import annotations

import pytest

from semsearch.search import Searcher
from semsearch.search.hits import MODES
from semsearch.search.stages import Stages


def test_each_stage_takes_the_time_since_the_last_one_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([10.0, 10.5, 10.75, 11.75])
    monkeypatch.setattr(Stages, "clock", lambda: next(seconds))
    stages = Stages()
    for stage in ("read", "score", "read"):
        stages.end(stage)
    assert stages.took == {"read": 1500.0, "score": 250.0}


def test_the_stages_of_an_answer_are_all_of_its_time(searcher: Searcher) -> None:
    answers = [searcher.search("learning", 3, mode=mode) for mode in MODES]
    answers.append(searcher.related("gan", 3))
    for answer in answers:
        assert {"read", "dress"} <= {*answer.stages}
        assert answer.took_ms == sum(answer.stages.values())
    assert "words" not in answers[MODES.index("dense")].stages
    assert "encode" not in answers[MODES.index("lexical")].stages
