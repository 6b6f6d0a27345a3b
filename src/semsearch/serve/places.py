"""Places to work at: so many requests are computed at once; the others wait as long as waiting is worth it.

A queue is good while it takes up a burst, and bad while it stands: then every request waits, and not one
more is answered for it (Nichols and Jacobson, "Controlling Queue Delay", 2012). So there are two bounds on
how long a request may wait. In a burst it is the one that is set. When somebody has waited for all of it,
the queue stands. From then on nobody waits longer than an answer takes, and the newest begins first: those
who wait longest are the nearest to being refused anyway, and the others hardly wait at all. It has gone
when for the length of the bound nobody was refused.

So how many may wait follows from what an answer takes, on this machine and from this index.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

_SHARE = 0.1  # of the newest in the mean of what an answer takes
_TICK = 0.001  # seconds; timers of an event loop are no more exact
_LEAST = 0.01  # seconds; to be later than this is in the nature of an event loop beside threads that compute

outliving: ContextVar[list[Future[Any]] | None] = ContextVar("outliving", default=None)
"""What threads go on with for a request that nobody waits for any more; its place is not free before."""


@dataclass(eq=False, slots=True)
class _Waiting:
    since: float
    turn: asyncio.Future[bool]


class Places:
    """The places of one event loop.

    Args:
        count: Requests that are worked on at once.
        longest: Seconds that one may wait in a burst.
    """

    def __init__(self, count: int, longest: float) -> None:
        self._free, self._longest = count, longest
        self._queue = deque[_Waiting]()
        self._takes: float | None = None  # seconds of an answer, the mean
        self._refused = -longest
        self._crowded = False
        self._timer: asyncio.Handle | None = None

    @property
    def crowded(self) -> bool:
        """Whether the queue stands."""
        return self._crowded

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(not waiting.turn.done() for waiting in self._queue)

    async def take(self, *, patient: bool = True) -> bool:
        """Take a place, at once or when there is one.

        Args:
            patient: Whether to wait even while the queue stands.

        Returns:
            False where there was none in time. Otherwise `leave` is to be called once.
        """
        loop = asyncio.get_running_loop()
        now = loop.time()
        if self._free:
            self._free -= 1
            self._began(now)
            return True
        if self._crowded and not patient:
            self._refused = now
            return False
        mine = _Waiting(now, loop.create_future())
        self._queue.append(mine)
        if self._timer is None:
            self._timer = loop.call_at(now + self._bound(), self._expire)
        try:
            return await mine.turn
        except asyncio.CancelledError:
            if mine.turn.done() and not mine.turn.cancelled() and mine.turn.result():
                self.leave()  # the turn had just come
            raise

    def leave(self, seconds: float | None = None) -> None:
        """Give the place back, to the next who waits.

        Args:
            seconds: How long the answer took, if it is of the ordinary kind.
        """
        if seconds is not None:
            self._takes = seconds if self._takes is None else self._takes + _SHARE * (seconds - self._takes)
        now = asyncio.get_running_loop().time()
        while self._queue:
            following = self._queue.pop() if self._crowded else self._queue.popleft()
            if not following.turn.done():
                following.turn.set_result(True)
                self._began(now)
                return
        self._free += 1

    def _due(self) -> float:
        """When the first in the queue has waited for too long."""
        return self._queue[0].since + self._bound()

    def _bound(self) -> float:
        if not self._crowded or self._takes is None:
            return self._longest
        return min(self._longest, max(self._takes, _LEAST))

    def _began(self, now: float) -> None:
        if self._crowded and now - self._refused > self._longest:
            self._crowded = False

    def _expire(self) -> None:
        """Refuse those who have waited for too long."""
        loop = asyncio.get_running_loop()
        now, self._timer = loop.time(), None
        while self._queue and (self._queue[0].turn.done() or now >= self._due() - _TICK):
            turn = self._queue.popleft().turn
            if not turn.done():
                turn.set_result(False)
                self._refused, self._crowded = now, True
        if self._queue:
            self._timer = loop.call_at(self._due(), self._expire)
