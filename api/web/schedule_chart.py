"""A contract's revenue over time as the numbers of an SVG chart: booked beside what is to come, and its grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from api.views.schedule import ScheduledView, ScheduleView
from api.web.chart import Bar

WIDTH, HEIGHT = 720, 180
MOST_BARS = 36
SHOWN_PERIODS = 10
_SIDE, _BOTTOM, _TOP = 4, 22, 10


@dataclass(frozen=True, slots=True)
class ScheduleBar(Bar):
    """A bar of booked revenue, or of revenue to come: `amount` in the period or year that is `told`. `named`: whether
    its label has room."""

    amount: str
    booked: bool
    named: bool


@dataclass(frozen=True, slots=True)
class ScheduleChart:
    """`axis`: where zero stands; `step`: what a bar stands for, `period`, or `year` where periods are too many."""

    bars: list[ScheduleBar]
    axis: float
    step: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines by period, some periods of them. `cells`: a line's periods in the order of `periods`; `earlier` and
    `later`: where the window goes from here, empty where nothing is there."""

    periods: list[str]
    cells: list[list[ScheduledView | None]]
    totals: list[ScheduledView | None]
    earlier: str
    later: str


def schedule_chart(view: ScheduleView) -> ScheduleChart:
    """All periods of the contract; years where there are more than fit."""
    moves = [(one.period, Decimal(one.amount), one.booked) for one in view.totals]
    step = "period"
    if len({period for period, _, _ in moves}) > MOST_BARS:
        step, moves = "year", _by_year(moves)
    names = sorted({name for name, _, _ in moves})
    amounts = [amount for _, amount, _ in moves]
    high, low = max([Decimal(0), *amounts]), min([Decimal(0), *amounts])
    room, span = HEIGHT - _BOTTOM - _TOP, (high - low) or Decimal(1)
    axis = round(_TOP + float(room * high / span), 1)
    width = (WIDTH - 2 * _SIDE) / max(len(names), 12)
    every = 1 + (len(names) - 1) // 18 if step == "period" else 1
    both = {name for name in names if len([1 for other, _, _ in moves if other == name]) > 1}
    bars = []
    for name, amount, booked in moves:
        at = names.index(name)
        height = round(float(room * abs(amount) / span), 1)
        part, shift = (0.36, 0.0 if booked else 0.36) if name in both else (0.72, 0.0)
        bars.append(
            ScheduleBar(
                round(_SIDE + at * width + width * (0.14 + shift), 1),
                axis if amount < 0 else round(axis - height, 1),
                round(width * part, 1),
                height,
                name[2:] if step == "period" and len(name) == 7 else name,
                name,
                str(amount),
                booked,
                at % every == 0 and not (name in both and not booked),
            )
        )
    return ScheduleChart(bars, axis, step)


def schedule_grid(view: ScheduleView, begin: str, lines: Sequence[int]) -> Grid:
    """`SHOWN_PERIODS` periods from `begin` on, else those around the newest closed one, of the lines at `lines`."""
    names = sorted({one.period for one in view.totals})
    if begin in names:
        at = names.index(begin)
    else:
        past = len([name for name in names if name <= view.closed_through])
        at = max(0, min(past - SHOWN_PERIODS // 2, len(names) - SHOWN_PERIODS))
    shown = names[at : at + SHOWN_PERIODS]
    return Grid(
        shown,
        [_row(view.lines[line].periods, shown) for line in lines],
        _row(view.totals, shown),
        names[max(0, at - SHOWN_PERIODS)] if at else "",
        names[at + SHOWN_PERIODS] if at + SHOWN_PERIODS < len(names) else "",
    )


def _row(periods: Sequence[ScheduledView], shown: Sequence[str]) -> list[ScheduledView | None]:
    by_name = {one.period: one for one in periods}
    return [by_name.get(name) for name in shown]


def _by_year(moves: Sequence[tuple[str, Decimal, bool]]) -> list[tuple[str, Decimal, bool]]:
    """`2026-03` and `FY2026-P03` alike belong to what stands before the dash."""
    sums: dict[tuple[str, bool], Decimal] = {}
    for period, amount, booked in moves:
        key = period.rpartition("-")[0], booked
        sums[key] = sums.get(key, Decimal(0)) + amount
    return [(year, amount, booked) for (year, booked), amount in sorted(sums.items())]
