"""Damaged files of every kind, and who must notice."""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import time
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import faiss
import numpy as np
import world
from tally import Tally
from world import ENCODER, Child, StandIn, Version

from semsearch.encode import CANARIES
from semsearch.errors import SemsearchError
from semsearch.index import manifest as passport
from semsearch.index.generation import open_generation
from semsearch.index.store import MANIFEST, Store, record
from semsearch.search import Searcher

PART = "damage"
_RESEALED = "resealed: "  # said of a generation that goes by another id now
_WAIT = 20.0  # seconds for the service to notice

Damage = Callable[[Path], str]
"""Damages a generation in its folder; returns what messages about it must name."""


def run(
    folder: Path, known: list[Version], count: int, caches: int, random: random.Random, tally: Tally
) -> None:
    """Damage so many files, and ask readers, `verify` and a running service about each; then the caches."""
    root = folder / "index"
    for version in known[:2]:
        world.write(folder / "papers.jsonl", version.records)
        Child(lambda: world.index(folder, root), folder).wait()
    victim = _Victim(root, known[0], known[1])
    ways = [*_files(victim, random)]
    ways += [("a generation that lies, with checksums that are right", lie) for lie in _lies()]
    random.shuffle(ways)
    with world.serving(root, folder) as address:
        victim.address = address
        for kind, damage in ways[:count]:
            if tally.over:
                return
            tally.tried(PART, kind, victim.suffer(damage))
        for name, text in _POINTERS:
            wrong = victim.lose_current(text)
            tally.tried(PART, "CURRENT", wrong and f"{name}: {wrong}")
        tally.tried(PART, "afterwards, the next good generation", victim.recover())
    _verdicts(folder, root, known, tally)
    _caches(folder, root, known, caches, random, tally)


class _Victim:
    """An index of two generations: one that is served, and one that is damaged, published and put back."""

    def __init__(self, root: Path, good: Version, bad: Version) -> None:
        self.store, self.good, self.bad = Store(root), good, bad
        self.first, self.second = self.store.ids()[-2:]
        self.folder = self.store.generations / self.second
        self.kept = root.parent / "kept"
        shutil.copytree(self.folder, self.kept)
        self.store.publish(self.first)
        self.address = ""

    def suffer(self, damage: Damage) -> str:
        """Damage the second generation, publish it, and see who notices; empty when all do."""
        with self._damaged(damage) as (generation, named):
            self.store.publish(generation)
            wrong = self._refused(generation, named) or self._served_on(named)
            self.store.publish(self.first)
        return wrong or self._until(lambda ready: "problem" not in ready, "the problem stays")

    @contextlib.contextmanager
    def _damaged(self, damage: Damage) -> Iterator[tuple[str, str]]:
        named = damage(self.folder)
        generation = self.second
        if named.startswith(_RESEALED):
            named = named.removeprefix(_RESEALED)
            generation = f"000009-{passport.digest((self.folder / MANIFEST).read_text(encoding='utf-8'))}"
            self.folder.rename(self.store.generations / generation)
        try:
            yield generation, named
        finally:
            shutil.rmtree(self.store.generations / generation)
            shutil.copytree(self.kept, self.folder)

    def _refused(self, generation: str, named: str) -> str:
        """A reader that opens it and `verify` refuse it by name and with advice, in the same words."""
        said = []
        for read in (
            lambda: Searcher(open_generation(self.store, generation), ENCODER),
            lambda: world.command("verify", generation, "--index", str(self.store.root)),
        ):
            try:
                read()
                return f"it is read as if nothing were wrong with {named}"
            except SemsearchError as error:
                if not any(name in str(error) for name in named.split("|")) or not error.hint:
                    return f"refused without naming {named}: {error}"
                said.append(str(error))
            except Exception as error:  # noqa: BLE001 -- any other is what is looked for
                return f"not refused but broken: {type(error).__name__}: {error} ({named})"
        return "" if said[0] == said[1] else f"verify says otherwise: {said}"

    def _served_on(self, named: str) -> str:
        """The service goes on with the first generation, and says why."""

        def told(ready: dict[str, Any]) -> bool:
            return any(name in ready.get("problem", "") for name in named.split("|"))

        if wrong := self._until(told, f"/health/ready does not name {named}"):
            return wrong
        if "semsearch_generation_refused 1.0" not in self._get("/metrics"):
            return "/metrics does not say that a generation is refused"
        return self._answers(self.first, self.good)

    def _answers(self, generation: str, version: Version) -> str:
        question, mode = world.QUESTIONS[0]
        answer = json.loads(self._get(f"/v1/search?q={quote(question)}&k=5&mode={mode}"))
        given = [(h["paper"]["id"], h["paper"]["venue"], h["score"]) for h in answer["hits"]]
        right = version.answers[f"{mode}: {question}"]
        if answer["generation"] != generation or not world.alike(given, right):
            return f"the service answers {given} of {answer['generation']}"
        return ""

    def lose_current(self, content: bytes | None) -> str:
        """Damage `CURRENT` itself."""
        path = self.store.root / "CURRENT"
        path.unlink()
        if content == b"folder":
            path.mkdir()
        elif content is not None:
            path.write_bytes(content)
        named = "000099-" if content and b"000099" in content else "CURRENT"
        wrong = ""
        try:
            open_generation(self.store)
            wrong = "an index is read all the same"
        except SemsearchError as error:
            if named not in str(error) or not error.hint:
                wrong = f"refused without naming {named}: {error}"
        wrong = wrong or self._served_on(named)
        shutil.rmtree(path) if path.is_dir() else None
        world.command("rollback", self.first, "--index", str(self.store.root))  # what the hint says
        return wrong or self._until(lambda ready: "problem" not in ready, "the problem stays")

    def recover(self) -> str:
        """The next good generation is served."""
        self.store.publish(self.second)
        wrong = self._until(lambda ready: ready["generation"] == self.second, "the good one is not served")
        return wrong or self._answers(self.second, self.bad)

    def _until(self, true: Callable[[dict[str, Any]], bool], otherwise: str) -> str:
        ready: dict[str, Any] = {}
        until = time.monotonic() + _WAIT
        while time.monotonic() < until:
            ready = json.loads(self._get("/health/ready"))
            if true(ready):
                return ""
            time.sleep(0.01)
        return f"{otherwise}: {ready}"

    def _get(self, path: str) -> str:
        address = f"http://{self.address}{path}"  # of our own
        with urllib.request.urlopen(address, timeout=_WAIT) as answer:  # nosec B310 -- our own service
            return str(answer.read().decode())


