#!/usr/bin/env python3
"""Thousands of requests made up from the OpenAPI document, to a real service on loopback.

    scripts/fuzz_api.py [--index DIR] [--examples N] [--seed N]

schemathesis makes valid and invalid requests of each operation, strings them together, and holds every answer
against the document: no 5xx, no status, media type or field that it does not name, nothing invalid accepted
and nothing valid refused. Without --index the papers of examples/ are indexed for it. It ends with 1 if
anything was found, and then says how to ask the same again.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
# A valid request may still name a paper or a generation that is not there.
_SETTINGS = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "404", "410"]
"""


def main() -> None:
    """Serve, ask, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--index", type=Path, help="an index that is there already")
    parser.add_argument("--examples", type=int, default=100, help="most requests an operation (default: 100)")
    parser.add_argument("--seed", type=int, default=0, help="another one makes up others (default: 0)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        index = args.index or _built(Path(folder))
        with _served(index) as address:
            report, said = fuzz(address, args.examples, args.seed, Path(folder))
    print(said)
    sys.exit(report["exit_code"])


def fuzz(address: str, examples: int, seed: int, folder: Path) -> tuple[dict[str, Any], str]:
    """Ask a service.

    Args:
        address: Its address.
        examples: Requests an operation at most, in each phase.
        seed: The same makes up the same requests.
        folder: For what schemathesis writes.

    Returns:
        Its report, and what it printed.
    """
    settings, report = folder / "schemathesis.toml", folder / "report.json"
    settings.write_text(_SETTINGS, encoding="utf-8")
    command = ["schemathesis", "--config-file", str(settings), "run", f"{address}/openapi.json"]
    command += ["--max-examples", str(examples), "--seed", str(seed), "--checks", "all"]
    command += ["--continue-on-failure", "--report", "json", "--report-json-path", str(report)]
    command[:1] = [str(Path(sys.executable).parent / "schemathesis")]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if not report.exists():
        raise SystemExit(done.stdout + done.stderr)
    return json.loads(report.read_text(encoding="utf-8")), done.stdout


def _built(folder: Path) -> Path:
    sources = [str(_ROOT / "examples" / name) for name in ("publications.txt", "landmarks.bib")]
    command = [sys.executable, "-m", "semsearch", "index", *sources, "--index", str(folder / "index")]
    subprocess.run(command, check=True)
    return folder / "index"


@contextmanager
def _served(index: Path) -> Iterator[str]:
    """The address of a service."""
    command = [sys.executable, "-m", "semsearch", "serve", "--port", "0", "--index", str(index)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        said = process.stderr.readline() if process.stderr else ""
        found = re.search(r"http://127\.0\.0\.1:\d+", said)
        try:
            if found is None:
                raise SystemExit(f"the service does not start: {said}")
            yield found[0]
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
