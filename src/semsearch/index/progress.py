"""How a build tells whoever watches it what it is doing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item")
Advance = Callable[[int], None]
"""Told how many more units of work are done."""


class Progress(Protocol):
    """Told of every step of a build, in order."""

    def step(self, name: str, total: int = 0) -> None:
        """A step begins; ``total`` units of work when they can be counted."""
        ...

    def advance(self, units: int) -> None:
        """So many more units of the current step are done."""
        ...


class Timed:
    """Passes on what it is told, and remembers how many seconds each step took."""

    def __init__(self, watcher: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._watcher, self._name, self._since = watcher, "", time.monotonic()

    def step(self, name: str, total: int = 0) -> None:
        """See `Progress`."""
        now = time.monotonic()
        if self._name:
            self.seconds[self._name] = self.seconds.get(self._name, 0.0) + now - self._since
        self._name, self._since = name, now
        self._watcher.step(name, total)

    def advance(self, units: int) -> None:
        """See `Progress`."""
        self._watcher.advance(units)


class Silent:
    """Shows nothing."""

    def step(self, name: str, total: int = 0) -> None:
        """See `Progress`."""

    def advance(self, units: int) -> None:
        """See `Progress`."""


def ignore(units: int) -> None:
    """Is told how much is done, and shows nothing."""


def counted(items: Iterable[Item], advance: Advance) -> Iterator[Item]:
    """The items, each of them a unit of work that is done when the next is asked for."""
    for item in items:
        yield item
        advance(1)
