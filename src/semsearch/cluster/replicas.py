"""The parts of a generation as Ray Serve runs them: each a deployment with replicas on different nodes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from semsearch.cluster.part import Part
from semsearch.errors import ClusterError, GenerationGone, IndexMissing

log = logging.getLogger(__name__)

PREFIX = "semsearch-"  # begins the names of all applications of ours
_PATIENCE = 5.0  # seconds that a part may take to answer
_TRIES = 3  # of a question to a part; each goes to a replica that is not known to be dead
SHARE = 0.1  # of a core, reserved for a replica: so that a second generation fits beside the first
OPTIONS: dict[str, Any] = {
    "max_ongoing_requests": 64,
    "health_check_period_s": 2.0,
    "health_check_timeout_s": 10.0,
    "graceful_shutdown_timeout_s": 10.0,
    "ray_actor_options": {"num_cpus": SHARE},
}


def name_of(generation: str, part: int, parts: int) -> str:
    """The name of the application of a part; otherwise cut, it is another part."""
    return f"{PREFIX}{generation}-{part + 1}-of-{parts}"


def application(root: Path, generation: str, first: int, end: int, replicas: int) -> Any:
    """A part, to be run by Ray Serve."""
    from ray import serve

    deployment = serve.deployment(
        Part, name="part", num_replicas=replicas, max_replicas_per_node=1, **OPTIONS
    )
    return deployment.bind(root, generation, first, end)


class ServedParts:
    """`Parts` that Ray Serve runs. Safe to share between threads, but not for an event loop.

    A question to a part changes nothing, so one that a dying replica did not answer is asked again.

    Raises:
        IndexMissing: They are not running.
    """

    def __init__(self, generation: str, parts: int) -> None:
        from ray import serve

        self._generation = generation
        self._names = [name_of(generation, part, parts) for part in range(parts)]
        if not self._running():
            raise IndexMissing("is not served.", where=generation)
        self._handles = [serve.get_deployment_handle("part", app_name=name) for name in self._names]

    def _running(self) -> bool:
        from ray import serve

        return bool(serve.status().applications.keys() >= {*self._names})

    def ask(self, method: str, of_part: Mapping[int, tuple[Any, ...]]) -> dict[int, Any]:
        """See `Parts`."""
        from ray.exceptions import RayActorError
        from ray.serve.exceptions import RayServeException

        found: dict[int, Any] = {}
        trouble: Exception | None = None
        for _ in range(_TRIES):
            asked = {
                part: getattr(self._handles[part], method).remote(*given)
                for part, given in of_part.items()
                if part not in found
            }
            for part, answer in asked.items():
                try:
                    found[part] = answer.result(timeout_s=_PATIENCE)
                except (RayActorError, RayServeException, TimeoutError) as error:
                    log.warning("part %d of %s: %s", part, self._generation, type(error).__name__)
                    trouble = error
            if len(found) == len(of_part):
                return found
        if not self._running():
            raise GenerationGone(
                f"the generation {self._generation!r} is not served any more.",
                hint="Ask again without a generation: the answer comes from the one that is published.",
            ) from trouble
        raise ClusterError(
            f"{len(of_part) - len(found)} parts of the index do not answer ({type(trouble).__name__}).",
            where=self._generation,
            hint="Ask again in a few seconds: what died is being replaced.",
        ) from trouble
