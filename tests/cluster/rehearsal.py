"""What happens on a cluster, played within its namespaces; tests hold what it notes to what must be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from semsearch.index.generation import open_generation
from semsearch.index.store import Store
from semsearch.search import open_searcher
from tests.cluster.nodes import Nodes, three, until

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = [ROOT / "examples" / name for name in ("publications.txt", "landmarks.bib")]
SHARDS = 24
QUESTIONS = [
    "how do agents remember what they learned?",
    "who first trained two networks against each other?",
    "papers by Bengio",
    "translation without parallel texts",
    "a statistic of rare words for retrieval",
    "learning to play games from pixels",
    "apprentissage par renforcement",
    "deep residual networks",
]


def main(folder: Path) -> None:
    """Play everything on one cluster; the notes go to ``notes.json``."""
    notes: dict[str, Any] = {}
    began = time.monotonic()

    def note(**found: Any) -> None:
        notes.update(found)
        (folder / "notes.json").write_text(json.dumps(notes))
        sys.stderr.write(f"{time.monotonic() - began:6.1f} s  {json.dumps(found)[:200]}\n")

    with three(folder) as nodes:
        note(started=True)
        note(build=build_with_a_death(folder, nodes))


def semsearch(*arguments: object) -> subprocess.Popen[str]:
    """The command, started."""
    return subprocess.Popen(
        [sys.executable, "-m", "semsearch", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str], seconds: float = 120) -> str:
    """What a command printed, once it has ended well."""
    out, err = process.communicate(timeout=seconds)
    assert process.returncode == 0, err
    return out


def build_with_a_death(folder: Path, nodes: Nodes) -> dict[str, Any]:
    """An index built here, and one on the cluster, a node of which is killed half way."""
    local, far = folder / "local", folder / "far"
    ended(semsearch("index", *EXAMPLES, "--index", local, "--runtime", "onnx", "--quiet"))
    building = semsearch(
        *("index", *EXAMPLES, "--index", far, "--json"),
        *("--runner", "ray", "--address", nodes.address, "--shards", SHARDS),
    )
    made = folder / "far" / "shards"
    until(lambda: len(_shards(made)) >= SHARDS // 2 or building.poll() is not None, 120, "half of the shards")
    at_death = len(_shards(made))
    nodes.kill(2)
    out = ended(building)
    (folder / "report.json").write_text(out)
    report = json.loads(out)
    here, there = (open_generation(Store(root)) for root in (local, far))
    rows = np.arange(len(here.papers))
    moved = here.vectors.vectors(rows) - there.vectors.vectors(rows)
    searchers = [open_searcher(local), open_searcher(far)]
    top = [[[hit.paper.id for hit in each.search(q)] for q in QUESTIONS] for each in searchers]
    return {
        "embedded": report["counts"]["embedded"],
        "papers": len(there.papers),
        "at_death": at_death,
        "ids": [[p.id for p in each.papers.get(rows)] for each in (here, there)],
        "moved": float(np.abs(moved).max()),
        "top": top,
        "left": len(_shards(made)),
    }


def _shards(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*/*") if path.parent.name != "encoders" and path.suffix != ".part"]


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    main(Path(sys.argv[1]))
