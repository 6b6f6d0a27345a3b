"""What services are asked for, brought up to date before a build: one file each, below the data root."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import astuple, dataclass
from pathlib import Path

from semsearch.config import Settings
from semsearch.errors import MissingExtra, SemsearchError, StorageError
from semsearch.index.files import storage
from semsearch.index.progress import Progress
from semsearch.request import Request

FOLDER = "harvest"


@dataclass(frozen=True, slots=True)
class Harvested:
    """What became of asking a service.

    Attributes:
        source: The service, and what it was asked for, as people say it.
        path: The file of its papers, which the build reads.
        new: Papers that were not in the file before.
        changed: Papers that were, and have changed.
        total: Papers in the file; None where the service could not be asked.
        problem: Why it could not be asked, so that the file is as it was; None where it could.
    """

    source: str
    path: str
    new: int = 0
    changed: int = 0
    total: int | None = None
    problem: str | None = None


def file_of(root: Path, harvest: Request) -> Path:
    """Where the papers of a harvest are kept; another question has another file."""
    asked = harvest.institution or harvest.author or harvest.query or harvest.category or ""
    words = re.sub(r"[^a-z0-9]+", "-", asked.casefold()).strip("-")[:40]
    digest = hashlib.sha256(repr(astuple(harvest)).encode()).hexdigest()[:8]
    return root / FOLDER / "-".join(filter(None, (harvest.service, words, f"{digest}.jsonl")))


def harvested(settings: Settings, root: Path, progress: Progress) -> dict[Request, Harvested]:
    """Ask each service for what is new since it was last asked.

    A service that cannot be asked keeps nobody from a build: what it said before is read again, and no paper
    is lost. Only where it never answered is there nothing to read.

    Raises:
        HarvestError: A service cannot be asked, and never answered.
        MissingExtra: What asks them is not installed.
        StorageError: The disk is full or may not be written.
    """
    wanted = list(dict.fromkeys(source for source in settings.sources if isinstance(source, Request)))
    if not wanted:
        return {}
    progress.step("harvest")
    with storage(root / FOLDER):
        (root / FOLDER).mkdir(parents=True, exist_ok=True)
    return {each: _harvested(each, root, settings.contact, progress) for each in wanted}


def _harvested(wanted: Request, root: Path, contact: str | None, progress: Progress) -> Harvested:
    from semsearch.ingest.harvest import harvest

    path = file_of(root, wanted).resolve()
    try:
        done = harvest(wanted, path, contact=contact, progress=_steps(progress))
    except (MissingExtra, StorageError):
        raise
    except SemsearchError as error:
        if not path.exists():
            raise
        return Harvested(_said(wanted), str(path), problem=str(error))
    return Harvested(_said(wanted), str(path), done.new, done.changed, done.total)


def _said(wanted: Request) -> str:
    """``hal (institution Inria, since 2020-01-01)``."""
    asked = ", ".join(f"{name} {text}" for name, text in wanted.given().items())
    return f"{wanted.service} ({asked})"


def _steps(progress: Progress) -> Callable[[int, int | None], None]:
    """Tells a build's progress, which counts steps, what is told as sums."""
    told = 0

    def tell(done: int, _: int | None) -> None:
        nonlocal told
        progress.advance(done - told)
        told = done

    return tell
