#!/usr/bin/env python3
"""Rebuild the index offline: the build of `semsearch index`, for cron.

    17 3 * * *  /srv/semsearch/.venv/bin/python /srv/semsearch/scripts/build_index.py --index /srv/papers

Without sources, it does what `semsearch rebuild` does: follows the semsearch.toml of the index, or reads
again what the published index was built from. Logs go to stderr and nothing to stdout. Exit code 0:
published. 1: something you can mend; the published index serves on. 2: wrong usage. 75: another build is at
work (EX_TEMPFAIL), so nothing was done.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from semsearch.cluster.building import running_on
from semsearch.config import KEEP, Settings
from semsearch.errors import IndexBusy, SemsearchError
from semsearch.index.offline import build_from_settings, remembered, settings_of
from semsearch.search.golden import gate

log = logging.getLogger("build_index")
BUSY = 75


class LoggedSteps:
    """Logs each step of a build and how long it took."""

    def __init__(self) -> None:
        """Start the clock."""
        self._name, self._since = "", time.monotonic()

    def step(self, name: str, total: int = 0) -> None:
        """See `semsearch.index.progress.Progress`."""
        now = time.monotonic()
        if self._name:
            log.info("%s: %.1f s", self._name, now - self._since)
        self._name, self._since = f"{name} ({total:,})" if total else name, now

    def advance(self, units: int) -> None:
        """See `semsearch.index.progress.Progress`."""


def main() -> int:
    """Parse, build, log; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sources", nargs="*", metavar="SOURCE", help="files of papers")
    parser.add_argument(
        "--index",
        type=Path,
        default=Path(os.environ.get("SEMSEARCH_INDEX", "index")),
        metavar="DIR",
        help="folder of the index (default: $SEMSEARCH_INDEX or index)",
    )
    parser.add_argument(
        "--config",
        type=Path,
        default=os.environ.get("SEMSEARCH_CONFIG"),
        metavar="FILE",
        help="settings (default: $SEMSEARCH_CONFIG or semsearch.toml beside the index)",
    )
    parser.add_argument("--encoder", metavar="NAME|PATH", help="a sentence-transformers model")
    parser.add_argument("--keep", type=int, metavar="N", help=f"generations to keep (default: {KEEP})")
    parser.add_argument(
        "--exact", action="store_true", help="search vectors exactly even in 100,000 papers and more"
    )
    parser.add_argument(
        "--golden",
        metavar="FILE",
        help="questions that must be answered before the index is published",
    )
    parser.add_argument("--force", action="store_true", help="publish even what the checks would hold back")
    parser.add_argument("--verbose", action="store_true", help="log every step, not only the outcome")
    arguments = parser.parse_args()
    if arguments.keep is not None and arguments.keep < 1:
        parser.error("--keep must be at least 1")
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr
    )
    log.setLevel(logging.INFO)
    try:
        return _build(arguments)
    except IndexBusy as error:
        log.warning("%s", error)
        return BUSY
    except SemsearchError as error:
        log.error("%s", error)
        return 1


def _build(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments)
    with running_on(settings, arguments.index) as runner:
        report = build_from_settings(
            settings,
            arguments.index,
            gate=gate(settings.golden, force=arguments.force),
            progress=LoggedSteps() if arguments.verbose else None,
            runner=runner,
        )
    for harvest in report.harvests:
        if harvest.problem:
            log.warning("%s: what it said before was read again: %s", harvest.source, harvest.problem)
    for item in report.rejected:
        log.warning("rejected %s: %s", item.where, item.why)
    for change in report.verdict.changes:
        log.info("best papers changed for %r: %s, now %s", change.question, change.before, change.now)
    for check in report.verdict.failed:
        log.warning("published by force in spite of: %s: %s", check.name, check.found)
    log.info(
        "published %s: %d papers (%d without abstract), %d merged, %d rejected, %d texts encoded, %.1f s",
        report.generation,
        report.counts.papers,
        report.counts.without_abstract,
        report.counts.merged,
        report.counts.rejected,
        report.counts.embedded,
        report.seconds,
    )
    return 0


def _settings(arguments: argparse.Namespace) -> Settings:
    """What a file or the index says, and before it what the command line says."""
    if arguments.sources:
        written = settings_of(arguments.index, arguments.config) or Settings()
        settings = replace(written, sources=tuple(arguments.sources), path=None)
    else:
        settings = remembered(arguments.index, arguments.config)
    given: dict[str, Any] = {name: getattr(arguments, name) for name in ("encoder", "keep", "golden")}
    given["exact"] = arguments.exact or None
    if settings.path:
        log.info("following %s", settings.path)
    return replace(settings, **{name: value for name, value in given.items() if value is not None})


if __name__ == "__main__":
    sys.exit(main())
