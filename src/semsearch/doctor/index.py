"""Checks of an index: what is published, its files, its encoder, its sources, what killed builds left."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from semsearch.config import beside, read_settings
from semsearch.doctor.finding import Case, Finding
from semsearch.encode import export, pretrained
from semsearch.encode.multilingual import multilingual
from semsearch.errors import ConfigError, IndexDamaged, IndexForeign
from semsearch.index.harvesting import FOLDER
from semsearch.search.loading import prove

_REBUILD = "semsearch rebuild"
_GRACE = timedelta(hours=3)  # cron may ask every hour, and a build takes its time
_STALE = 86_400  # seconds between an answer of a service and a build after it


def published(case: Case) -> Iterator[Finding]:
    """Which generation answers, and how old it is."""
    manifest = case.manifest
    old = age(datetime.now(UTC) - datetime.fromisoformat(manifest.created))
    what = f"{case.store.published()}, {manifest.counts.papers:,} papers, built {old} ago"
    yield Finding("generation", "good", what)
    if manifest.counts.rejected:
        what = f"{manifest.counts.rejected:,} records could not be used at that build"
        yield Finding("rejected", "note", what, "semsearch convert SOURCE says which and why")


def files(case: Case) -> Iterator[Finding]:
    """Whether every file of the published generation is as it was written, and they fit together."""
    records = case.generation.manifest.files.values()
    size = sum(record.size for record in records)
    yield Finding("files", "good", f"{len(records)} files, {megabytes(size)}, as they were written")


def earlier(case: Case) -> Iterator[Finding]:
    """Whether the other generations that are kept could be gone back to."""
    sound = 0
    for name in case.store.ids():
        if name == case.store.current():
            continue
        try:
            case.store.verify(name)
            sound += 1
        except (IndexDamaged, IndexForeign) as error:
            what = f"{name} cannot be gone back to ({Path(error.where).name} {error.what.rstrip('.')})."
            mend = "semsearch prune --keep 1 removes all but the published one"
            yield Finding("generations", "warning", what, mend)
    if sound:
        yield Finding("generations", "good", f"{sound} beside it, which can be gone back to")


def encoder(case: Case) -> Iterator[Finding]:
    """Whether the encoder of the index gives the vectors it gave, and loads without torch."""
    passport = case.manifest.encoder
    exported = export.find(case.store.encoders, passport.fingerprint)
    if exported is None:
        what = f"{passport.name} is not exported here, so that every start loads torch and takes seconds."
        yield Finding("export", "warning", what, f"{_REBUILD} exports it again")
    found = exported.load() if exported else pretrained.load(passport.name).encoder()
    prove(found, case.generation, thoroughly=True)
    yield Finding("encoder", "good", f"{passport.name} gives the vectors it gave at build")


def words(case: Case) -> Iterator[Finding]:
    """Whether the installed encoder of words is the one that related the words of the index."""
    if multilingual().passport.fingerprint == case.manifest.lexicon.fingerprint:
        yield Finding("words", "good", "related by the encoder of words that is installed")
        return
    what = "another version of the encoder of words is installed: questions in another language fail."
    yield Finding("words", "problem", what, _REBUILD)


def settings(case: Case) -> Iterator[Finding]:
    """Whether the semsearch.toml of the index can be followed, and whether its schedule was."""
    remembered = case.manifest.recipe.config
    path = beside(case.root)
    if not path.is_file():
        if remembered is None:
            return
        path = Path(remembered)
    try:
        found = read_settings(path)
    except ConfigError as error:
        yield Finding("settings", "warning", f"{error.where}: {error.what}", error.hint)
        return
    named = "1 source" if len(found.sources) == 1 else f"{len(found.sources)} sources"
    yield Finding("settings", "good", f"{path} names {named}")
    when, now = found.schedule, datetime.now()
    if when is None:
        return
    built = datetime.fromisoformat(case.manifest.created).astimezone().replace(tzinfo=None)
    last = when.last(now)
    if when.due(built, now) and now - last > _GRACE:
        what = f"a rebuild was due {age(now - last)} ago ({when.text}), and nothing was published since."
        mend = "semsearch schedule prints what has cron or systemd do it; its log says what kept it from it"
        yield Finding("schedule", "warning", what, mend)
    else:
        yield Finding("schedule", "good", f"{when.text}: next {when.next(now):%Y-%m-%d %H:%M}")


def sources(case: Case) -> Iterator[Finding]:
    """Whether a rebuild would find the files that the index was built from, and whether it is due."""
    manifest = case.manifest
    built = datetime.fromisoformat(manifest.created).timestamp()
    if not manifest.sources:
        what = "built from Python, without naming files: a rebuild has nothing to read"
        yield Finding("sources", "note", what, "semsearch index SOURCE... names them")
        return
    unreadable, changed = [], []
    for source in map(Path, manifest.sources):
        try:
            written = _written(source)
            if written > built:
                changed.append(source)
            elif source.parent.name == FOLDER and built - written > _STALE:
                what = f"the service asked for {source.name} has not answered for the last builds"
                yield Finding("sources", "warning", what, f"{_REBUILD} says why")
        except OSError as error:
            unreadable.append(source)
            what = f"{source} cannot be read ({(error.strerror or str(error)).lower()}): a rebuild fails."
            yield Finding(
                "sources", "warning", what, "put it back, or name others: semsearch index SOURCE..."
            )
    for source in changed:
        yield Finding("sources", "note", f"{source} has changed since the build", _REBUILD)
    if not unreadable and not changed:
        yield Finding("sources", "good", f"{len(manifest.sources)}, readable, and unchanged since the build")


def _written(source: Path) -> float:
    """When a file, or the last of a folder, was written; raises `OSError` where it cannot be read."""
    if source.is_dir():
        return max(path.stat().st_mtime for path in (source, *source.rglob("*")))
    with source.open("rb") as stream:
        stream.read(1)
    return source.stat().st_mtime


def leftovers(case: Case) -> Iterator[Finding]:
    """What killed builds left; the next build or prune sweeps it away."""
    left = [
        *case.store.generations.glob(".staging-*"),
        *case.store.generations.glob(".trash-*"),
        *case.store.encoders.glob(".staging-*"),
    ]
    if not left:
        yield Finding("leftovers", "good", "killed builds have left nothing")
    elif _locked(case.root / ".lock"):
        yield Finding("leftovers", "good", "a build is at work")
    else:
        size = sum(path.stat().st_size for folder in left for path in folder.rglob("*") if path.is_file())
        folders = "1 folder" if len(left) == 1 else f"{len(left)} folders"
        what = f"killed builds have left {folders}, {megabytes(size)}"
        yield Finding("leftovers", "warning", what, f"{_REBUILD} removes them, and so does semsearch prune")


def _locked(path: Path) -> bool:
    """Whether somebody is writing. The lock is held for an instant, and only to see whether it is free."""
    if not path.is_file():
        return False
    with path.open() as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def age(span: timedelta) -> str:
    """A time span in the unit that fits: ``3 days``, ``5 hours``, ``1 minute``."""
    for unit, seconds in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if number := int(span.total_seconds()) // seconds:
            return f"{number:,} {unit}{'' if number == 1 else 's'}"
    return "less than a minute"


def megabytes(size: int) -> str:
    """Bytes as people say them."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
