"""How often each client may ask: a bucket that is full at first, and fills again as time goes by."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import mmap
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

_SECONDS = {"s": 1, "second": 1, "m": 60, "minute": 60, "h": 3_600, "hour": 3_600}
_RATE = re.compile(r"([1-9]\d{0,5})\s*/\s*(\w+)", re.ASCII)
_PLACES = 1 << 16  # clients that are known at a time, in a megabyte
_WAYS = 4  # places a client may have
_PREFIX = 64  # bits of an IPv6 address that one customer of a network is given


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests in so many seconds.

    Attributes:
        count: Requests, all of which may come at once.
        seconds: After which as many more are allowed.
    """

    count: int
    seconds: int

    @classmethod
    def parse(cls, text: str) -> Rate:
        """A rate as people write it: ``30/minute``, ``2/s``.

        Raises:
            ValueError: It is none.
        """
        found = _RATE.fullmatch(text.strip().lower())
        if found is None or found[2] not in _SECONDS:
            raise ValueError(f"{text!r} is no rate: write it like 30/minute, 5/second or 1000/hour")
        return cls(int(found[1]), _SECONDS[found[2]])


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a request.

    Attributes:
        allowed: Whether it is within the rate.
        left: Requests that are left to the client now.
        full: Seconds until it has all of them again.
        wait: Seconds until it may ask again; 0 where it may.
    """

    allowed: bool
    left: int
    full: int
    wait: int


class Buckets:
    """The buckets of all clients, in memory that the processes of a service share.

    What is kept of a client is one number, the time at which its bucket will be full again (the generic cell
    rate algorithm of ITU-T I.371, as a bucket). A table of fixed size holds them, so that no number of
    clients makes it grow: a new one takes the place of the one whose bucket is the fullest of the four it may
    stand in. There is no lock, which a process that is killed could leave locked: of two requests that one
    client makes in the same microsecond to two processes, one may go uncounted.

    Args:
        rate: Of each client.
        clock: Seconds; the same for all processes.
    """

    def __init__(self, rate: Rate, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate, self._clock = rate, clock
        self._cost = rate.seconds / rate.count
        self._secret = secrets.token_bytes(16)  # so that nobody can choose to stand in another's place
        shared = memoryview(mmap.mmap(-1, 16 * _PLACES))  # anonymous: processes that are forked share it
        self._names, self._times = shared[: 8 * _PLACES].cast("Q"), shared[8 * _PLACES :].cast("d")

    def take(self, client: str) -> Verdict:
        """Whether a client may make one more request, which is then counted."""
        now, place = self._clock(), self._place(client)
        full = max(now, self._times[place]) + self._cost
        if full - now > self.rate.seconds * (1 + 1e-9):
            wait = math.ceil(full - now - self.rate.seconds - 1e-6)
            return self._verdict(False, full - self._cost - now, max(1, wait))
        self._times[place] = full
        return self._verdict(True, full - now)

    def charge(self, client: str, requests: int) -> None:
        """Count what turned out to be several requests in one; they may be more than are left."""
        place = self._place(client)
        self._times[place] = max(self._clock(), self._times[place]) + requests * self._cost

    def _place(self, client: str) -> int:
        digest = hashlib.blake2b(client.encode(errors="replace"), digest_size=16, key=self._secret).digest()
        name = int.from_bytes(digest[:8]) or 1
        first = int.from_bytes(digest[8:]) % (_PLACES // _WAYS) * _WAYS
        places = range(first, first + _WAYS)
        for place in places:
            if self._names[place] == name:
                return place
        taken = min(places, key=self._times.__getitem__)
        self._times[taken] = 0.0
        self._names[taken] = name
        return taken

    def _verdict(self, allowed: bool, empty: float, wait: int = 0) -> Verdict:
        left = math.floor((self.rate.seconds - empty) / self._cost + 1e-6)
        return Verdict(allowed, max(0, left), math.ceil(empty - 1e-6), wait)


def client_of(address: str) -> str:
    """Whom an address stands for: itself, or, of IPv6, the network of which a customer has all addresses."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.ip_network((found, _PREFIX), strict=False))
        found = found.ipv4_mapped
    return str(found)
