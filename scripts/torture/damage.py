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
from dataclasses import replace
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
from semsearch.index.store import MANIFEST, Store
from semsearch.search import Searcher

PART = "damage"
_WAIT = 20.0  # seconds for the service to notice

Damage = Callable[[Path], str]
"""Damages a generation in its folder; returns what messages about it must name."""


def run(folder: Path, known: list[Version], count: int, random: random.Random, tally: Tally) -> None:
    """Damage so many files, and ask readers, `verify` and a running service about each."""
    root = folder / "index"
    for version in known[:2]:
        world.write(folder / "papers.jsonl", version.records)
        Child(lambda: world.index(folder, root), folder).wait()
    victim = _Victim(root, known[0], known[1])
    kinds = list(_files(victim, random))
    # Each file is damaged in one way before any is damaged in two; lies are told all.
    lies = [("a generation that lies, with checksums that are right", lie) for _, lie in _lies()]
    with world.serving(root, folder) as address:
        victim.address = address
        for kind, damage in [*lies, *kinds][: max(0, count)]:
            if tally.over:
                return
            tally.tried(PART, kind, victim.suffer(damage))
        for name, text in _POINTERS:
            wrong = victim.lose_current(text)
            tally.tried(PART, "CURRENT", wrong and f"{name}: {wrong}")
        tally.tried(PART, "afterwards, the next good generation", victim.recover())
    _verdicts(folder, root, known, tally)
    _caches(folder, root, known, max(4, count // 8), random, tally)


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
        if named.startswith("resealed "):
            named = named.removeprefix("resealed ")
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
        with urllib.request.urlopen(f"http://{self.address}{path}", timeout=_WAIT) as answer:
            return str(answer.read().decode())


def _files(victim: _Victim, random: random.Random) -> Iterator[tuple[str, Damage]]:
    """Every file damaged in every way, one way after the other."""
    names = sorted(path.name for path in victim.folder.iterdir())
    other = victim.store.generations / victim.first
    for way in (_flip, _flip, _cut, _empty, _missing, _folder, _link):
        random.shuffle(names)
        for name in names:
            if way in (_flip, _cut) and not (victim.folder / name).stat().st_size:
                continue
            yield way.__doc__ or "", lambda folder, way=way, name=name: way(folder / name, random)  # type: ignore[misc]
        yield "one file more", lambda folder: (folder / "more.npy").write_bytes(b"x") and "more.npy"  # type: ignore[return-value]
    differing = [n for n in names if (other / n).read_bytes() != (victim.folder / n).read_bytes()]
    for name in differing:
        yield "the file of another generation", lambda folder, name=name: _copied(other / name, folder / name)  # type: ignore[misc]
    for _ in range(20):
        yield "two files exchanged", lambda folder: _exchanged(folder, *random.sample(names, 2))


def _flip(path: Path, random: random.Random) -> str:
    """one bit flipped"""  # noqa: D403
    content = bytearray(path.read_bytes())
    content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    path.write_bytes(content)
    return path.name


def _cut(path: Path, random: random.Random) -> str:
    """Cut short"""
    content = path.read_bytes()
    path.write_bytes(content[: random.randrange(len(content))])
    return path.name


def _empty(path: Path, _: random.Random) -> str:
    """Emptied"""
    if path.stat().st_size == 0:
        path.write_bytes(b"x")
    else:
        path.write_bytes(b"")
    return path.name


def _missing(path: Path, _: random.Random) -> str:
    """Missing"""
    path.unlink()
    return path.name


def _folder(path: Path, _: random.Random) -> str:
    """A folder in its place"""
    path.unlink()
    path.mkdir()
    return path.name


def _link(path: Path, _: random.Random) -> str:
    """A link to the same bytes elsewhere"""
    elsewhere = path.parent.parent.parent.parent / "kept" / path.name
    path.unlink()
    path.symlink_to(elsewhere)
    return path.name


def _copied(source: Path, target: Path) -> str:
    shutil.copy(source, target)
    return target.name


def _exchanged(folder: Path, one: str, other: str) -> str:
    (folder / one).rename(folder / "between")
    (folder / other).rename(folder / one)
    (folder / "between").rename(folder / other)
    # Files that hold the same bytes are the same files.
    same = (folder / one).read_bytes() == (folder / other).read_bytes()
    return _flip(folder / one, random.Random(0)) if same else f"{one}|{other}"  # noqa: S311


def _lies() -> Iterator[tuple[str, Damage]]:
    """Generations whose checksums and ids are right, and whose contents do not fit together."""
    for part, field in (
        ("counts", "papers"),
        ("counts", "sentences"),
        ("encoder", "dim"),
        ("lexicon", "dim"),
    ):
        for change in (-1, 1):
            yield f"{part}.{field}", _told(part, field, change)
    for name, value in (("created", "yesterday"), ("calibration", {}), ("counts", []), ("sources", 3)):
        yield (
            f"{name} {value!r}",
            _resealing(lambda m, f, name=name, value=value: m.update({name: value}), MANIFEST),
        )  # type: ignore[misc]
    yield "deeply nested", lambda folder: _as_text(folder, "[" * 100_000)
    yield "no manifest", lambda folder: _as_text(folder, "papers: 40")
    yield "another format", _resealing(lambda m, f: m.update(schema=99), "format 99")
    yield (
        "a file outside",
        _resealing(lambda m, f: m["files"].update({"../../CURRENT": m["files"]["map.json"]}), "CURRENT"),
    )
    yield "another encoder", _resealing(lambda m, f: m["encoder"].update(weights_sha256="0" * 64), "encoder")
    yield "vectors of another encoder", _resealing(lambda m, f: _other_canaries(f), "encoder")
    for name in ("vectors.faiss", "papers.sqlite", "names.sqlite", "titles.npy", "map.json", "added.npy"):
        yield f"without {name}", _resealing(lambda m, f, name=name: (f / name).unlink(), name)  # type: ignore[misc]
    for name in ("vectors.faiss", "papers.sqlite", "names.sqlite", "map.json", "posting_rows.npy"):
        yield (
            f"{name} of nonsense",
            _resealing(lambda m, f, name=name: (f / name).write_bytes(b"x" * 999), name),
        )  # type: ignore[misc]
    yield "vectors of other papers", _resealing(lambda m, f: _vectors(f, 39, world.DIM), "vectors.faiss")
    yield "vectors of another length", _resealing(lambda m, f: _vectors(f, 40, 64), "vectors.faiss")
    yield (
        "vectors by distance",
        _resealing(lambda m, f: _vectors(f, 40, world.DIM, faiss.METRIC_L2), "vectors.faiss"),
    )
    for name, below in _ARRAYS.items():
        yield (
            f"{name} of another kind",
            _array(name, lambda a: a.astype(np.float64) if a.dtype.names is None else a["scale"]),
        )
        yield (
            f"{name} with a row less",
            _array(name, lambda a: a[..., :-1] if name in _BY_COLUMN else a[:-1], name),
        )
        if below:
            yield f"{name} out of range", _array(name, _beyond)


_BY_COLUMN = {"map_points.npy"}
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
    ("to nowhere", b"000099-0123456789ab\n"), ("outside", b"../../etc\n"), ("two lines", b"000001-0123456789ab\nx\n"),
)  # fmt: skip


def _resealing(edit: Callable[[dict[str, Any], Path], object], named: str) -> Damage:
    """Change a generation, then make checksums and id right again."""

    def damage(folder: Path) -> str:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        edit(manifest, folder)
        from semsearch.index.store import record

        if isinstance(manifest.get("files"), dict):
            now = {name: {"size": r.size, "sha256": r.sha256} for name, r in record(folder).items()}
            manifest["files"] = {k: v for k, v in manifest["files"].items() if "/" in k} | now
        return _as_text(folder, json.dumps(manifest, indent=2, sort_keys=True), named)

    return damage


def _as_text(folder: Path, text: str, named: str = MANIFEST) -> str:
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return f"resealed {named}"


def _told(part: str, field: str, change: int) -> Damage:
    """Some file or other does not fit any more: any of them may be named."""

    def edit(manifest: dict[str, Any], _: Path) -> None:
        manifest[part][field] += change

    return _resealing(edit, ".npy|.faiss|.sqlite|stand-in")


def _array(name: str, change: Callable[[Any], Any], _: str = "") -> Damage:
    def edit(_: dict[str, Any], folder: Path) -> None:
        np.save(folder / name, change(np.load(folder / name)))

    # What an array divides may be named instead of it.
    stem = name.removesuffix(".npy").split("_")[0].rstrip("s")
    return _resealing(edit, f"{name}|{stem}")


def _beyond(array: Any) -> Any:
    """A number in the middle that is the number of nothing."""
    array = array.copy()
    array.flat[array.size // 2] = np.iinfo(array.dtype).max
    return array


def _vectors(folder: Path, count: int, dim: int, metric: int = faiss.METRIC_INNER_PRODUCT) -> None:
    index = faiss.IndexFlat(dim, metric)
    index.add(np.random.default_rng(0).standard_normal((count, dim)).astype(np.float32))
    faiss.write_index(index, str(folder / "vectors.faiss"))


def _other_canaries(folder: Path) -> None:
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
        tally.tried(PART, "a verdict", wrong or (code and said[-300:]) or world.wrong_with(root, known[2]))


def _caches(
    folder: Path, root: Path, known: list[Version], count: int, random: random.Random, tally: Tally
) -> None:
    """Bits flipped in the caches, their journals too: the next build has the right vectors all the same."""
    for number in range(count):
        version = known[number % len(known)]
        files = [path for path in Store(root).cache.iterdir() if path.stat().st_size]
        for path in files:
            content = bytearray(path.read_bytes())
            if number % 5 == 4:
                content = content[: random.randrange(len(content))]
            else:
                for _ in range(1 + 20 * (number % 2)):
                    content[random.choice([random.randrange(100), random.randrange(len(content))])] ^= (
                        1 << random.randrange(8)
                    )
            path.write_bytes(content)
        world.write(folder / "papers.jsonl", version.records)
        code, said = Child(lambda: world.index(folder, root, "--force"), folder).wait()
        wrong = world.wrong_with(root, version) or world.wrong_in_cache(root, folder / "copy", known)
        os.makedirs(folder / "none", exist_ok=True)  # noqa: PTH103
        left = world.leftovers(root, folder / "none")
        tally.tried(
            PART, "an embedding cache", (code and said[-300:]) or wrong or (left and f"left behind: {left}")
        )


_ = replace
