"""One small collection, one server and one browser for all tests of the pages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from semsearch.api import build, read
from semsearch.encode import Vectors
from semsearch.index.words import terms
from semsearch.paper import Paper, Version
from semsearch.search import Searcher
from semsearch.serve.live import Live
from tests.conftest import ROOT
from tests.serve.serving import serving
from tests.support import CORPUS, WordEncoder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

HOSTILE = '</script><script>document.title = "broken"</script><img src=x onerror=alert(1)> & "co"'

# Beside the landmarks: a preprint of one of them, a French paper, and a text that wants to be more than text.
EXTRA = [
    Paper(
        "10.48550/arXiv.1412.6980",
        "Adam: A Method for Stochastic Optimization",
        "Steps of gradient descent are scaled by running averages of the gradient and of its square.",
        ("Diederik P. Kingma", "Jimmy Ba"),
        2014,
        "arXiv",
        doi="10.48550/arXiv.1412.6980",
        url="https://arxiv.org/pdf/1412.6980.pdf",
        language="en",
        keywords=("optimization", "stochastic gradients"),
    ),
    Paper(
        "poincare1905",
        "Sur la dynamique de l’électron",
        "Les équations du champ gardent leur forme sous un groupe de transformations, dont la gravitation "
        "doit tenir compte elle aussi.",
        ("Henri Poincaré",),
        1905,
        "Comptes rendus de l’Académie des sciences",
        language="fr",
        versions=(
            Version(
                "poincare1906",
                "Sur la dynamique de l’électron",
                1906,
                "Rendiconti del Circolo Matematico di Palermo",
                url="https://doi.org/10.1007/BF03013466",
                source="/srv/papers/zbmath.jsonl:1",
            ),
            Version(
                "poincare1905",
                "Sur la dynamique de l’électron",
                1905,
                "Comptes rendus de l’Académie des sciences",
                source="/srv/papers/refs.bib:7",
                why="same title, authors and year",
            ),
            Version(
                "W123",
                f"On the Dynamics of the Electron {HOSTILE}",
                1905,
                url="javascript:alert(1)",
                source="/srv/papers/openalex.json:1",
                why="same doi:10.1007/BF03013466",
            ),
        ),
    ),
    Paper("hostile", f"Hostile {HOSTILE}", f"A hostile abstract. {HOSTILE}", (f"Eve {HOSTILE}",), 2001),
]


class StemEncoder(WordEncoder):
    """Knows words by their stems, and takes no notice of those that every text is full of."""

    def __init__(self) -> None:
        super().__init__(512, salt="stems")

    def _word(self, word: str) -> Vectors:
        stems = terms(word)
        weight = 1.0 if stems else 0.0 if word else 0.1  # something is left of a text without any
        return super()._word(stems[0] if stems else "") * np.float32(weight)


_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """The example papers and some more, with an encoder that needs no model."""
    root = tmp_path_factory.mktemp("pages")
    examples, _ = read(ROOT / "examples" / "landmarks.bib", ROOT / "examples" / "publications.txt")
    known = {paper.title for paper in CORPUS}
    papers = [*CORPUS, *EXTRA, *(paper for paper in examples if paper.title not in known)]
    build(papers, root, encoder=StemEncoder())
    live = Live(root)
    return Searcher(live.searcher.generation, StemEncoder())


@pytest.fixture(scope="session")
def site(searched: Searcher) -> Iterator[str]:
    """Address of a server of these papers."""
    live = Live(Path(searched.generation.encoders).parent)
    live.searcher = searched
    with serving(live) as client:
        yield str(client.base_url).rstrip("/")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    playwright = pytest.importorskip("playwright.sync_api", reason="skipped: playwright is not installed")
    path = os.environ.get("SEMSEARCH_CHROMIUM") or next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        pytest.skip("skipped: no chromium (apt-get install chromium, or name one in $SEMSEARCH_CHROMIUM)")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=_QUIET)
        yield opened
        opened.close()


@dataclass
class Heard:
    """What a page must not do: complain, fail, or ask another host."""

    site: str
    trouble: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Listen to every page of a context."""
        context.on(
            "console", lambda said: self._note(said.type in {"error", "warning"}, f"console: {said.text}")
        )
        context.on("weberror", lambda error: self._note(True, f"error: {error.error}"))
        context.on("request", lambda asked: self._note(not asked.url.startswith(self.site), asked.url))

    def _note(self, wrong: bool, what: str) -> None:
        if wrong and not what.startswith(("data:", "blob:")):
            self.trouble.append(what)


@pytest.fixture
def heard(site: str) -> Iterator[Heard]:
    """Checks at the end that no page did what it must not."""
    listening = Heard(site)
    yield listening
    left = [what for what in listening.trouble if not any(part in what for part in listening.expected)]
    assert left == []


@pytest.fixture
def context(browser: Browser, site: str, heard: Heard) -> Iterator[BrowserContext]:
    """A window of somebody who reads English, 1440 pixels wide."""
    opened = browser.new_context(
        base_url=site, locale="en-GB", viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
    )
    opened.set_default_timeout(10_000)
    heard.watch(opened)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty page in it."""
    return context.new_page()
