"""A short run of the torture, with a fixed seed, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.conftest import ROOT

TORTURE = [sys.executable, str(ROOT / "scripts" / "torture")]


def test_nothing_is_lost_mixed_or_wrong() -> None:
    few = ["--kills=8", "--exports=0", "--damages=24", "--caches=3", "--swaps=8", "--clients=8", "--faults=1"]
    run = subprocess.run(
        [*TORTURE, "--seed=1", "--minutes=5", *few],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
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


def test_it_says_what_is_broken(tmp_path: os.PathLike[str]) -> None:
    """A truth that is not true must be found out, or the torture proves nothing."""
    lie = (
        "import sys; sys.path.insert(0, sys.argv[1]); sys.argv = ['torture', 'kills', '--kills=1', '--exports=0']\n"
        "import world\n"
        "true = world.records_of\n"
        "answered = world.answered\n"
        "world.answered = lambda found: {q: answer[::-1] for q, answer in answered(found).items()} "
        "if sys._getframe(1).f_code.co_name == 'versions' else answered(found)\n"
        "import runpy; runpy.run_path(sys.path[0], run_name='__main__')\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", lie, str(ROOT / "scripts" / "torture")],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
    )
    assert run.returncode == 1, run.stdout + run.stderr
    assert "BROKEN" in run.stdout
