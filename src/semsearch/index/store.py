"""The generations of an index on disk: staged, synced, renamed, published, rolled back and pruned.

Layout of a data root::

    CURRENT                     the id of the published generation
    generations/<id>/           one immutable build; generations/.staging-* while it is written
    cache/                      the embedding cache
    encoders/                   encoders in the form that questions are encoded with
    verdicts/                   what the gate found of each build
    seals/                      how to see that large files are as they were when they were last hashed
    .lock                       held by whoever writes

Every change is one rename. A process killed at any instant leaves a published generation that opens, and
at worst a dot-folder that the next writer sweeps away.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import re
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from semsearch.encode import export
from semsearch.errors import (
    IndexBusy,
    IndexDamaged,
    IndexForeign,
    IndexMissing,
    SemsearchError,
    StorageError,
)
from semsearch.index import manifest as passport
from semsearch.index import seals
from semsearch.index.files import all_at_once, replace_atomically, sha256, storage, sync, unreadable
from semsearch.index.manifest import MEND, FileRecord, Manifest
from semsearch.index.seals import Seal

log = logging.getLogger(__name__)

MANIFEST = "manifest.json"
_DOT = (".staging-", ".trash-")
_ID = re.compile(r"(\d{6,})-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Store:
    """The data root of one index. Creating the object touches nothing.

    Attributes:
        root: The folder.
        large: Bytes from which on files are not hashed at every opening, see `semsearch.index.seals`.
    """

    root: Path
    large: int = seals.LARGE

    @property
    def generations(self) -> Path:
        """The folder of the builds."""
        return self.root / "generations"

    @property
    def cache(self) -> Path:
        """The folder of the embedding cache."""
        return self.root / "cache"

    @property
    def encoders(self) -> Path:
        """The folder of the exported encoders."""
        return self.root / "encoders"

    @property
    def verdicts(self) -> Path:
        """The folder of what the gate found."""
        return self.root / "verdicts"

    @property
    def seals(self) -> Path:
        """The folder of what large files are known by."""
        return self.root / "seals"

    def path(self, generation: str) -> Path:
        """The folder of one build, by id.

        Raises:
            IndexMissing: There is none.
        """
        if generation not in self.ids():
            raise IndexMissing(
                f"has no generation {generation!r}.",
                where=self.root,
                hint="semsearch generations lists them.",
            )
        return self.generations / generation

    def ids(self) -> list[str]:
        """Ids of all complete generations, oldest first (an id begins with a running number)."""
        if not self.generations.is_dir():
            return []
        try:
            found = [entry.name for entry in self.generations.iterdir() if not entry.is_symlink()]
        except OSError as error:
            raise unreadable(self.generations, error) from error
        return sorted(filter(_ID.fullmatch, found), key=lambda name: (_number(name), name))

    def current(self) -> str | None:
        """Id of the published generation, or None when nothing was ever published.

        Raises:
            IndexDamaged: ``CURRENT`` holds no id.
        """
        path = self.root / "CURRENT"
        try:
            text = path.read_text(encoding="utf-8").removesuffix("\n")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise _unpublished(unreadable(path, error), self) from error
        if not _ID.fullmatch(text):
            raise _unpublished(IndexDamaged("does not hold the id of a generation.", where=path), self)
        return text

    def published(self) -> str:
        """Id of the published generation.

        Raises:
            IndexMissing: Nothing is published here.
            IndexDamaged: As `current`.
        """
        current = self.current()
        if current is None and self.ids():
            raise _unpublished(IndexMissing("is missing.", where=self.root / "CURRENT"), self)
        if current is None:
            raise IndexMissing(
                "holds no index.",
                where=self.root,
                hint="Build one: semsearch index SOURCE... (or name another folder with --index).",
            )
        return current

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the right to write; the kernel gives it back when the process ends, however it ends.

        Raises:
            IndexBusy: Another process holds it.
            StorageError: The folder cannot be written.
        """
        with storage(self.root):
            if not self.generations.is_dir():
                self.generations.mkdir(parents=True)
                sync(self.root)
                sync(self.root.parent)
            stream = (self.root / ".lock").open("a")
        with stream:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise IndexBusy(
                    "another build, rollback or prune is at work here.",
                    where=self.root,
                    hint="Wait for it to end, then run the same command again.",
                ) from error
            with storage(self.root):
                self._sweep()
            yield

    def _sweep(self) -> None:
        """Remove what a killed writer left; only ever called with the lock held."""
        for entry in self.generations.iterdir():
            if entry.name.startswith(_DOT):
                shutil.rmtree(entry)
        known = {f"{name}.json" for name in self.ids()}
        kept = (folder.iterdir() for folder in (self.verdicts, self.seals) if folder.is_dir())
        gone = [entry for entries in kept for entry in entries if entry.name not in known]
        for entry in (*self.root.glob(".CURRENT.*"), *gone):
            entry.unlink(missing_ok=True)

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        """A folder to write a generation in, on the same file system; gone afterwards unless sealed."""
        with storage(self.generations):
            folder = Path(tempfile.mkdtemp(prefix=".staging-", dir=self.generations))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def seal(self, staging: Path, manifest: Manifest) -> str:
        """Write the manifest, sync everything and rename the folder to its id, which is returned."""
        text = manifest.to_json()
        number = max(map(_number, self.ids()), default=0) + 1
        generation = f"{number:06d}-{passport.digest(text)}"
        with storage(staging):
            (staging / MANIFEST).write_text(text, encoding="utf-8")
            staging.chmod(0o755)  # mkdtemp keeps others out; a server may run as another user
            for entry in staging.iterdir():
                sync(entry)
            sync(staging)
            staging.rename(self.generations / generation)
            sync(self.generations)
        return generation

    def publish(self, generation: str) -> None:
        """Make a generation the one that readers open."""
        self.path(generation)
        with storage(self.root):
            replace_atomically(self.root / "CURRENT", generation + "\n")

    def write_verdict(self, generation: str, text: str) -> None:
        """Keep what the gate found of a generation, and nothing of builds before it that it did not let by.

        These were held back, or killed before they could be judged.
        """
        for name in self._newer():
            if name != generation and self._held(name) is not False:
                self._remove(name)
        with storage(self.verdicts):
            self.verdicts.mkdir(exist_ok=True)
            replace_atomically(self.verdicts / f"{generation}.json", text)

    def verdict(self, generation: str) -> dict[str, Any] | None:
        """What the gate found; None where nothing is written of it.

        Raises:
            IndexDamaged: It cannot be read.
        """
        path = self.verdicts / f"{generation}.json"
        try:
            found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if type(found["held"]) is not bool:
                raise ValueError("it does not say whether the build was held back")
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise IndexDamaged(
                f"cannot be read ({error}).", where=path, hint="Delete it: the next build writes its own."
            ) from error
        return found

    def held(self) -> list[str]:
        """Ids of the generations that were held back and not published since.

        One whose verdict cannot be read is not among them, and a warning says so.
        """
        return [name for name in self._newer() if self._held(name)]

    def _newer(self) -> list[str]:
        """Ids of the generations that came after the published one."""
        current = self.current()
        return [name for name in self.ids() if current is None or _number(name) > _number(current)]

    def _held(self, generation: str) -> bool | None:
        """Was it held back? None where nobody judged it."""
        try:
            verdict = self.verdict(generation)
        except IndexDamaged as error:
            log.warning("%s", error)
            return False
        return None if verdict is None else bool(verdict["held"])

    def manifest(self, generation: str) -> Manifest:
        """Read a generation's manifest and hold it against its id.

        Raises:
            IndexMissing: There is no such generation.
            IndexDamaged: The manifest is missing or is not the one that was written.
            IndexForeign: It is of another format.
        """
        path = self.path(generation) / MANIFEST
        try:
            if path.is_symlink():
                raise IndexDamaged("is no file, but a link.", where=path, hint=MEND)
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise unreadable(path, error) from error
        manifest = passport.parse(text, path)
        if passport.digest(text) != generation.partition("-")[2]:
            raise IndexDamaged("the manifest was changed after it was written.", where=path, hint=MEND)
        return manifest

    def large_files(self, manifest: Manifest) -> list[str]:
        """Names of the files of a generation that are not hashed at every opening."""
        return [name for name, about in manifest.files.items() if about.size >= self.large]

    def unchanged(self, manifest: Manifest, generation: str, now: Mapping[str, Seal]) -> frozenset[str]:
        """The large files of a generation that were found whole, and are since the same.

        Args:
            manifest: Of the generation.
            generation: Its id.
            now: What its files are known by.
        """
        before = seals.read(self.seals / f"{generation}.json")
        names = now.keys() & self.large_files(manifest)
        return frozenset(name for name in names if before.get(name) == now[name])

    def remember(self, generation: str, found: Mapping[str, Seal]) -> None:
        """Keep what large files are known by that were just found whole, as they were before."""
        seals.write(self.seals / f"{generation}.json", found)

    def verify(self, generation: str, known: Collection[str] = ()) -> Manifest:
        """Check that every file of a generation is there, whole and unchanged.

        Args:
            generation: Its id.
            known: Names of files that need not be read, see `unchanged`.

        Raises:
            IndexMissing, IndexForeign: As `manifest`.
            IndexDamaged: Names the first file that is not as it was written.
        """
        manifest = self.manifest(generation)
        folder = self.generations / generation
        try:
            there = {entry.name for entry in folder.iterdir()} - {MANIFEST}
        except OSError as error:
            raise unreadable(folder, error) from error
        for name in sorted(set(manifest.files) - there):
            raise IndexDamaged("is missing.", where=folder / name, hint=MEND)
        if there != set(manifest.files):
            raise IndexDamaged(
                f"holds files it was not built with: {', '.join(sorted(there - set(manifest.files)))}.",
                where=folder,
                hint=MEND,
            )
        # The largest first, so that none is waited for at the end.
        unread = {name: about for name, about in manifest.files.items() if name not in known}
        files = sorted(unread.items(), key=lambda file: -file[1].size)
        all_at_once(lambda file: _check(folder / file[0], file[1]), files)
        return manifest

    def prune(self, keep: int) -> list[str]:
        """Delete all but the last ``keep`` generations, never the published one; returns the deleted ids."""
        if keep < 1:
            raise ValueError("keep must be at least 1")
        kept = {*self.ids()[-keep:], self.current()}
        doomed = [name for name in self.ids() if name not in kept]
        for name in doomed:
            self._remove(name)
        self._prune_encoders()
        return doomed

    def _remove(self, generation: str) -> None:
        trash = self.generations / f".trash-{generation}"
        with storage(trash):
            (self.generations / generation).rename(trash)  # one step: never a generation with half its files
            shutil.rmtree(trash)
            for folder in (self.verdicts, self.seals):
                (folder / f"{generation}.json").unlink(missing_ok=True)

    def _prune_encoders(self) -> None:
        """Delete the exported encoders of no generation."""
        try:
            used = {self.manifest(name).encoder.fingerprint for name in self.ids()}
        except (IndexDamaged, IndexForeign):
            return  # whose encoder is whose cannot be told
        with storage(self.encoders):
            export.keep_only(self.encoders, used)


