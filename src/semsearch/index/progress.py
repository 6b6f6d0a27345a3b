"""How a build tells whoever watches it what it is doing."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of every step of a build, in order."""

    def step(self, name: str, total: int = 0) -> None:
        """A step begins; ``total`` units of work when they can be counted."""
        ...

    def advance(self, units: int) -> None:
        """So many more units of the current step are done."""
        ...


class Silent:
    """Shows nothing."""

    def step(self, name: str, total: int = 0) -> None:
        """See `Progress`."""

    def advance(self, units: int) -> None:
        """See `Progress`."""
