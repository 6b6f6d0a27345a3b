"""The server: uvicorn, which is told when to stop and looks after its connections."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn
from starlette.datastructures import State
from starlette.types import ASGIApp

from semsearch.serve.connections import Connection, bound
from semsearch.serve.metrics import Metrics
from semsearch.serve.settings import DEFAULT, Limits

log = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """Answers until it is told to stop, then finishes what it has begun.

    Args:
        app: Answers.
        limits: What is granted to whoever asks.
        state: That of what `create_app` makes, which is told of stopping and counts.
        proxies: Whose word is taken for where a request comes from.
        signals: Those that tell it to stop. A second one ends the process at once.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits = DEFAULT,
        *,
        state: State | None = None,
        proxies: Sequence[str] = ("127.0.0.1",),
        signals: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGINT),
    ) -> None:
        self._signals, self._state = signals, state or State()
        self._metrics: Metrics | None = getattr(self._state, "metrics", None)
        told = self._metrics.refused if self._metrics else _untold
        super().__init__(
            uvicorn.Config(
                app,
                http=bound(limits, told, getattr(self._state, "metrics_port", None)),
                ws="none",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                forwarded_allow_ips=list(proxies),
                timeout_keep_alive=limits.idle_seconds,
                timeout_graceful_shutdown=math.ceil(limits.drain),
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's own, but the signal is not raised again: to have stopped as told is no failure."""
        try:
            before = {number: signal.signal(number, self.handle_exit) for number in self._signals}
        except ValueError:  # not the main thread
            before = {}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, or end."""
        if self.should_exit:
            os._exit(128 + sig)
        self._state.stopping = self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second."""
        if counter % 10 == 0:
            self._look_after()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take in who is at the door, close it, answer all."""
        self._state.stopping = True
        for listener in sockets or []:
            await self._take_in(listener)
        looking = asyncio.create_task(self._keep_looking())
        try:
            await super().shutdown(sockets)
        finally:
            looking.cancel()

    async def _take_in(self, listener: socket.socket) -> None:
        """Accept the connections that the system has made and nobody has taken: to close would break them."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                taken, _ = listener.accept()
            except OSError:  # there is no other
                return
            taken.setblocking(False)
            await loop.connect_accepted_socket(self._protocol, taken)

    def _protocol(self) -> asyncio.Protocol:
        made: Any = self.config.http_protocol_class
        protocol: asyncio.Protocol = made(
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(1)
            self._look_after()

    def _look_after(self) -> None:
        """Once a second: connections whose clients take too long; and one line for all who were refused."""
        now = asyncio.get_running_loop().time()
        for connection in tuple(self.server_state.connections):
            if isinstance(connection, Connection):
                connection.sweep(now)
        if self._metrics is None:
            return
        self._metrics.connections.set(len(self.server_state.connections))
        if refused := self._metrics.refused_since():
            counts = ", ".join(f"{reason} {count}" for reason, count in refused.items())
            log.warning("refused %d in the last second: %s", sum(refused.values()), counts)


def _untold(_: str) -> None:
    """Nobody counts."""
