"""One small index, and services of it that let in whom a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2 as httpx
import pytest

from semsearch.api import build
from semsearch.search import Searcher
from semsearch.serve.guard.access import EVERYBODY, Access
from semsearch.serve.guard.keys import KeyFile
from semsearch.serve.live import Live
from tests.serve.serving import serving
from tests.support import CORPUS, WordEncoder

Service = Callable[..., httpx.Client]
"""Starts a service with some `Access`, as one that listens on a host; returns a client of it."""


@pytest.fixture(scope="session")
def guarded_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("guarded") / "index"
    build(CORPUS, root, encoder=WordEncoder())
    return root


@pytest.fixture
def service(guarded_root: Path) -> Iterator[Service]:
    with ExitStack() as stack:

        def start(access: Access = EVERYBODY, host: str = "0.0.0.0") -> httpx.Client:
            live = Live(guarded_root)
            live.searcher = Searcher(live.searcher.generation, WordEncoder())
            return stack.enter_context(serving(live, access=access, host=host))

        yield start


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "keys.json")
