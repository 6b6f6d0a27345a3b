"""Starts the service: opens the index, takes the port, runs until told to stop."""

from __future__ import annotations

import contextlib
import errno
import importlib.util
import logging
import os
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from semsearch.errors import MissingExtra, ServeError
from semsearch.serve.guard.access import EVERYBODY, Access
from semsearch.serve.workers import Workers


def serve(
    root: Path,
    host: str,
    port: int,
    *,
    access: Access = EVERYBODY,
    workers: int = 1,
    rerank: str | None = None,
    access_log: bool = False,
    json_log: bool = False,
) -> None:
    """Answer over HTTP until SIGINT or SIGTERM.

    Args:
        root: The folder of the index.
        host: Address to listen on.
        port: 0 picks a free one.
        access: Who may ask; by default everybody who reaches the service.
        workers: Processes that answer.
        rerank: Name or path of the reranker that puts the best hits in order; None for none.
        access_log: Write a line for every request.
        json_log: Write the log as JSON lines.

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
    with listen(host, port) as listener, _counted_together(workers) as ended:
        first = Workers(ended).become(workers) if workers > 1 else lambda: True
        # Workers load what they need themselves: libraries that compute are not to be carried over a fork.
        # The application is imported while the index is checked, which is reading and hashing.
        importing = threading.Thread(target=importlib.import_module, args=("semsearch.serve.app",))
        importing.start()
        from semsearch.serve.live import Live

        live = Live(root, rerank=rerank)
        _ = live.searcher.encoder  # an error here is the user's to mend, and has no place in a server's log
        importing.join()
        from semsearch.serve.app import create_app

        _log(access=access_log, as_json=json_log)
        if first():
            address, port = listener.getsockname()[:2]
            where = f"http://{f'[{address}]' if ':' in address else address}:{port}/"
            about = f"{len(live.searcher):,} papers at {where} (Ctrl-C stops)"
            print(f"Answering from {about}", file=sys.stderr)  # noqa: T201
        import uvicorn

        config = uvicorn.Config(
            create_app(live, guard=guard),
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            ws="none",  # nothing here speaks WebSocket
            forwarded_allow_ips=list(access.proxies),
        )
        uvicorn.Server(config).run(sockets=[listener])


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
    from semsearch.serve import requests

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        requests.JsonLines() if as_json else logging.Formatter("%(asctime)s %(levelname)s %(message)s")
    )
    logging.getLogger().addHandler(handler)
    logging.getLogger("semsearch").setLevel(logging.INFO)
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