def _files(victim: _Victim, random: random.Random) -> Iterator[tuple[str, Damage]]:
    """Every file damaged in every way, one way after the other."""
    names = sorted(path.name for path in victim.folder.iterdir())
    other = victim.store.generations / victim.first
    for kind, way in _WAYS:
        random.shuffle(names)
        for name in names:
            if (victim.folder / name).stat().st_size:
                yield kind, partial(_damaged, name, way, random)
    differing = [n for n in names if (other / n).read_bytes() != (victim.folder / n).read_bytes()]
    for name in differing:
        yield "the file of another generation", partial(_copied, other / name)
    for _ in range(20):
        one, two = random.sample(names, 2)
        yield "two files exchanged", partial(_exchanged, one, two)
    for name in ("more.npy", ".hidden", "scan_codes.faiss"):
        yield "one file more", partial(_added, name)


def _damaged(
    name: str, way: Callable[[Path, random.Random], object], random: random.Random, folder: Path
) -> str:
    way(folder / name, random)
    return name


def _flip(path: Path, random: random.Random) -> None:
    content = bytearray(path.read_bytes())
    if content:
        content[random.randrange(len(content))] ^= 1 << random.randrange(8)
        path.write_bytes(content)


def _cut(path: Path, random: random.Random) -> None:
    os.truncate(path, random.randrange(path.stat().st_size))


def _replace_by_folder(path: Path, _: random.Random) -> None:
    path.unlink()
    path.mkdir()


def _replace_by_link(path: Path, _: random.Random) -> None:
    """To the same bytes, outside the data root."""
    path.unlink()
    path.symlink_to(path.parents[3] / "kept" / path.name)


_WAYS: tuple[tuple[str, Callable[[Path, random.Random], object]], ...] = (
    ("one bit flipped", _flip),
    ("cut short", _cut),
    ("one bit flipped", _flip),
    ("missing", lambda path, _: path.unlink()),
    ("emptied", lambda path, _: path.write_bytes(b"")),
    ("a folder in its place", _replace_by_folder),
    ("a link to the same bytes elsewhere", _replace_by_link),
)


def _added(name: str, folder: Path) -> str:
    (folder / name).write_bytes(b"x")
    return name


