"""Work that any machine can do, and where it is done: in this process, or on many machines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from numpy.typing import NDArray

from semsearch.encode.encoder import Encoder


class Job(Protocol):
    """A piece of work: a pure function of what it carries, which can be pickled.

    Attributes:
        encodes: Whether it is for a machine that has the encoder.
    """

    encodes: ClassVar[bool]

    @property
    def name(self) -> str:
        """SHA-256 of all that the array follows from, in hexadecimal: the same work has the same name."""
        ...

    def run(self, encoder: Callable[[], Encoder]) -> NDArray[Any]:
        """Do it.

        Args:
            encoder: Gives that of the build, which it may have to load first.
        """
        ...


class Runner(Protocol):
    """Where jobs are done."""

    def arrays(self, jobs: Iterable[Job]) -> Iterator[tuple[int, NDArray[Any]]]:
        """What comes of some jobs, as it is ready.

        Args:
            jobs: All of one kind.

        Yields:
            The number of a job, from 0 on, and its array; each once, in any order.
        """
        ...

    def done(self) -> None:
        """All that came of them is kept elsewhere now."""
        ...


@dataclass(frozen=True, slots=True)
class Local:
    """Does them here, one after the other.

    Attributes:
        encoder: For jobs that encode; None where there are none.
    """

    encoder: Encoder | None = None

    def arrays(self, jobs: Iterable[Job]) -> Iterator[tuple[int, NDArray[Any]]]:
        """See `Runner`."""
        for number, job in enumerate(jobs):
            yield number, job.run(self._loaded)

    def done(self) -> None:
        """See `Runner`."""

    def _loaded(self) -> Encoder:
        if self.encoder is None:
            raise ValueError("there is no encoder to encode with")
        return self.encoder
