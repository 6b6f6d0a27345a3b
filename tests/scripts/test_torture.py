"""A short run of the torture, with a fixed seed, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import ROOT

ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT / "src")}
TORTURE = [sys.executable, str(ROOT / "scripts" / "torture")]


def test_nothing_is_lost_mixed_or_wrong() -> None:
    few = ["--kills=8", "--exports=0", "--damages=24", "--caches=3", "--swaps=8", "--clients=8", "--faults=1"]
    run = subprocess.run(
        [*TORTURE, "--seed=1", "--minutes=5", *few],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    totals = [line for line in run.stdout.splitlines() if line.startswith("| **")]
    assert [line.split("**")[1] for line in totals] == ["SIGKILL", "damage", "swaps under load", "faults"]
    counts = [int(line.split("**")[3]) for line in totals]
    assert counts[0] == 8
    assert counts[1] >= 35
    assert counts[2] >= 10
    assert counts[3] >= 8
    assert "right for it" in run.stdout


def test_a_store_that_does_not_sweep_is_found_out() -> None:
    """A torture that finds nothing where something is broken would prove nothing."""
    broken = (
        "import runpy, sys; from semsearch.index.store import Store; Store._sweep = lambda self: None; "
        "sys.argv = sys.argv[1:]; sys.path.insert(0, sys.argv[0]); "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    few = ["kills", "--kills=5", "--exports=0", "--minutes=2"]
    run = subprocess.run(
        [sys.executable, "-c", broken, TORTURE[1], *few],
        capture_output=True,
        text=True,
        check=False,
        env=ENVIRONMENT,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    assert "left behind: .staging-" in run.stdout