def record(folder: Path) -> dict[str, FileRecord]:
    """Size and checksum of every file in a staging folder."""
    entries = [entry for entry in sorted(folder.iterdir()) if entry.name != MANIFEST]
    sums = all_at_once(sha256, entries)
    return {
        entry.name: FileRecord(entry.stat().st_size, checksum)
        for entry, checksum in zip(entries, sums, strict=True)
    }


def _check(path: Path, expected: FileRecord) -> None:
    try:
        found = path.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise IndexDamaged("is no file, but a link, a folder or a device.", where=path, hint=MEND)
        if found.st_size != expected.size:
            raise IndexDamaged(
                f"has {found.st_size:,} bytes, and {expected.size:,} were written.", where=path, hint=MEND
            )
        if sha256(path) != expected.sha256:
            raise IndexDamaged(
                "was changed after it was written (its SHA-256 differs).", where=path, hint=MEND
            )
    except OSError as error:
        raise unreadable(path, error) from error


def _number(generation: str) -> int:
    return int(generation.partition("-")[0])


def _unpublished(error: SemsearchError, store: Store) -> SemsearchError:
    """The same error, but that the hint names a generation that could be published again."""
    if not isinstance(error, StorageError) and (ids := store.ids()):
        error.hint = f"Publish the generation that should answer: semsearch rollback {ids[-1]}"
    return error
