"""What a check of the doctor finds, and what it looks at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from semsearch.index.generation import Generation, open_generation
from semsearch.index.manifest import Manifest
from semsearch.index.store import Store

State = Literal["good", "note", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        about: What it is, in a word or two.
        state: ``problem``: questions are not answered, or not to be trusted; it must be mended. ``warning``:
            questions are answered, but a build will fail, or something is slower than it need be. ``note``:
            worth knowing. ``good``: as it should be.
        what: What was found, in one sentence.
        mend: What to do about it; empty where nothing is to be done.
    """

    about: str
    state: State
    what: str
    mend: str = ""


class Case:
    """What is examined: an index, opened as far as it can be.

    Args:
        root: The folder of the index.
    """

    def __init__(self, root: Path) -> None:
        self.root, self.store = root, Store(root)

    @cached_property
    def manifest(self) -> Manifest:
        """Of the published generation; raises as `Store.manifest` and `Store.published` do."""
        return self.store.manifest(self.store.published())

    @cached_property
    def generation(self) -> Generation:
        """The published generation, every file of it checked; raises as `open_generation` does."""
        return open_generation(self.store, thoroughly=True)