def _copied(source: Path, folder: Path) -> str:
    shutil.copy(source, folder)
    return source.name


def _exchanged(one: str, other: str, folder: Path) -> str:
    first, second = (folder / one).read_bytes(), (folder / other).read_bytes()
    (folder / one).write_bytes(second)
    (folder / other).write_bytes(first)
    if first == second:  # which exchanges nothing
        (folder / one).write_bytes(first + b"x")
    return f"{one}|{other}"


def _lies() -> Iterator[Damage]:
    """Generations whose checksums and ids are right, and whose contents do not fit together."""
    for part, field in (
        ("counts", "papers"),
        ("counts", "sentences"),
        ("encoder", "dim"),
        ("lexicon", "dim"),
    ):
        for change in (-1, 1):
            yield _resealed(partial(_told, part, field, change), ".npy|.faiss|.sqlite|stand-in")
    nonsense: tuple[tuple[str, object], ...] = (
        ("created", "yesterday"), ("calibration", {}), ("counts", []), ("sources", 3), ("golden", 1),
    )  # fmt: skip
    for name, value in nonsense:
        yield _resealed(partial(_said, name, value), MANIFEST)
    yield partial(_as_text, "[" * 100_000, MANIFEST)
    yield partial(_as_text, "papers: 40", MANIFEST)
    yield _resealed(partial(_said, "schema", 99), "format 99")
    yield _resealed(_outside, "CURRENT")
    yield _resealed(partial(_told, "encoder", "max_tokens", 1), "encoder")
    yield _resealed(_other_canaries, "encoder")
    for name in ("vectors.faiss", "papers.sqlite", "names.sqlite", "titles.npy", "map.json", "added.npy"):
        yield _resealed(partial(_without, name), name)
    for name in ("vectors.faiss", "papers.sqlite", "names.sqlite", "map.json", "posting_rows.npy"):
        yield _resealed(partial(_nonsense, name), name)
    for count, dim, metric in (
        (world.PAPERS - 1, world.DIM, faiss.METRIC_INNER_PRODUCT),
        (world.PAPERS, 2 * world.DIM, faiss.METRIC_INNER_PRODUCT),
        (world.PAPERS, world.DIM, faiss.METRIC_L2),
    ):
        yield _resealed(partial(_vectors, count, dim, metric), "vectors.faiss")
    for name, numbers in _ARRAYS.items():
        # What an array divides, or is as long as, may be named instead of it.
        named = f"{name}|{name.removesuffix('.npy').split('_')[0].rstrip('s')}"
        for change_of in (_of_another_kind, _one_less, *((_beyond,) if numbers else ())):
            yield _resealed(partial(_changed, name, change_of), named)


# Every array, and whether it holds numbers of what another file holds, or places in it.
_ARRAYS = {
    "added.npy": False, "canaries.npy": False, "titles.npy": False, "sentences.npy": False,
    "sentence_starts.npy": True, "sentence_spans.npy": True, "terms.npy": False, "terms_ends.npy": True,
    "postings.npy": True, "posting_rows.npy": True, "posting_impacts.npy": False, "title_keys_ends.npy": True,
    "title_keys_grams.npy": False, "title_keys_starts.npy": True, "title_keys_entries.npy": True,
    "title_rows.npy": True, "texts.npy": False, "text_ends.npy": True, "forms_ends.npy": True,
    "form_uses.npy": False, "names_ends.npy": True, "names_entries.npy": True, "lexicon_ends.npy": True,
    "lexicon_papers.npy": False, "lexicon_french.npy": False, "lexicon_neighbours.npy": True,
    "lexicon_nearness.npy": False, "lexicon_stems_ends.npy": True, "lexicon_vectors.npy": False,
    "map_positions.npy": False, "map_points.npy": False,
}  # fmt: skip
_POINTERS = (
    ("empty", b""), ("garbage", b"\xff\xfe\x00"), ("missing", None), ("a folder", b"folder"),
    ("to nowhere", b"000099-0123456789ab\n"), ("outside", b"../../etc\n"), ("two lines", b"000001-01\nx\n"),
)  # fmt: skip

Edit = Callable[[dict[str, Any], Path], None]
"""Changes a manifest, or the files beside it."""


