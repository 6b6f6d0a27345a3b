"""A Ray cluster of three nodes: what is built and served by it, while nodes of it die."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.nodes import ENVIRONMENT, isolation
from tests.cluster.rehearsal import LINGER, PARTS, REPLICAS, SHARDS

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def notes(published: Path) -> Iterator[dict[str, Any]]:
    """What happened on the cluster; see `tests.cluster.rehearsal`."""
    if importlib.util.find_spec("ray") is None:
        pytest.skip("skipped: extra [cluster] not installed")
    isolated = isolation()
    if isolated is None:
        pytest.skip("skipped: no network namespace, outside of which Ray would listen on every address")
    # Ray's sockets lie within, and their paths must be short.
    with tempfile.TemporaryDirectory(prefix="r-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        shutil.copytree(published / "encoders", folder / "encoders")
        played = subprocess.run(
            [*isolated, sys.executable, "-m", "tests.cluster.rehearsal", name],
            cwd=ROOT,
            env=os.environ | ENVIRONMENT | {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert played.returncode == 0, played.stderr
        yield json.loads((folder / "notes.json").read_text())


def test_a_build_outlives_itself_and_a_node(notes: dict[str, Any]) -> None:
    build = notes["build"]
    of_the_build, of_the_node = build["at_deaths"]
    assert SHARDS / 4 <= of_the_build < SHARDS / 2 <= of_the_node < SHARDS  # each died amid it
    assert build["kept"]  # what was made before is not made again
    assert 0 < build["embedded"][1] < build["embedded"][0]
    here, there = build["ids"]
    assert len(set(there)) == len(there) == 40
    assert there == here
    assert build["moved"] < 1e-5
    assert build["top"][0] == build["top"][1]
    assert all(len(top) == 10 for top in build["top"][0])
    assert build["left"] == 0


def test_an_actor_that_holds_a_model_is_replaced(notes: dict[str, Any]) -> None:
    assert notes["holders"]["killed"] == 2
    assert notes["holders"]["made"] == 16
    assert notes["holders"]["moved"] < 1e-6


def test_lists_are_filled_block_by_block_as_on_one_machine(notes: dict[str, Any]) -> None:
    assert notes["holders"]["coded"] == 8
    assert notes["holders"]["lists_alike"]


def test_a_service_outlives_a_node(notes: dict[str, Any]) -> None:
    death = notes["death"]
    assert death["lost"] >= 1
    assert death["full"] == (PARTS + 1) * REPLICAS
    assert death["asked"] >= 40
    assert death["failed"] == []
    assert death["wrong"] == []
    assert len(death["generations"]) == 1


def test_a_generation_follows_another_under_load(notes: dict[str, Any]) -> None:
    swap = notes["swap"]
    assert swap["failed"] == []
    assert swap["wrong"] == []
    assert len(swap["generations"]) == 2
    assert swap["pinned"], f"one that was asked for within {LINGER} seconds"


def test_nothing_is_left_and_nothing_was_to_be_reached_from_outside(notes: dict[str, Any]) -> None:
    assert notes["down"] == 0
    assert notes["up"]["listening"] == ["lo"]
