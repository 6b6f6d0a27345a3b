"""A real service on loopback for tests, with an encoder that needs no model."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2 as httpx

from semsearch.api import build
from semsearch.encode import Encoder
from semsearch.paper import Paper
from semsearch.search import Searcher
from semsearch.serve.app import create_app
from semsearch.serve.guard.access import EVERYBODY, Access
from semsearch.serve.guard.guard import Guard
from semsearch.serve.live import Live
from semsearch.serve.run import listen
from semsearch.serve.server import Server
from semsearch.serve.settings import DEFAULT, Limits
from tests.support import WordEncoder


def live_on(
    root: Path, papers: Sequence[Paper], encoder: Encoder | None = None, *, force: bool = False
) -> Live:
    """An index of some papers, ready to be served."""
    encoder = encoder or WordEncoder()
    build(papers, root, encoder=encoder, force=force)
    live = Live(root)
    live.searcher = Searcher(live.searcher.generation, encoder)
    return live


@contextmanager
def serving(
    live: Live, limits: Limits = DEFAULT, access: Access = EVERYBODY, host: str = "0.0.0.0"
) -> Iterator[httpx.Client]:
    """A client of a service that answers from ``live``, guarded as one that listens on ``host`` is."""
    with listen("127.0.0.1", 0) as listener:
        app = create_app(live, limits=limits, guard=Guard.of(access, host))
        server = Server(app, limits, state=app.state, proxies=access.proxies)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            with httpx.Client(base_url=address, timeout=60) as client:
                yield client
        finally:
            server.should_exit = True
            thread.join()
            # FastAPI remembers the routes of every application, and they hold on to what answers them.
            del live.searcher
