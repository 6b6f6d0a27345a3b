"""Several processes that answer from one index, and one that looks after them.

They share the listening socket, and the memory of the index's files and of the encoder's weights, which are
memory-mapped. Each computes on threads of its own.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import FrameType

log = logging.getLogger(__name__)

_PAUSE = 1.0  # seconds before a worker that died is replaced


class Workers:
    """Starts workers, and looks after them from the process that started them.

    Args:
        ended: Told of each that has ended.
        listeners: What they answer on.
        patience: Seconds after which a worker that does not stop is ended.
    """

    def __init__(
        self, ended: Callable[[int], None], listeners: Sequence[socket.socket], patience: float
    ) -> None:
        self._ended, self._listeners, self._patience = ended, listeners, patience
        self._running: set[int] = set()
        self._stopping, self._code = False, 0
        # Nobody writes to the first pipe: its end is read when the process that holds it has ended.
        self._held = os.pipe()
        self._told = os.pipe()

    def become(self, count: int) -> Callable[[], bool]:
        """Start ``count`` workers. Returns in each of them alone, before anything heavy is loaded.

        The process that looks after them ends when a worker says what keeps it from starting, with its exit
        code, and when it is told to by SIGTERM or SIGINT, which it passes on. A worker that dies otherwise is
        replaced. When it dies itself, the workers end.

        Returns:
            For the worker to call when it can answer; true in the first. The others are started only then, so
            that what keeps all of them from starting is said once.
        """
        if self._fork():
            return self._ready
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        os.close(self._told[1])
        if not os.read(self._told[0], 1):
            sys.exit(max(1, os.waitstatus_to_exitcode(os.wait()[1])))  # it has said why
        for _ in range(count - 1):
            if self._fork():
                return lambda: False
        while self._running:
            worker, status = os.wait()
            self._running.discard(worker)
            self._ended(worker)
            code = os.waitstatus_to_exitcode(status)
            if self._stopping:
                continue
            if code in {1, 2}:
                self._code = code
                self._stop()
                continue
            log.error("worker %d ended (%s) and is replaced", worker, code)
            time.sleep(_PAUSE)
            if self._fork():
                return lambda: False
        sys.exit(self._code)

    def _fork(self) -> bool:
        """True in the worker."""
        worker = os.fork()
        if worker:
            self._running.add(worker)
            return False
        signal.alarm(0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the parent passes it on
        os.close(self._held[1])
        threading.Thread(target=self._end_with_parent, name="semsearch-parent", daemon=True).start()
        return True

    def _end_with_parent(self) -> None:
        os.read(self._held[0], 1)
        os.kill(os.getpid(), signal.SIGTERM)

    def _ready(self) -> bool:
        os.write(self._told[1], b"!")
        os.close(self._told[1])
        return True

    def _stop(self, _: int = 0, __: FrameType | None = None) -> None:
        """Have the workers stop; told again, or when they take too long, have them end."""
        number = signal.SIGKILL if self._stopping else signal.SIGTERM
        if self._stopping:
            self._code = 1
        else:
            signal.signal(signal.SIGALRM, self._stop)
            signal.alarm(math.ceil(self._patience))
            for (
                listener
            ) in self._listeners:  # or the system would go on to make connections that nobody takes
                listener.close()
        self._stopping = True
        for worker in self._running:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, number)
