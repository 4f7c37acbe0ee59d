"""When pulling begins by itself: `off`, `every 60 minutes`, `every 2 hours`, `daily 05:30`, `weekdays 05:30, 17:30`.

Pure: the moments are given. A schedule names moments; which of them are still due follows from the last run, so that
runs missed while nothing ran are made up for once and never piled up.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

FORM = "off, every 60 minutes, every 2 hours, daily 05:30, or weekdays 05:30, 17:30"
SHORTEST = timedelta(minutes=5)
LONGEST = timedelta(hours=168)
FIRST_BACKOFF = timedelta(minutes=30)
LONGEST_BACKOFF = timedelta(hours=24)

_EVERY = re.compile(r"every (\d{1,5}) (minute|hour)s?\Z")
_TIMES = re.compile(r"(daily|weekdays) (\d\d:\d\d(?:, ?\d\d:\d\d)*)\Z")
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class SyncSchedule:
    """`every`: that long after the last run began. `times`: at these times of the day, on weekdays or every day.

    Neither: off.
    """

    every: timedelta | None = None
    times: tuple[time, ...] = ()
    weekdays: bool = False

    @property
    def on(self) -> bool:
        return self.every is not None or bool(self.times)

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime | None:
        """The first moment of the schedule after `moment`, in UTC; None where it is off. Times of the day are of
        `zone`; one that a change to summer time skips comes an hour later by the clock."""
        if self.every is not None:
            return moment + self.every
        if not self.times:
            return None
        day = moment.astimezone(zone).date() - timedelta(days=1)
        while True:
            if not self.weekdays or day.weekday() < _SATURDAY:
                for at in self.times:
                    found = datetime.combine(day, at, zone).astimezone(UTC)
                    if found > moment:
                        return found
            day += timedelta(days=1)


def parse_schedule(text: str) -> SyncSchedule:
    """Read what people write. Raises ValueError that says what it takes."""
    words = " ".join(text.lower().split())
    if words in ("off", ""):
        return SyncSchedule()
    if found := _EVERY.match(words):
        unit = timedelta(minutes=1) if found[2] == "minute" else timedelta(hours=1)
        every = int(found[1]) * unit
        if not SHORTEST <= every <= LONGEST:
            raise ValueError(f"every 5 minutes to every 168 hours, not {text}")
        return SyncSchedule(every=every)
    if found := _TIMES.match(words):
        try:
            times = sorted({time.fromisoformat(one.strip()) for one in found[2].split(",")})
        except ValueError:
            raise ValueError(f"times from 00:00 to 23:59, not {text}") from None
        return SyncSchedule(times=tuple(times), weekdays=found[1] == "weekdays")
    raise ValueError(FORM)


def schedule_text(schedule: SyncSchedule) -> str:
    """The one way in which a schedule is written."""
    if schedule.every is not None:
        minutes = schedule.every // timedelta(minutes=1)
        return (
            f"every {minutes // 60} hours"
            if minutes % 60 == 0 and minutes > 60
            else f"every {minutes} minutes"
        )
    if not schedule.times:
        return "off"
    days = "weekdays" if schedule.weekdays else "daily"
    return f"{days} {', '.join(f'{one:%H:%M}' for one in schedule.times)}"


def backoff(failures: int) -> timedelta:
    """How long a schedule rests after so many failed runs in a row: half an hour, doubling, a day at most."""
    if failures <= 0:
        return timedelta(0)
    return LONGEST_BACKOFF if failures > 6 else min(FIRST_BACKOFF * 2 ** (failures - 1), LONGEST_BACKOFF)


def next_run(
    schedule: SyncSchedule,
    zone: ZoneInfo,
    *,
    since: datetime,
    failures: int = 0,
    ended: datetime | None = None,
) -> datetime | None:
    """When the next run is due; in the past where it is overdue, and then once. None where the schedule is off.

    `since`: when the last run began, or the schedule was set if that is later. `failures` in a row, the last of which
    `ended`: the schedule then rests, and goes on with its first moment after that.
    """
    due = schedule.after(since, zone)
    if due is None or not failures or ended is None:
        return due
    rested = ended + backoff(failures)
    if rested <= due:
        return due
    return rested if schedule.every is not None else schedule.after(rested - timedelta(seconds=1), zone)
