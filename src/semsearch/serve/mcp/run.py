"""Runs the server: for the assistant that started this process, or over HTTP."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from semsearch.errors import MissingExtra
from semsearch.serve.guard.access import EVERYBODY, Access
from semsearch.serve.live import Live

if TYPE_CHECKING:
    from mcp.server import MCPServer


def serve_stdio(root: Path) -> None:
    """Answer over standard input and output, until the input ends.

    Args:
        root: The folder of the index.

    Raises:
        MissingExtra: The MCP library is not installed.
        IndexMissing, IndexDamaged, IndexForeign: There is no index to answer from.
        EncoderError: Its encoder cannot be loaded.
    """
    with _live(root) as (server, _):
        server.run("stdio")


def serve_http(root: Path, host: str, port: int, access: Access = EVERYBODY) -> None:
    """Answer over streamable HTTP at ``/mcp``, until SIGINT or SIGTERM.

    Requests must be addressed to this machine, to ``host`` or to a name that is allowed, and come from no
    page of another site: none can reach the index by way of a name that resolves to here.

    Args:
        root: The folder of the index.
        host: Address to listen on.
        port: 0 picks a free one.
        access: Who may ask; by default everybody who reaches the service.

    Raises:
        KeysError: The API keys cannot be read.
        ServeError: The address cannot be listened on.
        MissingExtra, IndexMissing, IndexDamaged, IndexForeign, EncoderError: As `serve_stdio`.
    """
    with _live(root) as (server, live):
        from mcp.server.transport_security import TransportSecuritySettings

        from semsearch.serve.guard.guard import Guard
        from semsearch.serve.run import listen
        from semsearch.serve.server import Server

        guard = Guard.of(access, host, named=True)
        with listen(host, port) as listener:
            app = server.streamable_http_app(
                json_response=True,
                stateless_http=True,
                # The guard looks after hosts and origins, as it does for `semsearch serve`.
                transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
            )
            address, port = listener.getsockname()[:2]
            where = f"http://{f'[{address}]' if ':' in address else address}:{port}/mcp"
            about = f"{len(live.searcher):,} papers at {where} (Ctrl-C stops)"
            print(f"Answering assistants from {about}", file=sys.stderr)  # noqa: T201
            Server(guard.before(app), proxies=access.proxies).run(sockets=[listener])


@contextmanager
def _live(root: Path) -> Iterator[tuple[MCPServer, Live]]:
    """The server and the index it answers from, which is followed as it is rebuilt."""
    try:
        import mcp.server  # noqa: F401 -- only to say which extra is missing
    except ImportError as error:
        raise MissingExtra("the MCP library", "mcp") from error
    from semsearch.serve.mcp.tools import create_server

    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("semsearch").setLevel(logging.INFO)
    live = Live(root)
    live.start()
    try:
        yield create_server(live), live
    finally:
        live.stop()
