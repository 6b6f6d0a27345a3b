"""What several tests share: a small corpus of real papers, and an encoder that needs no model."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import numpy as np

from semsearch.cli import main
from semsearch.encode import Passport, Vectors, unit
from semsearch.ingest.clean import fold
from semsearch.ingest.source import Source
from semsearch.paper import Paper

# Titles, authors and years are those of the papers; the summaries are ours.
CORPUS = [
    Paper(
        "gan",
        "Generative Adversarial Nets",
        "Two networks train against each other. One draws samples, the other tells them from real data.",
        ("Ian J. Goodfellow", "Jean Pouget-Abadie", "Mehdi Mirza", "Bing Xu", "David Warde-Farley"),
        2014,
        "NIPS",
    ),
    Paper(
        "bahdanau",
        "Neural Machine Translation by Jointly Learning to Align and Translate",
        "The decoder looks for the parts of a source sentence that matter for the next word. "
        "Long sentences no longer have to pass through one vector.",
        ("Dzmitry Bahdanau", "Kyunghyun Cho", "Yoshua Bengio"),
        2015,
        "ICLR",
    ),
    Paper(
        "curriculum",
        "Curriculum Learning",
        "Examples shown from easy to hard lead to better minima, as they do for pupils at school.",
        ("Yoshua Bengio", "Jérôme Louradour", "Ronan Collobert", "Jason Weston"),
        2009,
        "ICML",
    ),
    Paper(
        "10.1038/171737a0",
        "Molecular Structure of Nucleic Acids",
        "DNA is a double helix of two chains held together by pairs of bases. "
        "The pairing suggests how the molecule is copied.",
        ("J. D. Watson", "F. H. C. Crick"),
        1953,
        "Nature",
        doi="10.1038/171737a0",
        url="https://doi.org/10.1038/171737a0",
    ),
    Paper("quicksort", "Quicksort", "", ("C. A. R. Hoare",), 1962, "The Computer Journal"),
]


Run = Callable[..., tuple[int, str, str]]
"""Runs a command with some arguments; returns exit code, stdout and stderr."""


def source_of(path: Path) -> Source:
    """A file as a reader is given it."""
    return Source.of(str(path), path.read_text(encoding="utf-8"))


def call_main(arguments: Sequence[str]) -> int:
    """Run the command line in this process; returns its exit code."""
    before = sys.argv
    sys.argv = ["semsearch", *arguments]
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    finally:
        sys.argv = before
    return 0


def script(name: str) -> ModuleType:
    """One of the scripts, which are no package, as a module."""
    path = Path(__file__).resolve().parent.parent / "scripts" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look for the module they are in
    spec.loader.exec_module(module)
    return module


class WordEncoder:
    """Texts to the normalised sum of a fixed random vector for each word: deterministic, and no model."""

    def __init__(self, dim: int = 32, salt: str = "") -> None:
        self._salt = salt
        weights = hashlib.sha256(salt.encode()).hexdigest()
        self.passport = Passport(
            f"words{salt}", None, weights, "{title}. {abstract}", "sum", "l2", 10_000, dim
        )

    def encode_documents(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.passport.dim), dtype=np.float32)
        return unit(np.stack([sum((self._word(w) for w in fold(t).split()), self._word("")) for t in texts]))

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_documents(texts)

    def over_limit(self, texts: Sequence[str]) -> int:
        return 0

    def _word(self, word: str) -> Vectors:
        seed = int.from_bytes(hashlib.sha256(f"{self._salt}{word}".encode()).digest()[:8], "big")
        return np.random.default_rng(seed).standard_normal(self.passport.dim).astype(np.float32)
