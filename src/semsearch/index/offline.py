"""From files and services to a published index: what `semsearch index` and cron do."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from semsearch.config import Settings, beside, read_settings
from semsearch.encode import DEFAULT, Passport, choosing
from semsearch.encode.jobs import Runner
from semsearch.errors import ConfigError, IndexForeign, IndexMissing, NothingToIndex, SourceError
from semsearch.index.build import BuildReport, build
from semsearch.index.files import storage
from semsearch.index.gate import Gate
from semsearch.index.harvesting import harvested
from semsearch.index.manifest import Recipe
from semsearch.index.progress import Progress, Silent, Timed
from semsearch.index.store import Store
from semsearch.ingest.reader import read
from semsearch.request import Request
from semsearch.schedule import FORMS


def build_from_settings(
    settings: Settings,
    root: Path,
    *,
    gate: Gate | None = None,
    progress: Progress | None = None,
    runner: Callable[[Passport], Runner] | None = None,
) -> BuildReport:
    """Ask services, read files of papers, build a generation and publish it.

    What the manifest remembers of it, by absolute paths, is what `settings_of` gives for the next build.

    Args:
        settings: What to read, and how to build.
        root: Folder of the index.
        gate: What it must show to be published.
        progress: Told of every step.
        runner: Makes what encodes, once the encoder is known; None to encode in this process.

    Raises:
        SourceError: A file cannot be read at all, or was changed while it was read.
        NothingToIndex: The files hold no usable paper.
        HarvestError: A service cannot be asked, and nothing was harvested before.
        EncoderError, IndexBusy, BuildHeld, StorageError: As `build`.
    """
    progress = Timed(progress or Silent())
    harvests = harvested(settings, root, progress)
    sources = [harvests[of].path if isinstance(of, Request) else of for of in settings.sources]
    usable = Counter[str]()
    progress.step("read")
    with _unchanged(sources):
        papers, rejected = read(
            *sources,
            keep_duplicates=settings.keep_duplicates,
            max_rejected=settings.max_rejected,
            advance=progress.advance,
            usable=usable,
        )
    if not papers:
        reasons = "; ".join(f"{item.where}: {item.why.rstrip('.')}" for item in rejected[:3])
        raise NothingToIndex(
            f"no paper could be read ({reasons})." if reasons else "no paper was found.",
            where=", ".join(sources),
            hint="semsearch convert SOURCE shows what becomes of each record.",
        )
    progress.step("load")
    with storage(root):
        model = choosing.load(
            settings.encoder or DEFAULT, exports=Store(root).encoders, runtime=settings.runtime
        )
    report = build(
        papers,
        root,
        model,
        rejected=rejected,
        sources=[_absolute(source) for source in sources],
        papers_of={_absolute(source): number for source, number in usable.items()},
        recipe=Recipe(
            settings.path,
            keep_duplicates=settings.keep_duplicates,
            max_rejected=settings.max_rejected,
        ),
        keep=settings.keep,
        exact=settings.exact,
        memory=settings.memory,
        recall=settings.recall,
        gate=gate,
        progress=progress,
        runner=runner(model.passport) if runner else None,
        shards=settings.shards,
    )
    return replace(report, config=settings.path, harvests=tuple(harvests.values()))


def _absolute(source: str) -> str:
    return source if source == "-" else str(Path(source).resolve())


@contextlib.contextmanager
def _unchanged(sources: Sequence[str]) -> Iterator[None]:
    """Hold files to what they were at the beginning: an index is of one state of each, or is not made.

    Raises:
        SourceError: One was changed meanwhile, which also explains whatever error it was read with.
    """
    before = [_stamp(source) for source in sources]
    try:
        yield
    finally:
        for source, stamp in zip(sources, before, strict=True):
            if stamp and _stamp(source) != stamp:
                raise SourceError(
                    "was changed while it was read.",
                    where=source,
                    hint="Run the same command again when nobody writes to it.",
                )


def _stamp(source: str) -> tuple[int, ...]:
    """What tells one state of a file from another; empty where there is none."""
    try:
        found = Path(source).stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def settings_of(root: Path, named: Path | None) -> Settings | None:
    """The settings that stand in a file: the one that is named, or else the one beside the index.

    Raises:
        ConfigError: As `read_settings`.
    """
    path = named or beside(root)
    return read_settings(path) if named or path.is_file() else None


def remembered(root: Path, named: Path | None) -> Settings:
    """What a rebuild follows: the file of settings, or else what the published index remembers.

    An index remembers the file it was built by; where it was built without one, its sources and how they
    were read.

    Args:
        root: Folder of the index.
        named: A ``semsearch.toml`` that somebody named; None for the one beside the index.

    Raises:
        ConfigError: As `read_settings`, or the file that the index remembers is no longer there.
        IndexMissing, IndexDamaged, IndexForeign: There is no published generation to ask.
        SourceError: It was built from Python, without naming sources, or from standard input.
    """
    found = settings_of(root, named)
    if found is not None:
        return found
    store = Store(root)
    try:
        before = store.manifest(store.published())
    except IndexMissing as error:
        raise _nothing_yet(error, root) from error
    recipe = before.recipe
    if recipe.config is not None:
        return _read_again(Path(recipe.config))
    if not before.sources or "-" in before.sources:
        raise SourceError(
            "the published index was built from standard input, or does not say from which files.",
            where=root,
            hint="Name them once: semsearch index SOURCE...",
        )
    return Settings(
        sources=before.sources,
        encoder=before.encoder.name,
        golden=before.golden,
        exact=recipe.exact,
        memory=recipe.memory,
        recall=recipe.recall,
        keep_duplicates=recipe.keep_duplicates,
        max_rejected=recipe.max_rejected,
    )


@dataclass(frozen=True, slots=True)
class Times:
    """When an index was built, and when it is to be built again; local times, to the minute.

    Attributes:
        built: When the published generation was; None where there is none.
        next: When the schedule comes next.
        due: Whether it has come since the build, or there was none.
    """

    built: datetime | None
    next: datetime
    due: bool


def times(settings: Settings, root: Path) -> Times:
    """Hold the schedule against the published generation.

    Raises:
        ConfigError: Nobody wrote a schedule.
        IndexDamaged: What is published cannot be told.
    """
    when = settings.schedule
    if when is None:
        where = settings.path or beside(root)
        hint = f'Write it there, above all tables: schedule = "daily". {FORMS}'
        raise ConfigError("there is no schedule.", where=where, hint=hint)
    store, now = Store(root), datetime.now()
    try:
        created = datetime.fromisoformat(store.manifest(store.published()).created)
    except (IndexMissing, IndexForeign):
        return Times(None, when.next(now), due=True)
    built = created.astimezone().replace(tzinfo=None)
    return Times(built, when.next(now), when.due(built, now))


def _read_again(path: Path) -> Settings:
    if not path.is_file():
        raise ConfigError(
            "the index was built by this file, and it is gone.",
            where=path,
            hint="Put it back, name another with --config, or name sources: semsearch index SOURCE...",
        )
    return read_settings(path)


def _nothing_yet(error: IndexMissing, root: Path) -> IndexMissing:
    hint = f"{error.hint} Or write {beside(root)}: see docs/configuration.md."
    return IndexMissing(error.what, where=error.where, hint=hint)
