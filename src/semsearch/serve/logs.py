"""The log of a service: lines of text or of JSON, which no request can forge or flood."""

from __future__ import annotations

import json
import logging
import re
import sys
import textwrap
import time
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

current: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered."""

# Control characters, and those that turn the direction of what follows: a path may hold them.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def begin(*, as_json: bool) -> None:
    """Have everything that is logged or warned of written to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if as_json else Lines("%(asctime)s %(levelname)s %(message)s"))
    handler.addFilter(Sparing())
    logging.captureWarnings(True)
    logging.getLogger().addHandler(handler)
    logging.getLogger("semsearch").setLevel(logging.INFO)


class Lines(logging.Formatter):
    """A log record as a line; what follows it, where it tells of an error, is indented."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and what follows it."""
        record.exc_text = None  # where another handler keeps what follows in a form of its own
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- overrides
        """The line."""
        record.message = _printable(record.message)
        line = super().formatMessage(record)
        request = current.get()
        return f"{line} [{request}]" if request else line

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- overrides
        """What follows it."""
        lines = super().formatException(ei).splitlines()
        return textwrap.indent("\n".join(map(_printable, lines)), "  ")


class JsonLines(logging.Formatter):
    """A log record as a JSON object of one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := current.get():
            line["request_id"] = request
        for name in ("method", "path", "status", "ms", "key"):
            if hasattr(record, name):
                line[name] = getattr(record, name)
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line)  # in ASCII, for a terminal that shows it


class Sparing(logging.Filter):
    """Lets each warning through once a second, then with how many were left out.

    What is wanted (lines below a warning, such as those of requests) and what tells of an error passes.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to write it."""
        if record.levelno != logging.WARNING:
            return True
        key = record.name, str(record.msg)
        last, left_out = self._last.get(key, (-1.0, 0))
        now = time.monotonic()
        if now - last < 1:
            self._last[key] = last, left_out + 1
            return False
        if len(self._last) > _KINDS:
            self._last.clear()
        self._last[key] = now, 0
        if left_out:
            record.msg, record.args = f"{record.getMessage()} (and {left_out} more like it)", None
        return True


_KINDS = 1_000  # of warnings that are remembered


def _printable(text: str) -> str:
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
