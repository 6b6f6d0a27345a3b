"""How often a client may ask, against values that are computed by hand."""

from __future__ import annotations

import os
import time

import pytest

from semsearch.serve.guard import rates
from semsearch.serve.guard.rates import Buckets, Rate, client_of


class Clock:
    """Time, as the test has it go by."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("30/minute", Rate(30, 60)),
        ("30/m", Rate(30, 60)),
        (" 5 / Second ", Rate(5, 1)),
        ("1000/h", Rate(1000, 3600)),
    ],
)
def test_a_rate_is_read_as_people_write_it(text: str, rate: Rate) -> None:
    assert Rate.parse(text) == rate


@pytest.mark.parametrize("text", ["", "30", "0/m", "-1/m", "1/day", "1.5/m", "1/m/s", "٣/m", "9999999/m"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no rate"):
        Rate.parse(text)


def test_a_bucket_is_full_at_first_and_fills_as_time_goes_by(clock: Clock) -> None:
    """Three in 60 s: one every 20 s, and three at once after a pause."""
    buckets = Buckets(Rate(3, 60), clock=clock)
    taken = [buckets.take("a") for _ in range(4)]
    assert [(v.allowed, v.left, v.full, v.wait) for v in taken] == [
        (True, 2, 20, 0),
        (True, 1, 40, 0),
        (True, 0, 60, 0),
        (False, 0, 60, 20),
    ]
    clock.now += 19.5
    refused = buckets.take("a")
    assert (refused.allowed, refused.wait) == (False, 1)
    clock.now += 0.5
    assert buckets.take("a").allowed
    assert not buckets.take("a").allowed
    clock.now += 1_000
    assert [buckets.take("a").allowed for _ in range(4)] == [True, True, True, False]
    assert buckets.take("b").left == 2, "another client has a bucket of its own"


def test_no_rhythm_gets_more_than_the_rate_and_one_bucket(clock: Clock) -> None:
    for pause in (0.3, 1.0, 7.0, 19.0, 20.0, 33.0):
        buckets, began, allowed = Buckets(Rate(3, 60), clock=clock), clock.now, 0
        while clock.now - began < 3_600:
            allowed += buckets.take("a").allowed
            clock.now += pause
        assert allowed <= 3 + 3_600 / 20
        if pause <= 20:
            assert allowed >= 3_600 / 20 - 1, "and no fewer than the rate"


def test_a_batch_is_charged_for_all_it_was(clock: Clock) -> None:
    buckets = Buckets(Rate(60, 60), clock=clock)
    assert buckets.take("a").allowed
    buckets.charge("a", 99)  # a hundred in all, forty more than there are
    assert buckets.take("a").wait == 41
    clock.now += 41
    assert buckets.take("a").allowed


def test_the_processes_of_a_service_count_together() -> None:
    buckets = Buckets(Rate(4, 3_600))
    for _ in range(3):
        child = os.fork()
        if child == 0:
            os._exit(0 if buckets.take("a").allowed else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert [buckets.take("a").allowed for _ in range(2)] == [True, False]


def test_no_number_of_clients_makes_it_grow_or_lets_one_off(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "_PLACES", 64)
    buckets = Buckets(Rate(2, 60), clock=clock)
    assert (len(buckets._names), len(buckets._times)) == (64, 64)
    for n in range(5_000):
        assert buckets.take(f"one of many {n}").allowed
    # Who has asked too often stays known while there is room beside those who asked once.
    assert [buckets.take("a").allowed for _ in range(3)] == [True, True, False]
    for n in range(16):
        buckets.take(f"another {n}")
    assert not buckets.take("a").allowed


def test_it_costs_next_to_nothing() -> None:
    buckets, began = Buckets(Rate(10, 1)), time.perf_counter()
    for n in range(10_000):
        buckets.take(f"client {n}")
    assert (time.perf_counter() - began) / 10_000 < 0.0005


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_a_client_is_an_address_or_the_network_of_a_customer(address: str, client: str) -> None:
    assert client_of(address) == client
