"""A contract's chart and grid: bars to one scale, below zero too; years where periods are too many."""

from api.views.schedule import ScheduledView, ScheduleLineView, ScheduleView
from api.web.schedule_chart import schedule_chart, schedule_grid


def view(*totals: tuple[str, str, bool], closed: str = "2026-02") -> ScheduleView:
    moves = [ScheduledView(period=period, amount=amount, booked=booked) for period, amount, booked in totals]
    line = ScheduleLineView(
        obligation=1,
        order="SO-1",
        line="A",
        product="Plan",
        method="even",
        starts=None,
        ends=None,
        allocated="0.00",
        recognised="0.00",
        left="0.00",
        undated="0.00",
        periods=moves,
    )
    return ScheduleView(
        contract=1, currency="USD", closed_through=closed, totals=moves, undated="0.00", lines=[line]
    )


def months(count: int) -> list[tuple[str, str, bool]]:
    return [(f"{2026 + at // 12}-{at % 12 + 1:02}", "10.00", at < 2) for at in range(count)]


def test_bars_stand_on_zero_and_reach_below_it():
    chart = schedule_chart(
        view(("2026-01", "100.00", True), ("2026-02", "-50.00", True), ("2026-03", "25", False))
    )
    first, below, planned = chart.bars
    assert first.y + first.height == chart.axis == below.y
    assert abs(first.height - 2 * below.height) < 0.2 and abs(below.height - 2 * planned.height) < 0.2
    assert (first.label, below.amount, planned.booked, chart.step) == ("26-01", "-50.00", False, "period")


def test_many_periods_become_years_with_what_is_booked_beside_what_is_to_come():
    assert schedule_chart(view(*months(36))).step == "period"
    chart = schedule_chart(view(*months(37)))
    assert chart.step == "year"
    assert [(bar.told, bar.amount, bar.booked) for bar in chart.bars] == [
        ("2026", "100.00", False),
        ("2026", "20.00", True),
        ("2027", "120.00", False),
        ("2028", "120.00", False),
        ("2029", "10.00", False),
    ]
    planned, booked = chart.bars[:2]
    assert booked.x + booked.width <= planned.x, "side by side"


def test_the_grid_shows_ten_periods_around_the_newest_closed_one():
    found = schedule_grid(view(*months(30), closed="2026-12"), "", [0])
    assert (found.periods[0], found.periods[-1]) == ("2026-08", "2027-05")
    assert (found.earlier, found.later) == ("2026-01", "2027-06")
    assert [cell.amount for cell in found.cells[0] if cell] == ["10.00"] * 10
    first = schedule_grid(view(*months(30)), "2026-01", [])
    assert (first.periods[0], first.earlier, first.later, first.cells) == ("2026-01", "", "2026-11", [])
    short = schedule_grid(view(*months(3)), "2031-01", [0])
    assert (short.periods, short.earlier, short.later) == (["2026-01", "2026-02", "2026-03"], "", "")
