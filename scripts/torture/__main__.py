#!/usr/bin/env python3
"""Break the promises of the design for real, and say whether any was broken.

    python scripts/torture [PART...] [--seed N] [--minutes M]

The parts, all of them unless some are named:

    kills     SIGKILL at random instants of builds, rollbacks, prunes, the gate, the cache and exports; after
              every one the published generation must open, verify and answer as an undisturbed build of the
              same papers does, and the next build must succeed, encode only what has no vector, and leave
              nothing behind
    damage    bits flipped, files cut, emptied, missing, exchanged, linked, and manifests that lie; each must
              be refused by name by readers, by `verify` and by a running service, which answers on from what
              it has; and the same for CURRENT, verdicts and the caches
    swaps     generations published under load, bad ones among them; every answer must be of one generation,
              and right for it, and none may fail
    faults    a full disk, no memory, a clock that jumps, two writers, sources that change while they are read

Real processes, real files, a real service on 127.0.0.1. The encoder is a stand-in that needs no model, so
that a build takes a fraction of a second. The same seed makes the same choices; the instants of kills also
depend on how fast the machine is. It ends with a table, and with 1 if an answer was lost, mixed or wrong.
"""

from __future__ import annotations

import argparse
import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_variable] = "1"  # before numpy is loaded: what is forked must have no threads

import random  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

import damage  # noqa: E402
import faults  # noqa: E402
import kills  # noqa: E402
import swaps  # noqa: E402
import world  # noqa: E402
from tally import Tally  # noqa: E402

_PARTS = ("kills", "damage", "swaps", "faults")


def main() -> None:
    """Do what is asked, print the table."""
    parser = argparse.ArgumentParser(
        prog="scripts/torture", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(_PARTS)} (default: all)")
    parser.add_argument("--seed", type=int, default=0, help="another one makes other choices (default: 0)")
    parser.add_argument("--minutes", type=float, default=12, help="stop after so many (default: 12)")
    parser.add_argument("--kills", type=int, default=300, help="that must land (default: 300)")
    parser.add_argument("--exports", type=int, default=20, help="kills of exports (default: 20)")
    parser.add_argument("--damages", type=int, default=1_000, help="files to damage (default: all)")
    parser.add_argument("--caches", type=int, default=30, help="times to damage the caches (default: 30)")
    parser.add_argument("--swaps", type=int, default=100, help="generations to publish (default: 100)")
    parser.add_argument("--clients", type=int, default=32, help="who ask meanwhile (default: 32)")
    parser.add_argument("--faults", type=int, default=10, help="of each kind (default: 10)")
    args = parser.parse_args()
    if unknown := set(args.parts) - set(_PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    parts = args.parts or _PARTS
    began = time.monotonic()
    tally = Tally(began + 60 * args.minutes)
    world.install()
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        folder = Path(name)
        known = world.versions(folder)
        for part in parts:
            place = folder / part
            place.mkdir()
            chance = random.Random(f"{args.seed} {part}")  # noqa: S311 -- nothing secret
            if part == "kills":
                kills.run(place, known, args.kills, chance, tally)
                if args.exports:
                    kills.exports(place, args.exports, chance, tally)
            elif part == "damage":
                damage.run(place, known, args.damages, args.caches, chance, tally)
            elif part == "swaps":
                swaps.run(place, known, args.swaps, args.clients, chance, tally)
            else:
                faults.run(place, known, args.faults, chance, tally)
    print(tally.table())
    print(f"\nseed {args.seed}, {time.monotonic() - began:.0f} seconds")
    if tally.over:
        print("The time ran out before all was done.")
    sys.exit(1 if tally.wrong else 0)


if __name__ == "__main__":
    main()
