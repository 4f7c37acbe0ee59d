"""A year of revenue and of deferred revenue as the numbers of two small SVG bar charts."""

from collections.abc import Callable
from dataclasses import dataclass

from api.views.home import YearPeriodView, YearView

WIDTH, HEIGHT = 360, 150
_SIDE, _BOTTOM, _TOP, _SLOTS = 4, 20, 18, 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One period's bar, in the units of the drawing, with what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str
    told: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One row of bars. `newest`: the last one's amount as text; `axis`: where the bars stand."""

    name: str
    title: str
    bars: list[Bar]
    newest: str
    axis: float


def year_charts(year: YearView) -> list[Chart]:
    """Revenue, and deferred revenue; each to a scale of its own, so each in a drawing of its own."""
    return [
        _chart(year, "revenue", "Revenue", lambda one: (one.revenue_minor, one.revenue)),
        _chart(year, "deferred", "Deferred revenue", lambda one: (one.deferred_minor, one.deferred)),
    ]


def _chart(
    year: YearView, name: str, title: str, figure: Callable[[YearPeriodView], tuple[int, str]]
) -> Chart:
    step = (WIDTH - 2 * _SIDE) / max(len(year.periods), _SLOTS)
    room = HEIGHT - _BOTTOM - _TOP
    high = max([abs(figure(one)[0]) for one in year.periods] + [1])
    bars = []
    for at, one in enumerate(year.periods):
        minor, text = figure(one)
        height = room * max(minor, 0) / high
        bars.append(
            Bar(
                round(_SIDE + at * step + step * 0.14, 1),
                round(_TOP + room - height, 1),
                round(step * 0.72, 1),
                round(height, 1),
                one.period[-2:],
                f"{one.period}: {text} {year.currency}",
            )
        )
    newest = figure(year.periods[-1])[1] if year.periods else ""
    return Chart(name, title, bars, newest, _TOP + room)
