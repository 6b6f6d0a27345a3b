"""When an index is to be rebuilt: a cron expression, or a few plain words that stand for one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_WORDS = {"daily": "* * *", "weekly": "* * 0", "monthly": "1 * *"}
_WORDS |= {day: f"* * {number}" for number, day in enumerate(_DAYS)}
_PLAIN = re.compile(rf"({'|'.join(_WORDS)})(?: at ([01]?\d|2[0-3]):([0-5]\d))?")
_NIGHT = ("3", "00")
FORMS = (
    "Write hourly, daily, weekly or monthly, or the name of a day, and perhaps a time: “daily at 03:17”, "
    "“monday at 6:00”; or five fields as cron has them: “17 3 * * *”."
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Points in time, by the clock of this machine.

    Attributes:
        text: As somebody wrote it.
        cron: The same as five fields: minute, hour, day, month, day of the week.
    """

    text: str
    cron: str

    def last(self, now: datetime) -> datetime:
        """The last of them that is not after ``now``. Both are local times, without a zone."""
        from cronsim import CronSim

        following = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        return next(CronSim(self.cron, following, reverse=True))

    def next(self, now: datetime) -> datetime:
        """The first of them after ``now``. Both are local times, without a zone."""
        from cronsim import CronSim

        return next(CronSim(self.cron, now))

    def due(self, built: datetime, now: datetime) -> bool:
        """Whether one of them has come since a build.

        Args:
            built: When it was made.
            now: Either time is local, without a zone.
        """
        return built < self.last(now)

    @property
    def minutes(self) -> str:
        """The first field: at which minutes of an hour it can be time."""
        return self.cron.split()[0]

    def calendar(self) -> list[str]:
        """The same for systemd, one ``OnCalendar=`` each: several count together (systemd.time(7))."""
        from cronsim import CronSim

        found = CronSim(self.cron, datetime(2000, 1, 1))
        clock = f"{_listed(found.hours, range(24))}:{_listed(found.minutes, range(60), '02d')}:00"
        months = _listed(found.months, range(1, 13))
        dates = f"*-{months}-{_listed(found.days, range(1, 32))}"
        any_date = f"*-{months}-*"
        days = sorted({number % 7 for number in found.weekdays if isinstance(number, int)})
        of_week = "" if len(days) == 7 else ",".join(_DAYS[number][:3].title() for number in days) + " "
        if found.day_and or not of_week:
            return [f"{of_week}{dates} {clock}"]
        return [f"{of_week}{any_date} {clock}", f"{dates} {clock}"]  # cron: either of the two will do


def parse(text: str) -> Schedule:
    """A schedule from what somebody wrote.

    Raises:
        ValueError: It is none, and why; `FORMS` says what can be written.
    """
    from cronsim import CronSim, CronSimError

    words = " ".join(text.split())
    plain = words.casefold()
    if plain == "hourly":
        return Schedule(words, "0 * * * *")
    if found := _PLAIN.fullmatch(plain):
        hour, minute = (found[2], found[3]) if found[2] else _NIGHT
        return Schedule(words, f"{int(minute)} {int(hour)} {_WORDS[found[1]]}")
    fields = words.upper().split()
    if len(fields) != 5:
        raise ValueError("it is neither plain words nor five fields")
    if set("LW#") & {*fields[2]} or set("L#") & {*fields[4]}:
        raise ValueError("L, W and # are not known to every cron")
    try:
        first = CronSim(words, datetime(2000, 1, 1))
        next(first)
    except (CronSimError, StopIteration) as error:
        raise ValueError(str(error) or "there is no such day") from error
    return Schedule(words, words)


def _listed(numbers: Iterable[object], every: range, form: str = "d") -> str:
    """``3,15``, or ``*`` where it is all of them."""
    chosen = sorted(number for number in numbers if isinstance(number, int))
    return "*" if chosen == [*every] else ",".join(format(number, form) for number in chosen)
