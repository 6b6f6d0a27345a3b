"""Asking a service, politely: who asks is said, requests are kept apart, and one that is busy is let be.

The one module of semsearch that speaks to machines which their user did not name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from semsearch.errors import HarvestError, MissingExtra
from semsearch.ingest.harvest.clock import Clock
from semsearch.ingest.harvest.service import Call, Service, said

if TYPE_CHECKING:
    import httpx2

T = TypeVar("T")

TIMEOUT = 60.0  # seconds without a byte: arXiv takes that long over some of its pages
_LONGEST = 300.0  # seconds that one reply may take, a byte now and then
_LARGEST = 1 << 27  # bytes of a reply
_LONGEST_PAUSE = 60.0  # seconds between two tries, unless the service itself asks for more
_UNREACHABLE = 3  # tries to reach a service that has not answered once
_BUSY = 429


class Refused(HarvestError):
    """The service does not do what it is asked, and would not if it were asked again.

    Attributes:
        status: Of its reply.
    """

    def __init__(self, service: Service, status: int, said: str) -> None:
        hint = "Check what is asked." if status in (400, 404, 422) else ""
        if status in (401, 403) and service.setting:
            hint = f"Check the key in {service.setting}, or ask again later: some say so when they are busy."
        super().__init__(
            f"{service.title} refuses ({status}): {said or 'without a reason'}.",
            where=service.address,
            hint=hint,
        )
        self.status = status


class Client:
    """What asks one service.

    Args:
        service: Which.
        contact: An address that the service can write to.
        key: That of the service.
        clock: What waits.
        patience: Seconds that one page may be waited for.
        say: Is told what is waited for.
    """

    def __init__(
        self,
        service: Service,
        contact: str | None,
        key: str | None,
        clock: Clock,
        patience: float,
        say: Callable[[str], object],
    ) -> None:
        try:
            import httpx2
        except ImportError as error:
            raise MissingExtra("httpx2", "harvest") from error
        self._service, self._clock, self._patience, self._say = service, clock, patience, say
        self._key = key
        self._interval = service.interval(known=contact is not None, keyed=key is not None)
        self._last: float | None = None  # when the last request began
        self._answered = False
        agent = f"semsearch/{version('semsearch')}" + (f" (mailto:{contact})" if contact else "")
        parameters, headers = service.signed(contact, key)
        # A service that sends elsewhere is followed, unless a key would go along.
        self._http = httpx2.Client(
            params=parameters,
            headers={"User-Agent": agent, **headers},
            timeout=TIMEOUT,
            follow_redirects=key is None,
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(self, call: Call, read: Callable[[str], T]) -> T:
        """Ask until there is a reply that can be read, or patience ends.

        Args:
            call: What to ask.
            read: Makes of a reply what is returned; raises ValueError for one that is not whole.

        Raises:
            Refused: The service does not do it.
            HarvestError: It does not answer in time.
        """
        import httpx2

        waited, tries = 0.0, 0
        while True:
            self._keep_apart()
            asked: float | None = None
            try:
                reply, body = self._asked(call)
            except httpx2.RequestError as error:
                trouble = f"does not answer ({_of(error)})"
                if (
                    isinstance(error, httpx2.ConnectError)
                    and not self._answered
                    and tries + 1 >= _UNREACHABLE
                ):
                    raise self._given_up(trouble, "Check the network, and its proxy.") from error
            else:
                self._answered = True
                self._learn(reply)
                if reply.status_code == httpx2.codes.OK:
                    try:
                        return read(body.decode())
                    except ValueError as error:
                        trouble = f"sent a reply that cannot be read ({error})"
                elif reply.status_code == _BUSY or reply.is_server_error:
                    why = self._said(body)
                    trouble = f"says {reply.status_code}" + (f", {why}" if why else "")
                    asked = self._asked_to_wait(reply)
                else:
                    raise Refused(self._service, reply.status_code, self._said(body))
            pause = min(_LONGEST_PAUSE, 2.0**tries) if asked is None else asked
            tries += 1
            if waited + pause > self._patience:
                hint = "What came so far is kept: the same command goes on from there, later."
                if asked is not None:
                    hint = f"It asks to wait for {_span(asked)}. {hint}"
                raise self._given_up(trouble, hint)
            self._say(f"{self._service.title} {trouble}; asked again in {_span(pause)}")
            self._clock.sleep(pause)
            waited += pause

    def _asked(self, call: Call) -> tuple[httpx2.Response, bytes]:
        """One reply and its body, which is cut off where no reply is so large, or where it does not end."""
        body, begun = bytearray(), self._clock.monotonic()
        address = self._service.address + call.path
        with self._http.stream("GET", address, params=dict(call.parameters)) as reply:
            for chunk in reply.iter_bytes():
                body += chunk
                if len(body) > _LARGEST or self._clock.monotonic() - begun > _LONGEST:
                    break
        return reply, bytes(body)

    def _keep_apart(self) -> None:
        """Wait until a request may begin."""
        if self._last is not None:
            wait = self._last + self._interval - self._clock.monotonic()
            if wait > 0:
                self._clock.sleep(wait)
        self._last = self._clock.monotonic()

    def _learn(self, reply: httpx2.Response) -> None:
        """Keep to the rate that a reply states, as Crossref's do: so many requests in such a time."""
        limit, span = (
            reply.headers.get("x-rate-limit-limit", ""),
            reply.headers.get("x-rate-limit-interval", ""),
        )
        if re.fullmatch(r"[1-9][0-9]{0,8}", limit) and re.fullmatch(r"[0-9]{1,8}s", span):
            self._interval = max(self._interval, int(span[:-1]) / int(limit))

    def _asked_to_wait(self, reply: httpx2.Response) -> float | None:
        """Seconds, of a Retry-After in seconds or with a date; None where there is none."""
        text = reply.headers.get("retry-after", "").strip()
        if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]*)?", text):
            return float(text)
        try:
            return max(0.0, (parsedate_to_datetime(text) - self._clock.now()).total_seconds())
        except (TypeError, ValueError):  # none, or in a form of its own; a date without its zone is one
            return None

    def _said(self, body: bytes) -> str:
        """What is wrong; the key, should the service repeat it, is nobody else's to read."""
        text = said(body.decode(errors="replace"))
        return text.replace(self._key, "…") if self._key else text

    def _given_up(self, trouble: str, hint: str) -> HarvestError:
        return HarvestError(f"{self._service.title} {trouble}.", where=self._service.address, hint=hint)


def _of(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:,.0f} s"
    return f"{seconds / 60:,.0f} min" if seconds < 7200 else f"{seconds / 3600:,.0f} h"
