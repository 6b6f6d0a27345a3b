"""An encoder for machines of a cluster that needs no model, and takes its time."""

from __future__ import annotations

import time
from collections.abc import Sequence

from semsearch.encode import Vectors
from tests.support import WordEncoder


class SlowWords(WordEncoder):
    """As `WordEncoder`, in no less than a quarter of a second."""

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        time.sleep(0.25)
        return super().encode_documents(texts)


def slow_words() -> SlowWords:
    """Loads it, wherever it is called."""
    return SlowWords()


def no_words() -> WordEncoder:
    """For machines that are not to load one."""
    raise AssertionError("nothing was to be encoded")
