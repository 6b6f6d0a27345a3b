"""SIGKILL at random instants of every command that writes."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import world
from tally import Tally
from world import ENCODER, Child, Version

from semsearch.encode.cache import EmbeddingCache, key
from semsearch.index.store import Store

PART = "SIGKILL"
_PAST = 1.02  # of the time an operation takes: so late may a kill be meant to land
_AT_MOST = 4.0  # times the bytes of an undisturbed index: a generation more, a staged one, and the caches


def run(folder: Path, known: list[Version], count: int, random: random.Random, tally: Tally) -> None:
    """Kill so many commands, and look at what each leaves.

    Args:
        folder: To work in.
        known: The versions of the papers.
        count: How many kills must have landed.
        random: Decides what is killed, and when.
        tally: Told of each.
    """
    target = _Target(folder, known, random)
    kinds = ["build"] * 10 + ["held build", "forced build", "rollback", "rollback", "prune", "prune"]
    kinds += ["cache prune", "verdict and publish"]
    landed, steps = 0, Counter[str]()
    while landed < count and not tally.over:
        kind = random.choice(kinds)
        killed, where, wrong = target.strike(kind)
        if killed:
            landed += 1
            tally.tried(PART, kind, wrong)
            steps[where or "no step of a build"] += 1
        elif wrong:
            tally.tried(PART, f"{kind}, ended before the kill", wrong)
    tally.say(PART, "kills landed in: " + ", ".join(f"{step} {n}" for step, n in steps.most_common()))
    tally.say(PART, f"texts encoded again that a killed build had stored: {target.lost}")
    tally.say(PART, f"bytes in the data root: {target.usual:,} undisturbed, {target.largest:,} at most")


class _Target:
    """One index that is written, killed, looked at and written again."""

    def __init__(self, folder: Path, known: list[Version], random: random.Random) -> None:
        self.folder, self.known, self.random = folder, known, random
        self.root, self.temporary = folder / "index", folder / "tmp"
        self.store = Store(self.root)
        self.temporary.mkdir()
        os.environ["TMPDIR"] = str(self.temporary)
        self.current = known[0]
        self.seconds: dict[str, float] = {}
        self.lost = self.largest = 0
        for version in (known[1], known[2], known[0]):
            self._build(version)
        self.usual = world.size_of(self.root)

    def strike(self, kind: str) -> tuple[bool, str, str]:
        """Begin a command, kill it, and look.

        Returns:
            Whether it was killed before it ended, the step it was at, and what is wrong afterwards.
        """
        aim = self.random.choice([version for version in self.known if version is not self.current])
        do, legal = self._command(kind, aim)
        before = self.store.current()
        had = world.cached(self.root, self.folder / "copy")
        logs = world.new_logs(self.folder)
        child = Child(do, self.folder)
        time.sleep(self.random.uniform(0, _PAST) * self.seconds.get(kind, 0.3))
        child.kill()
        code, said = child.wait()
        killed, step = code == -9, child.step()
        if code > 0 and kind != "held build":
            return False, step, f"it failed: {said[-500:]}"
        if not killed:
            self.seconds[kind] = child.seconds
        wrong = (
            self._published(before, aim, legal)
            or world.wrong_in_cache(self.root, self.folder / "copy", self.known)
            or self._stored(kind, had, logs, killed=killed)
            or self._goes_on()
        )
        return killed, step, wrong

    def _command(self, kind: str, aim: Version) -> tuple[Callable[[], object], set[str]]:
        """What to do, and the ids beside those it makes that may be published afterwards."""
        source = self.folder / "papers.jsonl"
        if kind == "rollback":
            target = self.random.choice(self.store.ids())
            return lambda: world.command("rollback", target, "--index", str(self.root)), {target}
        if kind == "prune":
            return lambda: world.command("prune", "--keep", "1", "--index", str(self.root)), set()
        if kind == "cache prune":
            kept = {key(text) for text in self.current.texts}
            return lambda: _prune_cache(self.root, kept), set()
        if kind == "verdict and publish":
            current = self.store.published()
            text = (self.store.verdicts / f"{current}.json").read_text(encoding="utf-8")
            return lambda: _publish(self.store, current, text), set()
        held = kind == "held build"
        world.write(source, aim.records[: world.PAPERS // 3] if held else aim.records)
        more = ["--force"] if kind == "forced build" else []
        return lambda: world.index(self.folder, self.root, *more), set()

    def _published(self, before: str | None, aim: Version, legal: set[str]) -> str:
        """`CURRENT` is what it was or what it should become, and that answers as its version does."""
        now = self.store.current()
        made = now is not None and before is not None and now > before and now not in legal
        if now == before:
            expected = self.current
        elif now in legal or made:
            mark = world.version_of(self.root)
            if made and mark != aim.mark:
                return f"published {mark}, and {aim.mark} was built"
            expected = next(version for version in self.known if version.mark == mark)
        else:
            return f"CURRENT was {before} and is {now}"
        self.current = expected
        return world.wrong_with(self.root, expected)

    def _stored(
        self, kind: str, had: tuple[dict[bytes, bytes], ...], logs: tuple[Path, Path], *, killed: bool
    ) -> str:
        """All that a build encoded is in the cache, but what it was about to store when it was killed.

        A held build drops nothing either; only what is published decides what is kept.
        """
        if "build" not in kind:
            return ""
        has = world.cached(self.root, self.folder / "copy")[0]
        calls = world.read_log(logs[0])
        stored = {key(text) for call in (calls[:-1] if killed else calls) for text in call}
        missing = len(stored - has.keys())
        self.lost += missing
        if missing:
            return f"{missing} texts that were encoded and stored are not in the cache"
        again = stored & had[0].keys()
        return f"{len(again)} texts were encoded that had a vector" if again else ""

    def _goes_on(self) -> str:
        """The next build succeeds, encodes only what has no vector, and leaves nothing lying about."""
        self.largest = max(self.largest, world.size_of(self.root))
        if self.largest > _AT_MOST * self.usual:
            return f"the data root has grown to {self.largest:,} bytes"
        return self._build(self.random.choice(self.known))

    def _build(self, version: Version) -> str:
        had = world.cached(self.root, self.folder / "copy")
        world.write(self.folder / "papers.jsonl", version.records)
        logs = world.new_logs(self.folder)
        child = Child(lambda: world.index(self.folder, self.root, "--force"), self.folder)
        code, said = child.wait()
        if code:
            return f"the next build failed: {said[-500:]}"
        self.seconds["build"] = child.seconds
        self.current = version
        for log, known, wanted in zip(logs, had, (version.texts, version.words), strict=True):
            encoded = [text for call in world.read_log(log) for text in call]
            if sorted(encoded) != sorted(text for text in wanted if key(text) not in known):
                return f"the next build encoded {len(encoded)} texts, others than those without a vector"
        left = world.leftovers(self.root, self.temporary)
        return (f"left behind: {left}" if left else "") or world.wrong_with(self.root, version)


def _prune_cache(root: Path, kept: set[bytes]) -> None:
    """What the end of a build does to a cache that holds more than it uses."""
    store = Store(root)
    with store.lock(), EmbeddingCache(store.cache, ENCODER.passport) as cache:
        texts = [f"a text of no paper, number {i}" for i in range(200)]
        cache.put([key(text) for text in texts], ENCODER.encode_queries(texts))
        cache.keep_only(kept)


def _publish(store: Store, generation: str, verdict: str) -> None:
    """The end of a build, many times over."""
    with store.lock():
        for _ in range(20):
            store.write_verdict(generation, verdict)
            store.publish(generation)


def exports(folder: Path, count: int, random: random.Random, tally: Tally) -> None:
    """Kill processes that export an encoder, or delete one."""
    from semsearch.encode import export, pretrained

    model = _tiny_model(folder / "tiny")
    source = pretrained.files_sha256(str(model))
    loaded = pretrained.load(str(model))
    encoders = folder / "encoders"
    seconds = 1.0
    landed = 0
    while landed < count and not tally.over:
        deletes = random.random() < 0.3
        if deletes:
            child = Child(lambda: export.keep_only(encoders, ()), folder)
        else:
            child = Child(lambda: export.write(loaded, encoders, source), folder)
        time.sleep(random.uniform(0, _PAST) * (0.003 if deletes else seconds))
        child.kill()
        code, _ = child.wait()
        if not code and not deletes:
            seconds = child.seconds
        wrong = ""
        found = export.find_source(encoders, source)
        try:
            if found is not None:
                found.prove(found.load())
        except Exception as error:  # noqa: BLE001 -- whatever it is, it is to be told
            wrong = f"half an export is found: {error}"
        if code == -9:
            landed += 1
            tally.tried(PART, "deletion of an exported encoder" if deletes else "export of an encoder", wrong)
    export.write(loaded, encoders, source)
    left = [path.name for path in encoders.iterdir()]
    if len(left) != 1:
        tally.tried(PART, "export of an encoder", f"left behind: {left}")


def _tiny_model(folder: Path) -> Path:
    """A sentence-transformers model of one layer and random weights."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from transformers import BertConfig, BertModel
    from transformers.models.bert import BertTokenizer

    folder.mkdir()
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{c}" for c in letters)]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    BertModel(config).save_pretrained(folder / "bert")
    BertTokenizer(str(folder / "vocab.txt"), model_max_length=512).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"))
    SentenceTransformer(modules=[transformer, Pooling(16)]).save(str(folder / "model"))
    shutil.rmtree(folder / "bert")
    return folder / "model"
