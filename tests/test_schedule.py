"""When a rebuild is due: against every minute of a year, and against systemd where it is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from semsearch.schedule import parse

MONDAY = datetime(2026, 11, 23, 9, 40, 12)

# What each says, in a form of our own: whether a minute is one of its times.
MEANT: dict[str, Callable[[datetime], bool]] = {
    "hourly": lambda t: t.minute == 0,
    "daily": lambda t: (t.hour, t.minute) == (3, 0),
    "Daily at  03:17": lambda t: (t.hour, t.minute) == (3, 17),
    "weekly": lambda t: t.isoweekday() == 7 and (t.hour, t.minute) == (3, 0),
    "monday at 6:05": lambda t: t.isoweekday() == 1 and (t.hour, t.minute) == (6, 5),
    "monthly at 23:59": lambda t: (t.day, t.hour, t.minute) == (1, 23, 59),
    "*/20 8-18 * * MON-FRI": lambda t: t.isoweekday() < 6 and 8 <= t.hour <= 18 and t.minute % 20 == 0,
    # crontab(5): where both a day of the month and one of the week are given, either will do.
    "30 4 1,15 * 5": lambda t: (t.hour, t.minute) == (4, 30) and (t.day in (1, 15) or t.isoweekday() == 5),
    "0 3 * JAN,JUL SUN": lambda t: t.month in (1, 7) and t.isoweekday() == 7 and (t.hour, t.minute) == (3, 0),
}


@pytest.mark.parametrize("text", MEANT)
def test_the_last_and_the_next_are_those_that_were_meant(text: str) -> None:
    schedule, meant = parse(text), MEANT[text]
    for hours in range(0, 24 * 40, 131):  # forty days, at all hours
        now = MONDAY + timedelta(hours=hours, minutes=hours)
        minute = now.replace(second=0)
        last = next(t for n in range(600_000) if meant(t := minute - timedelta(minutes=n)))
        following = next(t for n in range(1, 600_000) if meant(t := minute + timedelta(minutes=n)))
        assert (schedule.last(now), schedule.next(now)) == (last, following)


def test_it_is_due_once_for_each_time_that_comes() -> None:
    daily = parse("daily at 03:17")
    at = datetime(2026, 11, 23, 3, 17)
    assert daily.due(built=at - timedelta(minutes=1), now=at)
    assert not daily.due(built=at - timedelta(minutes=1), now=at - timedelta(seconds=1))
    assert not daily.due(built=at + timedelta(minutes=3), now=at + timedelta(hours=23))
    assert daily.due(built=at + timedelta(minutes=3), now=at + timedelta(days=9))  # the machine was off
    assert not daily.due(built=at, now=at)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("every so often", "neither plain words nor five fields"),
        ("daily at 25:00", "neither plain words nor five fields"),
        ("0 3 * * * *", "neither plain words nor five fields"),
        ("61 3 * * *", "minute"),
        ("0 3 30 2 *", "day-of-month"),
        ("0 3 L * *", "not known to every cron"),
        ("0 3 * * FRI#2", "not known to every cron"),
        ("0 3 * * 5L", "not known to every cron"),
        ("", "neither"),
    ],
)
def test_what_cannot_be_followed_says_why(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        parse(text)


def test_for_systemd() -> None:
    assert parse("daily at 03:17").calendar() == ["*-*-* 3:17:00"]
    assert parse("0 6 * * 1-5").calendar() == ["Mon,Tue,Wed,Thu,Fri *-*-* 6:00:00"]
    assert parse("30 4 1 * 7").calendar() == ["Sun *-*-* 4:30:00", "*-*-1 4:30:00"]


@pytest.mark.parametrize("text", MEANT)
def test_systemd_understands_the_same(text: str) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("skipped: no systemd-analyze")
    schedule = parse(text)
    command = [program, "calendar", "--base-time=2026-11-23 09:40:12 UTC", "--iterations=5"]
    done = subprocess.run(
        [*command, *schedule.calendar()], capture_output=True, text=True, env={"TZ": "UTC", "LC_ALL": "C"}
    )
    assert done.returncode == 0, done.stderr
    stamps = re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?= UTC)", done.stdout)
    found = {datetime.fromisoformat(stamp) for stamp in stamps} - {MONDAY}
    assert schedule.next(MONDAY) == min(found)
    assert all(MEANT[text](each) for each in found)
