"""Questions as they come: those that wait together are encoded together; the last ones are remembered."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from semsearch.encode.encoder import Encoder, Passport, Vectors

MOST_TOGETHER = 32
REMEMBERED = 2_000  # vectors; 3 MB at 384 dimensions


@dataclass(eq=False, slots=True)
class _Waiting:
    """One caller's texts, until they have vectors."""

    texts: Sequence[str]
    turn: threading.Event = field(default_factory=threading.Event)
    vectors: Vectors | None = None
    error: BaseException | None = None

    @property
    def done(self) -> bool:
        return self.vectors is not None or self.error is not None


class QuestionEncoder:
    """An encoder that many threads ask for questions. Safe to share between them.

    Whoever comes while nothing runs encodes at once, together with all who wait at that moment, and never
    waits for more. When it is done, the first of those who came meanwhile does the same.

    Args:
        encoder: What encodes.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._lock = threading.Lock()
        self._waiting: deque[_Waiting] = deque()
        self._running = False
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    @property
    def passport(self) -> Passport:
        """See `Encoder`."""
        return self._encoder.passport

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        return self._encoder.encode_documents(texts)

    def over_limit(self, texts: Sequence[str]) -> int:
        """See `Encoder`."""
        return self._encoder.over_limit(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Encoder`."""
        if not texts:
            return self._encoder.encode_queries(texts)
        mine = _Waiting(texts)
        with self._lock:
            known = [self._known.get(text) for text in texts]
            if all(vector is not None for vector in known):
                for text in texts:
                    self._known.move_to_end(text)
                return np.stack([vector for vector in known if vector is not None])
            self._waiting.append(mine)
            first = not self._running
            self._running = True
        if not first:
            mine.turn.wait()
        if not mine.done:
            self._encode_waiting()
        if mine.error is not None:
            raise mine.error
        assert mine.vectors is not None  # noqa: S101 -- set by whoever gave the turn
        return mine.vectors

    def _encode_waiting(self) -> None:
        """Encode what waits, then give the turn to the first of those who came meanwhile."""
        with self._lock:
            together: list[_Waiting] = []
            while self._waiting and (
                not together
                or sum(len(w.texts) for w in together) + len(self._waiting[0].texts) <= MOST_TOGETHER
            ):
                together.append(self._waiting.popleft())
        texts = list(dict.fromkeys(text for waiting in together for text in waiting.texts))
        try:
            vectors = dict(zip(texts, self._encoder.encode_queries(texts), strict=True))
            for waiting in together:
                waiting.vectors = np.stack([vectors[text] for text in waiting.texts])
        except Exception as error:  # noqa: BLE001 -- every caller raises it
            vectors = {}
            for waiting in together:
                waiting.error = error
        with self._lock:
            self._known.update(vectors)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            following = self._waiting[0] if self._waiting else None
            self._running = following is not None
        for waiting in together:
            waiting.turn.set()
        if following is not None:
            following.turn.set()