def _resealed(edit: Edit, named: str) -> Damage:
    """Change a generation, then make checksums and id right again."""

    def damage(folder: Path) -> str:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        edit(manifest, folder)
        now = {name: {"size": r.size, "sha256": r.sha256} for name, r in record(folder).items()}
        manifest["files"] = {k: v for k, v in manifest["files"].items() if "/" in k} | now
        return _as_text(json.dumps(manifest, indent=2, sort_keys=True), named, folder)

    return damage


def _as_text(text: str, named: str, folder: Path) -> str:
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return f"{_RESEALED}{named}"


def _told(part: str, field: str, change: int, manifest: dict[str, Any], _: Path) -> None:
    manifest[part][field] += change


def _said(name: str, value: object, manifest: dict[str, Any], _: Path) -> None:
    manifest[name] = value


def _outside(manifest: dict[str, Any], _: Path) -> None:
    manifest["files"]["../../CURRENT"] = manifest["files"]["map.json"]


def _without(name: str, _: dict[str, Any], folder: Path) -> None:
    (folder / name).unlink()


def _nonsense(name: str, _: dict[str, Any], folder: Path) -> None:
    (folder / name).write_bytes(b"x" * 999)


def _changed(name: str, change: Callable[[Any], Any], _: dict[str, Any], folder: Path) -> None:
    np.save(folder / name, change(np.load(folder / name, allow_pickle=False)))


def _of_another_kind(array: Any) -> Any:
    return array.astype(np.float64) if array.dtype.names is None else array["scale"]


def _one_less(array: Any) -> Any:
    return array[..., :-1] if array.ndim == 2 else array[:-1]


def _beyond(array: Any) -> Any:
    """A number in the middle that is the number of nothing."""
    array = array.copy()
    array.flat[array.size // 2] = np.iinfo(array.dtype).max
    return array


def _vectors(count: int, dim: int, metric: int, _: dict[str, Any], folder: Path) -> None:
    index = faiss.IndexFlat(dim, metric)
    index.add(np.random.default_rng(0).standard_normal((count, dim)).astype(np.float32))
    faiss.write_index(index, str(folder / "vectors.faiss"))


def _other_canaries(_: dict[str, Any], folder: Path) -> None:
    np.save(folder / passport.CANARIES, StandIn("another").encode_queries(CANARIES))


def _verdicts(folder: Path, root: Path, known: list[Version], tally: Tally) -> None:
    """A damaged verdict keeps nobody from building, and is named by whoever asks for it."""
    store = Store(root)
    for content in (b"", b"{", b"[]", b'{"held": 3}', b"\xff"):
        newest = store.ids()[-1]
        store.publish(store.ids()[-2])
        path = store.verdicts / f"{newest}.json"
        path.write_bytes(content)
        wrong = ""
        try:
            store.verdict(newest)
            wrong = "it is read as if nothing were wrong"
        except SemsearchError as error:
            wrong = "" if path.name in str(error) else f"refused without its name: {error}"
        world.write(folder / "papers.jsonl", known[2].records)
        code, said = Child(lambda: world.index(folder, root, "--force"), folder).wait()
        wrong = wrong or (said[-300:] if code else "") or world.wrong_with(root, known[2])
        tally.tried(PART, "a verdict", wrong)


def _caches(
    folder: Path, root: Path, known: list[Version], count: int, random: random.Random, tally: Tally
) -> None:
    """Bits flipped in the caches: the next build has the right vectors all the same."""
    nothing = folder / "nothing"
    nothing.mkdir()
    for number in range(count):
        if tally.over:
            return
        version = known[number % len(known)]
        for path in [path for path in Store(root).cache.iterdir() if path.stat().st_size]:
            if number % 5 == 4:
                _cut(path, random)
            for _ in range(1 + 20 * (number % 2)):
                _flip(path, random)
            if number % 3 == 0:
                _flip_first(path, random)
        world.write(folder / "papers.jsonl", version.records)
        code, said = Child(lambda: world.index(folder, root, "--force"), folder).wait()
        wrong = world.wrong_with(root, version) or world.wrong_in_cache(root, folder / "copy", known)
        left = world.leftovers(root, nothing)
        tally.tried(PART, "an embedding cache", (said[-300:] if code else "") or wrong or left)


def _flip_first(path: Path, random: random.Random) -> None:
    """Where a database says what it is."""
    content = bytearray(path.read_bytes())
    if content:
        content[random.randrange(min(100, len(content)))] ^= 1 << random.randrange(8)
        path.write_bytes(content)
