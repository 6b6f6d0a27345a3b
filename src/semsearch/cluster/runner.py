"""The texts of a build, encoded by a Ray cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from semsearch.cluster.storage import Storage
from semsearch.encode import Encoder, Vectors
from semsearch.errors import ClusterError, SemsearchError

_RETRIES = 5  # times that a shard is begun again when its worker or its node has died, or the storage failed
_AHEAD = 2  # shards for each core that are handed out at a time


@dataclass(frozen=True, slots=True)
class Shard:
    """What a machine is told: encode these texts, and write the vectors there.

    Attributes:
        number: As the build counts them.
        name: Of its vectors in the storage; the same texts and encoder have the same name.
        texts: What is encoded.
        dim: Of a vector.
    """

    number: int
    name: str
    texts: Sequence[str]
    dim: int

    def read(self, storage: Storage) -> Vectors | None:
        """Its vectors, where they were written."""
        return storage.read(self.name, len(self.texts), self.dim)


def make(shard: Shard, storage: Storage, load: Callable[[], Encoder]) -> None:
    """Encode a shard, unless that was done before."""
    if shard.read(storage) is None:
        storage.write(shard.name, _loaded(load).encode_documents(shard.texts))


class Holder:
    """An actor that holds the model: loading one onto a GPU takes longer than a shard does."""

    def __init__(self, storage: Storage, load: Callable[[], Encoder]) -> None:
        self._storage, self._load = storage, load

    def load(self) -> None:
        """Load the model."""
        _loaded(self._load)

    def make(self, shard: Shard) -> None:
        """See `make`."""
        make(shard, self._storage, self._load)


@lru_cache(maxsize=1)
def _loaded(load: Callable[[], Encoder]) -> Encoder:
    """The encoder, which a process loads once."""
    return load()


class RayRunner:
    """A `Runner` whose shards are encoded all over a cluster, and come back through storage.

    A shard that was written is never lost, whatever dies. One that was not is begun again: on cores as a Ray
    task, and on GPUs by one of the actors.

    Args:
        ray: Connected; see `connected`.
        storage: Where the vectors go; every machine must reach it.
        fingerprint: Of the encoder.
        dim: Of its vectors.
        load: Loads it on a machine. It must be picklable, hashable and equal to its like.
        holders: Actors that hold the model; 0 for tasks.
        needs: What Ray is to reserve for each: ``{"num_gpus": 1}``; None for one core.
    """

    def __init__(
        self,
        ray: Any,
        storage: Storage,
        fingerprint: str,
        dim: int,
        load: Callable[[], Encoder],
        *,
        holders: int = 0,
        needs: dict[str, Any] | None = None,
    ) -> None:
        self._ray, self._storage, self._fingerprint, self._dim = ray, storage, fingerprint, dim
        self._load, self._holders, self._needs = load, holders, needs or {"num_cpus": 1}

    def vectors(self, shards: Iterable[Sequence[str]]) -> Iterator[tuple[int, Vectors]]:
        """See `semsearch.encode.bulk.Runner`.

        Raises:
            ClusterError: A shard cannot be made.
            EncoderError: The encoder cannot be loaded on a machine.
        """
        told = (
            Shard(number, self._storage.shard(self._fingerprint, texts), texts, self._dim)
            for number, texts in enumerate(shards)
        )
        for shard in self._by_holders(told) if self._holders else self._by_tasks(told):
            if (found := shard.read(self._storage)) is None:
                raise ClusterError(
                    "a shard was made, and cannot be read from here.",
                    where=f"{self._storage.url}/{shard.name}",
                    hint="The storage must be one that every machine of the cluster reaches.",
                )
            yield shard.number, found

    def done(self) -> None:
        """Remove the vectors from the storage: they are in the embedding cache."""
        self._storage.forget(self._fingerprint)

    def _by_tasks(self, shards: Iterator[Shard]) -> Iterator[Shard]:
        """Have each shard made by a task, on whichever core is free."""
        task = self._ray.remote(make).options(
            max_retries=_RETRIES, retry_exceptions=[OSError], scheduling_strategy="SPREAD", **self._needs
        )
        running: dict[Any, Shard] = {}
        for shard in shards:
            running[task.remote(shard, self._storage, self._load)] = shard
            # Nodes may join while it runs, and are given work as well.
            while len(running) >= _AHEAD * max(2, int(self._ray.cluster_resources().get("CPU", 0))):
                yield self._finished(running)
        while running:
            yield self._finished(running)

    def _by_holders(self, shards: Iterator[Shard]) -> Iterator[Shard]:
        """Have each shard made by an actor that is free.

        One that has died is replaced, and its shard goes to whoever is free next: the replacement may have to
        wait for a machine.
        """
        holder = self._ray.remote(Holder).options(**self._needs)
        dead = self._ray.exceptions.RayActorError
        # What each reference is for: the actor, and the shard that it makes; none while it loads the model.
        running: dict[Any, tuple[Any, Shard | None]] = {}
        deaths, again = 0, list[Shard]()

        def hire() -> None:
            actor = holder.remote(self._storage, self._load)
            running[actor.load.remote()] = (actor, None)

        def following() -> Shard | None:
            return again.pop() if again else next(shards, None)

        for _ in range(self._holders):
            hire()
        waiting = following()
        while waiting is not None or any(shard for _, shard in running.values()):
            (ended, *_), _ = self._ray.wait([*running], num_returns=1)
            actor, shard = running.pop(ended)
            try:
                self._ray.get(ended)
            except dead as error:
                deaths += 1
                if deaths > _RETRIES * self._holders:
                    raise self._failed(error) from error
                if shard is not None:
                    again.append(shard)
                    waiting = waiting or following()
                hire()
                continue
            except self._ray.exceptions.RayError as error:
                raise self._failed(error) from error
            if waiting is not None:
                running[actor.make.remote(waiting)] = (actor, waiting)
                waiting = following()
            if shard is not None:
                yield shard

    def _finished(self, running: dict[Any, Shard]) -> Shard:
        """Wait for one task, and take it out."""
        (ended, *_), _ = self._ray.wait([*running], num_returns=1)
        try:
            self._ray.get(ended)
        except self._ray.exceptions.RayError as error:
            raise self._failed(error) from error
        return running.pop(ended)

    def _failed(self, error: Any) -> SemsearchError:
        """What to raise where a shard cannot be made."""
        cause = getattr(error, "cause", None) or error
        if isinstance(cause, SemsearchError):
            return cause
        reason = str(cause).strip().splitlines()[0].rstrip(".")
        return ClusterError(
            f"a shard could not be made ({type(cause).__name__}: {reason}).",
            where=self._storage.url,
            hint="What was made is kept: mend that, and start the same build again.",
        )
