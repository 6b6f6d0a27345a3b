"""The jobs of a build, done by a Ray cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

from numpy.typing import NDArray

from semsearch.cluster.storage import Storage
from semsearch.encode import Encoder
from semsearch.encode.jobs import Job
from semsearch.errors import ClusterError, SemsearchError

_RETRIES = 5  # times that a job is begun again when its worker or its node has died, or the storage failed
_AHEAD = 2  # jobs for each core that are handed out at a time


@dataclass(frozen=True, slots=True)
class Order:
    """What a machine is told: do this, and write what comes of it there.

    Attributes:
        number: As the build counts them.
        job: What is to be done.
        name: Of the array in the storage.
    """

    number: int
    job: Job
    name: str


def make(order: Order, storage: Storage, load: Callable[[], Encoder]) -> None:
    """Do a job, unless that was done before."""
    if storage.read(order.name) is None:
        storage.write(order.name, order.job.run(lambda: _loaded(load)))


class Holder:
    """An actor that holds the model: loading one onto a GPU takes longer than a shard does."""

    def __init__(self, storage: Storage, load: Callable[[], Encoder]) -> None:
        self._storage, self._load = storage, load

    def load(self) -> None:
        """Load the model."""
        _loaded(self._load)

    def make(self, order: Order) -> None:
        """See `make`."""
        make(order, self._storage, self._load)


@lru_cache(maxsize=1)
def _loaded(load: Callable[[], Encoder]) -> Encoder:
    """The encoder, which a process loads once."""
    return load()


class RayRunner:
    """A `Runner` whose jobs are done all over a cluster; what comes of them goes through storage.

    What was written is never lost, whatever dies. A job that was not done is begun again: as a Ray task on a
    core, or, where it takes the encoder and actors hold that, by one of these.

    Args:
        ray: Connected; see `connected`.
        storage: Where arrays go; every machine must reach it.
        folder: Of the storage, that all of them go to.
        load: Loads the encoder on a machine. It must be picklable, hashable and equal to its like.
        holders: Actors that hold the encoder; 0 for tasks.
        needs: What Ray is to reserve for each of them: ``{"num_gpus": 1}``; None for one core.
    """

    def __init__(
        self,
        ray: Any,
        storage: Storage,
        folder: str,
        load: Callable[[], Encoder],
        *,
        holders: int = 0,
        needs: dict[str, Any] | None = None,
    ) -> None:
        self._ray, self._storage, self._folder = ray, storage, folder
        self._load, self._holders, self._needs = load, holders, needs or {"num_cpus": 1}

    def arrays(self, jobs: Iterable[Job]) -> Iterator[tuple[int, NDArray[Any]]]:
        """See `semsearch.encode.jobs.Runner`.

        Raises:
            ClusterError: A job cannot be done.
            EncoderError: The encoder cannot be loaded on a machine.
        """
        orders = (Order(number, job, f"{self._folder}/{job.name}") for number, job in enumerate(jobs))
        for first in orders:
            by = self._by_holders if self._holders and first.job.encodes else self._by_tasks
            for order in by(chain([first], orders)):
                yield order.number, self._read(order)

    def done(self) -> None:
        """Remove all arrays from the storage: the build has put them elsewhere."""
        self._storage.forget(self._folder)

    def _read(self, order: Order) -> NDArray[Any]:
        if (found := self._storage.read(order.name)) is None:
            raise ClusterError(
                "a job was done, and what came of it cannot be read from here.",
                where=f"{self._storage.url}/{order.name}",
                hint="The storage must be one that every machine of the cluster reaches.",
            )
        return found

    def _by_tasks(self, orders: Iterable[Order]) -> Iterator[Order]:
        """Have each job done by a task, on whichever core is free."""
        task = self._ray.remote(make).options(
            max_retries=_RETRIES, retry_exceptions=[OSError], scheduling_strategy="SPREAD", num_cpus=1
        )
        running: dict[Any, Order] = {}
        for order in orders:
            running[task.remote(order, self._storage, self._load)] = order
            # Nodes may join while it runs, and are given work as well.
            while len(running) >= _AHEAD * max(2, int(self._ray.cluster_resources().get("CPU", 0))):
                yield self._finished(running)
        while running:
            yield self._finished(running)

    def _by_holders(self, orders: Iterator[Order]) -> Iterator[Order]:
        """Have each job done by an actor that is free.

        One that has died is replaced, and its job goes to whoever is free next: the replacement may have to
        wait for a machine.
        """
        holder = self._ray.remote(Holder).options(**self._needs)
        dead = self._ray.exceptions.RayActorError
        # What each reference is for: the actor, and what it was told; nothing while it loads the model.
        running: dict[Any, tuple[Any, Order | None]] = {}
        deaths, again = 0, list[Order]()

        def hire() -> None:
            actor = holder.remote(self._storage, self._load)
            running[actor.load.remote()] = (actor, None)

        def following() -> Order | None:
            return again.pop() if again else next(orders, None)

        for _ in range(self._holders):
            hire()
        waiting = following()
        while waiting is not None or any(order for _, order in running.values()):
            (ended, *_), _ = self._ray.wait([*running], num_returns=1)
            actor, order = running.pop(ended)
            try:
                self._ray.get(ended)
            except dead as error:
                deaths += 1
                if deaths > _RETRIES * self._holders:
                    raise self._failed(error) from error
                if order is not None:
                    again.append(order)
                    waiting = waiting or following()
                hire()
                continue
            except self._ray.exceptions.RayError as error:
                raise self._failed(error) from error
            if waiting is not None:
                running[actor.make.remote(waiting)] = (actor, waiting)
                waiting = following()
            if order is not None:
                yield order

    def _finished(self, running: dict[Any, Order]) -> Order:
        """Wait for one task, and take it out."""
        (ended, *_), _ = self._ray.wait([*running], num_returns=1)
        try:
            self._ray.get(ended)
        except self._ray.exceptions.RayError as error:
            raise self._failed(error) from error
        return running.pop(ended)

    def _failed(self, error: Any) -> SemsearchError:
        """What to raise where a job cannot be done."""
        cause = getattr(error, "cause", None) or error
        if isinstance(cause, SemsearchError):
            return cause
        reason = str(cause).strip().splitlines()[0].rstrip(".")
        return ClusterError(
            f"a job could not be done ({type(cause).__name__}: {reason}).",
            where=self._storage.url,
            hint="What was made is kept: mend that, and start the same build again.",
        )
