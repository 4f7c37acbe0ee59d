"""Accounting periods by name: calendar months, `2026-03`, or weeks of a fiscal year, `FY2026-P03`.

Which, the policy `calendar` says; it is chosen before the first period and stays. The name is the key everywhere: in
the ledger, the API and the workbooks; names of one calendar sort as their periods do. Days are inclusive. NetSuite's
posting periods map by their last day.
"""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from sqlmodel import Session

from revrec.accounting.calendar import Calendar, month_calendar, to_date, to_day, week_calendar
from revrec.operations.policies import policy_values_of
from revrec.problems import Invalid

NAME = re.compile(r"(\d{4}-(0[1-9]|1[0-2])|FY\d{4}-P(0[1-9]|1[0-2]))\Z")
"""What a period's name looks like in any calendar."""

_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_PATTERNS = {"445": (4, 4, 5), "454": (4, 5, 4), "544": (5, 4, 4)}
CALENDAR_POLICIES = ("calendar", "fiscal_year_first_day", "fiscal_year_named_by", "week_53_rule")
"""Policies that name periods: fixed once the first period is set."""


@dataclass(frozen=True, eq=False)
class Periods:
    """The periods of one calendar. Everything that takes a name raises `Invalid` for what names none."""

    calendar: Calendar
    example: str
    year_start: int = 1
    """The month with which fiscal years of months begin."""

    @cached_property
    def _by_name(self) -> dict[str, int]:
        return {name: at for at, name in enumerate(self.calendar.names)}

    def index(self, period: str) -> int:
        """Its place in the calendar."""
        at = self._by_name.get(period)
        if at is None:
            raise Invalid(f"'{period}' is not a period; write it as {self.example}.", where="period")
        return at

    def of(self, day: date) -> str:
        """The period a day lies in."""
        at = int(self.calendar.period_of(to_day(day)))
        if not 0 <= at < len(self.calendar):
            raise Invalid(f"{day} lies outside the calendar.", where="period")
        return self.calendar.names[at]

    def first_day(self, period: str) -> date:
        return to_date(int(self.calendar.starts[self.index(period)]))

    def last_day(self, period: str) -> date:
        return to_date(int(self.calendar.ends[self.index(period)]))

    def next(self, period: str) -> str:
        return self.calendar.names[min(self.index(period) + 1, len(self.calendar) - 1)]

    def previous(self, period: str) -> str:
        return self.calendar.names[max(self.index(period) - 1, 0)]

    def between(self, first: str, last: str) -> list[str]:
        """Every period from `first` to `last`, both included; empty if they are the wrong way round."""
        return list(self.calendar.names[self.index(first) : self.index(last) + 1])

    def fiscal(self, period: str) -> tuple[str, str]:
        """The fiscal year and quarter of a period, such as `FY2026` and `FY2026-Q2`.

        A year of months bears the calendar year in which it ends.
        """
        self.index(period)
        if period.startswith("FY"):
            year, number = int(period[2:6]), int(period[8:])
        else:
            year, month = int(period[:4]), int(period[5:])
            number = (month - self.year_start) % 12 + 1
            year += 1 if self.year_start > 1 and month >= self.year_start else 0
        return f"FY{year}", f"FY{year}-Q{(number + 2) // 3}"


def periods_of(session: Session) -> Periods:
    """The company's periods."""
    values = policy_values_of(session, (*CALENDAR_POLICIES, "fiscal_year_start"))
    return _periods(
        str(values["calendar"]),
        str(values["fiscal_year_first_day"]),
        str(values["fiscal_year_named_by"]),
        str(values["week_53_rule"]),
        int(values["fiscal_year_start"]),
    )


def check_calendar(calendar: str, first_day: str, named_by: str, rule: str) -> None:
    """Raise `Invalid` where these choices make no calendar."""
    _periods(calendar, first_day, named_by, rule, 1)


@lru_cache(maxsize=16)
def _periods(calendar: str, first_day: str, named_by: str, rule: str, year_start: int) -> Periods:
    if calendar == "months":
        return Periods(month_calendar(f"{_FIRST_YEAR}-01", f"{_LAST_YEAR}-12"), "2026-03", year_start)
    if not first_day:
        raise Invalid(
            f"A calendar of {calendar} weeks needs the first day of one of its fiscal years: set the policy "
            "fiscal_year_first_day first.",
            where="fiscal_year_first_day",
        )
    start = date.fromisoformat(first_day)
    try:
        # Counted from any year: the days alone decide how long each is.
        weeks = week_calendar(
            start,
            years_before=start.year - _FIRST_YEAR,
            years=_LAST_YEAR - _FIRST_YEAR,
            pattern=_PATTERNS[calendar],
            rule=rule,
            named_by_end=named_by == "end",
        )
    except ValueError as wrong:
        raise Invalid(str(wrong), where="fiscal_year_first_day") from None
    return Periods(weeks, "FY2026-P03")


MONTHS = _periods("months", "", "", "", 1)
"""Calendar months."""
