"""Texts to token ids, in windows that a model reads whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a text: its token ids, special tokens included, and how much of the text it is."""

    ids: Sequence[int]
    weight: int


class Tokens:
    """A fast tokenizer and the longest input of its model. Safe to share between threads.

    Args:
        tokenizer: As `tokenizers` loads it; taken over, and set neither to cut nor to pad.
        max_tokens: Longest input of the model, special tokens included.
    """

    def __init__(self, tokenizer: Tokenizer, max_tokens: int) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self.room = max_tokens - tokenizer.num_special_tokens_to_add(is_pair=False)

    def windows(self, texts: Sequence[str]) -> list[list[Window]]:
        """The windows of each text, one at least.

        The first holds as much as it can: what a paper is about, title and all, is read in one piece.
        """
        whole = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        found = [[self._window(encoding, 1)] if len(encoding) <= self.room else [] for encoding in whole]
        long = [i for i, windows in enumerate(found) if not windows]
        for i in long:
            starts = range(0, len(whole[i]), self.room)
            cuts = [0, *(whole[i].offsets[start][0] for start in starts[1:]), len(texts[i])]
            parts = self._tokenizer.encode_batch(
                [texts[i][a:b] for a, b in pairwise(cuts)], add_special_tokens=False
            )
            weights = [min(self.room, len(whole[i]) - start) for start in starts]
            found[i] = [self._window(*pair) for pair in zip(parts, weights, strict=True)]
        return found

    def over_limit(self, texts: Sequence[str]) -> int:
        """How many of the texts need more than one window."""
        # A token has a character or more.
        long = [text for text in texts if len(text) > self.room]
        return sum(len(e) > self.room for e in self._tokenizer.encode_batch(long, add_special_tokens=False))

    def _window(self, encoding: Encoding, weight: int) -> Window:
        # A part of a text may have a token more than it had as a part: a word that was cut in two.
        encoding.truncate(self.room)
        return Window(self._tokenizer.post_process(encoding).ids, weight)
