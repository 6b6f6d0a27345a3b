"""All checks, one after the other; whatever one of them meets, the others are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from semsearch.doctor import index, installation, machine, models
from semsearch.doctor.finding import Case, Finding
from semsearch.errors import SemsearchError

Check = Callable[[Case], Iterator[Finding]]

CHECKS: dict[str, tuple[Check, ...]] = {
    "installation": (
        installation.python,
        installation.requirements,
        installation.libraries,
        installation.extras,
    ),
    "models": (models.encoder, models.words),
    "index": (
        index.published,
        index.files,
        index.earlier,
        index.encoder,
        index.words,
        index.settings,
        index.sources,
        index.leftovers,
    ),
    "machine": (
        machine.cores,
        machine.threads,
        machine.bfloat16,
        machine.memory,
        machine.disk,
        machine.writing,
        machine.others,
        machine.user,
        machine.keys,
    ),
}


def examine(root: Path) -> Iterator[tuple[str, Finding]]:
    """Make every check on an index and what it needs; yields the section and the finding, as each is found.

    An error that several checks meet, as when there is no index, is told once.
    """
    case = Case(root)
    told: set[str] = set()
    for section, checks in CHECKS.items():
        for check in checks:
            try:
                for finding in check(case):
                    yield section, finding
                continue
            except SemsearchError as error:
                what, mend = f"{error.where}: {error.what}" if error.where else error.what, error.hint
            except Exception as error:  # noqa: BLE001 -- a broken machine may raise anything
                what, mend = f"could not be looked at ({type(error).__name__}: {error}).", ""
            if what not in told:
                told.add(what)
                yield section, Finding(check.__name__, "problem", what, mend)
