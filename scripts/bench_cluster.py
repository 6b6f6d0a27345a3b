"""What a Ray cluster builds, with a node killed half way, against what this machine builds alone.

Three nodes of one core each run on this machine, in a network namespace of their own (as root, or where
users may make one). Papers are embedded here and there; then every paper must be there once, with the same
vector, and questions must have the same ten best.

    python scripts/bench_cluster.py ~/arxiv-75k.jsonl.gz --papers 20000 --questions ~/questions.jsonl

With ``--local FOLDER`` the index is compared with one that was built of the same papers before.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "src"))

import numpy as np  # noqa: E402

from semsearch.index.generation import open_generation  # noqa: E402
from semsearch.index.store import Store  # noqa: E402
from semsearch.search import Searcher  # noqa: E402
from tests.cluster.nodes import Nodes, isolation, three, until  # noqa: E402

INSIDE = "--inside"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print one JSON document."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", type=Path, help="papers, as JSON lines, compressed or not")
    parser.add_argument("--papers", type=int, default=20_000, help="how many of them")
    parser.add_argument("--abstract-words", type=int, help="only so many of each abstract")
    parser.add_argument(
        "--questions", type=Path, help="JSON lines with text; without, titles of papers are asked"
    )
    parser.add_argument("--asked", type=int, default=200, help="how many questions")
    parser.add_argument("--shards", type=int, help="how many; without, parts of 250 papers")
    parser.add_argument("--local", type=Path, help="an index of the same papers; without, it is built first")
    parser.add_argument("--work", type=Path, help="folder to work in; without, one that is removed")
    parser.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if not options.inside:
        isolated = isolation()
        if isolated is None:
            parser.error("this machine allows no network namespace, outside of which Ray would be reachable.")
        given = sys.argv[1:] if arguments is None else list(arguments)
        sys.exit(subprocess.run([*isolated, sys.executable, __file__, INSIDE, *given]).returncode)
    work = options.work or Path(tempfile.mkdtemp(prefix="rb-"))  # short: Ray's sockets lie within
    work.mkdir(parents=True, exist_ok=True)
    try:
        print(json.dumps(measure(options, work), indent=2))
    finally:
        if options.work is None:
            shutil.rmtree(work, ignore_errors=True)


def measure(options: argparse.Namespace, work: Path) -> dict[str, Any]:
    """Build here, build there, and compare."""
    source = work / "papers.jsonl"
    opened = gzip.open if options.source.suffix == ".gz" else open
    with opened(options.source, "rt", encoding="utf-8") as lines, source.open("w", encoding="utf-8") as out:
        out.writelines(_cut(line, options.abstract_words) for line in itertools.islice(lines, options.papers))
    local, far = options.local or work / "local", work / "far"
    here = None if options.local else build(source, local, "--runtime", "onnx")
    shutil.copytree(local / "encoders", far / "encoders", dirs_exist_ok=True)
    with three(work) as nodes:
        there = build_with_a_death(source, far, nodes, options)
    found = compare(local, far, options)
    took = {"here": seconds(here)} if here else {}
    return {"papers": there["counts"]["papers"], **took, "there": seconds(there), **found}


def _cut(line: str, words: int | None) -> str:
    """A paper with so many words of its abstract; None for all."""
    if words is None:
        return line
    paper = json.loads(line)
    return json.dumps(paper | {"abstract": " ".join((paper.get("abstract") or "").split()[:words])}) + "\n"


def build(source: Path, root: Path, *options: object) -> dict[str, Any]:
    """Build an index; returns the report."""
    return ended(start(source, root, *options))


def start(source: Path, root: Path, *options: object) -> subprocess.Popen[str]:
    """The command that builds, started."""
    command = [sys.executable, "-m", "semsearch", "index", source, "--index", root, "--json", *options]
    return subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)


def ended(building: subprocess.Popen[str]) -> dict[str, Any]:
    """The report of a build, when it has ended well."""
    out, _ = building.communicate()
    if building.returncode:
        sys.exit(f"the build failed: {out}")
    report: dict[str, Any] = json.loads(out)
    return report


def build_with_a_death(source: Path, root: Path, nodes: Nodes, options: argparse.Namespace) -> dict[str, Any]:
    """Build on the cluster; its last node is killed when half of the shards are made."""
    shards = options.shards or -(-options.papers // 250)
    began = time.monotonic()
    building = start(source, root, "--runner", "ray", "--address", nodes.address, "--shards", shards)
    folder = root / "shards"

    def made() -> int:
        named = folder.glob("*/*")
        return sum(path.parent.name != "encoders" and path.suffix != ".part" for path in named)

    until(lambda: made() >= shards // 2 or building.poll() is not None, 24 * 3600, "half of the shards")
    print(f"{made()} of {shards} shards after {time.monotonic() - began:.0f} s: killed", file=sys.stderr)
    nodes.kill(2)
    return ended(building)


def seconds(report: dict[str, Any]) -> dict[str, float]:
    """The seconds of a build, and of what the cluster did of it."""
    stages = report["stages"]
    encoding = stages.get("shards", 0) + stages["embed"]
    return {"seconds": round(report["seconds"], 1), "encoding": round(encoding, 1)}


def compare(local: Path, far: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Are the papers, the vectors and the answers the same?"""
    here, there = (open_generation(Store(root)) for root in (local, far))
    rows = np.arange(len(here.papers))
    ids = [[paper.id for paper in each.papers.get(rows)] for each in (here, there)]
    moved = max(
        float(np.abs(here.vectors.vectors(part) - there.vectors.vectors(part)).max())
        for part in np.array_split(rows, -(-len(rows) // 10_000))
    )
    if options.questions:
        lines = options.questions.read_text(encoding="utf-8").splitlines()
        questions = [json.loads(line)["text"] for line in lines][: options.asked]
    else:
        asked = np.linspace(0, len(rows) - 1, min(options.asked, len(rows)), dtype=np.int64)
        questions = [paper.title for paper in here.papers.get(asked)]
    searchers = [Searcher(here), Searcher(there)]
    same = 0
    for question in questions:
        near, far_ = ([hit.paper.id for hit in each.search(question)] for each in searchers)
        same += near == far_
    return {
        "every paper once": ids[0] == ids[1] and len(set(ids[1])) == len(ids[1]),
        "largest difference of a component": moved,
        "questions": len(questions),
        "with the same ten best": same,
    }


if __name__ == "__main__":
    main()
