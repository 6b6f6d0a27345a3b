"""What was done and what went wrong, as a line while it runs and as a table at the end."""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import dataclass, field

_TOLD_EVERY = 20  # seconds, where there is no terminal to write one line over the other


@dataclass
class Tally:
    """Counts what was tried, by kind, and keeps every violation of a promise.

    Attributes:
        until: When to stop, in seconds of `time.monotonic`.
    """

    until: float
    told: float = 0.0
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)
    skipped: list[tuple[str, str, str]] = field(default_factory=list)

    def tried(self, part: str, kind: str, violation: str = "") -> None:
        """One more was tried; what it broke, if anything."""
        self.done[part, kind] += 1
        if violation:
            self.wrong.append((part, kind, violation))
            self._clear()
            print(f"BROKEN  {part}: {kind}: {violation}", file=sys.stderr, flush=True)
        self._line(part)

    def say(self, part: str, what: str) -> None:
        """Something that is neither a try nor wrong, for below the table."""
        self.said.append(f"{part}: {what}")

    def skip(self, part: str, kind: str, why: str) -> None:
        """It cannot be tried here."""
        self.skipped.append((part, kind, why))

    def count(self, part: str) -> int:
        """How many of a part were tried."""
        return sum(count for (of, _), count in self.done.items() if of == part)

    @property
    def over(self) -> bool:
        """Has the time run out?"""
        return time.monotonic() > self.until

    def table(self) -> str:
        """All of it."""
        self._clear()
        lines = ["| what was done | how often | lost, mixed or wrong |", "| --- | ---: | ---: |"]
        for part in dict.fromkeys(part for part, _ in self.done):
            wrong = Counter(kind for of, kind, _ in self.wrong if of == part)
            lines.append(f"| **{part}** | **{self.count(part):,}** | **{wrong.total()}** |")
            for (of, kind), count in sorted(self.done.items()):
                if of == part:
                    lines.append(f"| {kind} | {count:,} | {wrong[kind]} |")
        lines += [f"\n{what}" for what in self.said]
        lines += [f"\nnot tried here: {part}, {kind}: {why}" for part, kind, why in self.skipped]
        lines += [f"\nBROKEN {part}, {kind}: {what}" for part, kind, what in self.wrong]
        return "\n".join(lines)

    def _line(self, part: str) -> None:
        left = max(0, self.until - time.monotonic())
        said = f"{part}: {self.count(part):,} done, {len(self.wrong)} broken, {left:.0f} s left at most"
        if sys.stderr.isatty():
            print(f"\r{said:<100}", end="", file=sys.stderr, flush=True)
        elif time.monotonic() > self.told + _TOLD_EVERY:
            self.told = time.monotonic()
            print(said, file=sys.stderr, flush=True)

    def _clear(self) -> None:
        if sys.stderr.isatty():
            print(f"\r{'':<100}\r", end="", file=sys.stderr, flush=True)
