"""An event loop whose time passes only while it waits: minutes of load take as long as their computing."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")


class _Skipping(selectors.DefaultSelector):
    """Does not wait, but says how long it would have waited."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.skipped += timeout or 0.0
        return super().select(0)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.skipped


def in_no_time(main: Coroutine[Any, Any, T]) -> T:
    """What ``main`` returns, with `asyncio.sleep` and all timers taking no time of ours."""

    def run() -> T:
        with asyncio.Runner(loop_factory=_Loop) as runner:
            return runner.run(main)

    # On a thread of its own: where a browser was driven before, this one has a loop already.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run).result()
