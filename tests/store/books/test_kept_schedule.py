"""What kept legs leave to come: what the next closes would book, or nothing where that waits for facts."""

from datetime import date

from revrec.accounting.calendar import month_calendar
from revrec.store.books.kept_schedule import what_is_to_come

CALENDAR = month_calendar("2026-01", "2027-12")
CLOSED = CALENDAR.names.index("2026-03")


def kept(**changes):
    """A line of 1,200.00 over 2026, month by month."""
    row = {
        "obligation_id": 1,
        "method": "even",
        "trigger": "",
        "starts": date(2026, 1, 1),
        "ends": date(2026, 12, 31),
        "allocated_minor": 120_000,
        "fixed_minor": 0,
        "leg_from": None,
        "rest_minor": 120_000,
        "lump_minor": 0,
        "lump_on": None,
        "stops_on": None,
    }
    return row | changes


def to_come(row, booked):
    found = what_is_to_come([row], {1: booked}, CALENDAR, CLOSED)[1]
    return {CALENDAR.names[period]: amount for period, amount in found.by_period.items()}, found.undated_minor


def test_a_line_runs_on_to_its_end():
    moves, undated = to_come(kept(), 30_000)
    assert list(moves) == [f"2026-{month:02}" for month in range(4, 13)]
    assert set(moves.values()) == {10_000} and undated == 0


def test_the_leg_after_a_modification_takes_up_what_was_left():
    # 200.00 stays; since 1 March 1,000.00 run over ten months.
    row = kept(leg_from=date(2026, 3, 1), fixed_minor=20_000, rest_minor=100_000)
    moves, undated = to_come(row, 30_000)
    assert sum(moves.values()) == 90_000 and undated == 0
    assert moves["2026-04"] == 10_000


def test_a_cancelled_line_ends_with_its_last_day():
    moves, undated = to_come(kept(allocated_minor=40_000, stops_on=date(2026, 4, 30)), 30_000)
    assert (moves, undated) == ({"2026-04": 10_000}, 0)


def test_each_period_rounded_by_itself_is_found_out():
    # 1,000.00 over three months: 333.33 three times and a cent in the end; 333.34 in the second if added up.
    row = kept(starts=date(2026, 2, 1), ends=date(2026, 4, 30), allocated_minor=100_000, rest_minor=100_000)
    assert to_come(row, 66_666)[0] == {"2026-04": 33_334}
    assert to_come(row, 66_667)[0] == {"2026-04": 33_333}


def test_what_waits_for_a_fact_has_no_period():
    for method, trigger in (("units", ""), ("milestone", ""), ("point_in_time", "delivery")):
        assert to_come(kept(method=method, trigger=trigger), 5_000) == ({}, 115_000)
    assert to_come(kept(method="as_invoiced"), 5_000) == ({}, 0)


def test_a_sale_on_a_coming_day_has_one_period():
    row = kept(method="point_in_time", trigger="start", starts=date(2026, 5, 9), ends=None)
    assert to_come(row, 0) == ({"2026-05": 120_000}, 0)


def test_a_leg_that_does_not_give_what_is_booked_is_left_without_dates():
    assert to_come(kept(), 30_001) == ({}, 89_999)
    assert what_is_to_come([], {}, CALENDAR, CLOSED) == {}
