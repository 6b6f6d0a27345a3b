"""One service for all tests of `/v1`, over papers that are many enough to leaf through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import httpx2 as httpx
import pytest

from semsearch.serve.live import Live
from tests.serve.serving import live_on, serving
from tests.support import CORPUS

# The same five again under other titles, years and hands.
LEAVES = [
    replace(paper, id=f"{paper.id}/{n}", title=f"{paper.title}, part {n}", year=1960 + n, doi=None, url=None)
    for paper in CORPUS
    for n in range(6)
]


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Live:
    return live_on(tmp_path_factory.mktemp("v1"), [*CORPUS, *LEAVES])


@pytest.fixture(scope="session")
def client(live: Live) -> Iterator[httpx.Client]:
    with serving(live) as opened:
        yield opened
