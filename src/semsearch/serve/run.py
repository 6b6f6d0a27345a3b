"""Starts the service: opens the index, takes the port, runs until told to stop."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from semsearch.errors import MissingExtra, ServeError
from semsearch.serve.guard.access import EVERYBODY, Access
from semsearch.serve.settings import DEFAULT, Limits
from semsearch.serve.workers import Workers

log = logging.getLogger(__name__)

_LATE = 5.0  # seconds that a worker may take to end after its requests have


def serve(
    root: Path,
    host: str,
    port: int,
    *,
    access: Access = EVERYBODY,
    workers: int = 1,
    rerank: str | None = None,
    resident: int | None = None,
    access_log: bool = False,
    json_log: bool = False,
    metrics_port: int | None = None,
    limits: Limits = DEFAULT,
) -> None:
    """Answer over HTTP until SIGINT or SIGTERM.

    Args:
        root: The folder of the index.
        host: Address to listen on.
        port: 0 picks a free one.
        access: Who may ask; by default everybody who reaches the service.
        workers: Processes that answer.
        rerank: Name or path of the reranker that puts the best hits in order; None for none.
        resident: Bytes of mapped files that a process keeps; None for all that it has touched.
        access_log: Write a line for every request.
        json_log: Write the log as JSON lines.
        metrics_port: Of 127.0.0.1, where ``/metrics`` is served and nowhere else, 0 for a free one; None for
            the same port as all else.
        limits: What is granted to whoever asks.

    Raises:
        MissingExtra: FastAPI, Jinja or uvicorn is not installed.
        IndexMissing, IndexDamaged, IndexForeign: There is no index to answer from.
        EncoderError: Its encoder, or the reranker, cannot be loaded.
        KeysError: The API keys cannot be read.
        ServeError: The address cannot be listened on.
    """
    if not all(
        importlib.util.find_spec(name) for name in ("fastapi", "fastapi_offline", "jinja2", "uvicorn")
    ):
        raise MissingExtra("FastAPI, Jinja and uvicorn", "web")
    from semsearch.serve.guard.guard import Guard

    guard = Guard.of(access, host)  # before there are workers, which share what it counts
    with ExitStack() as stack:
        listeners = [stack.enter_context(listen(host, port))]
        if metrics_port is not None:
            listeners.append(stack.enter_context(listen("127.0.0.1", metrics_port)))
        ended = stack.enter_context(_counted_together(workers))
        first = (
            Workers(ended, listeners, limits.drain + _LATE).become(workers) if workers > 1 else lambda: True
        )
        # Workers load what they need themselves: libraries that compute are not to be carried over a fork.
        # The application is imported while the index is checked, which is reading and hashing.
        importing = threading.Thread(target=importlib.import_module, args=("semsearch.serve.app",))
        importing.start()
        from semsearch.serve.live import Live

        live = Live(root, rerank=rerank, resident=resident)
        _ = live.searcher.encoder  # an error here is the user's to mend, and has no place in a server's log
        importing.join()
        from semsearch.serve.app import create_app

        _log(access=access_log, as_json=json_log)
        if first():
            where, *apart = (_address(listener) for listener in listeners)
            about = f"{len(live.searcher):,} papers at {where} (Ctrl-C stops)"
            metrics = f"; metrics at {apart[0]}metrics" if apart else ""
            print(f"Answering from {about}{metrics}", file=sys.stderr)  # noqa: T201
        from semsearch.serve.server import Server

        limits = replace(limits, places=max(1, limits.places // workers))
        apart_at = listeners[1].getsockname()[1] if metrics_port is not None else None
        app = create_app(live, limits=limits, metrics_port=apart_at, guard=guard)
        # A worker is told by the process that looks after it: a terminal's Ctrl-C reaches both.
        signals = (signal.SIGTERM,) if workers > 1 else (signal.SIGTERM, signal.SIGINT)
        Server(app, limits, state=app.state, proxies=access.proxies, signals=signals).run(sockets=listeners)
        if not app.state.answering.idle:  # Python would wait for the threads, however long they take
            log.error("stopped while something was still worked on")
            logging.shutdown()
            os._exit(0)


def _address(listener: socket.socket) -> str:
    address, port = listener.getsockname()[:2]
    return f"http://{f'[{address}]' if ':' in address else address}:{port}/"


@contextlib.contextmanager
def _counted_together(workers: int) -> Iterator[Callable[[int], None]]:
    """A folder for what several workers count; to be told of each that has ended."""
    if workers == 1:
        yield lambda _: None
        return
    owner, folder = os.getpid(), Path(tempfile.mkdtemp(prefix="semsearch-metrics-"))
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # prometheus_client looks for it when it is imported

    def ended(worker: int) -> None:
        for file in folder.glob(f"gauge_live*_{worker}.db"):
            file.unlink()

    try:
        yield ended
    finally:
        if os.getpid() == owner:  # and not in a worker, which leaves this block too
            shutil.rmtree(folder, ignore_errors=True)


def _log(*, access: bool, as_json: bool) -> None:
    from semsearch.serve import logs, requests

    logs.begin(as_json=as_json)
    requests.access.setLevel(logging.INFO if access else logging.WARNING)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything slow is loaded."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        # The protocol is named because asyncio sets TCP_NODELAY on no other: without it the second half of an
        # answer waits 40 ms for the client to acknowledge the first.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise ServeError(f"is no address of this machine ({error.strerror}).", where=host) from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        hint = "Choose another with --port (0 picks a free one), or stop what listens there."
        if error.errno != errno.EADDRINUSE:
            hint = "Choose another --host or --port."
        raise ServeError(
            f"cannot be listened on ({(error.strerror or str(error)).lower()}).",
            where=f"{host}:{port}",
            hint=hint,
        ) from error
    return listener
