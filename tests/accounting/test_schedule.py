"""The running total of legs, on any day: which leg holds, what it has fixed, what it stops at, and how it rounds."""

import numpy as np
import pytest

from revrec.accounting.calendar import month_calendar, parse_day
from revrec.accounting.columns import NO_DAY, NONE
from revrec.accounting.recognition import ProgressLog
from revrec.accounting.schedule import Legs, Plan, Position, earn_legs, leg_targets, position
from revrec.accounting.terms import Method, Rounding

CALENDAR = month_calendar("2024-01", "2026-12")
LAST_PERIOD = int(Rounding.LAST_PERIOD)


def leg(**given):
    """A year of 120.00 by day, unless it says otherwise; dates as text."""
    year = {"row": 0, "from_day": "2025-01-01", "rest": 12000, "method": Method.DAILY}
    row = {**year, "start": "2025-01-01", "end": "2025-12-31", **given}
    return {name: parse_day(value) if isinstance(value, str) else int(value) for name, value in row.items()}


def plan(*rows, obligations=None, log=()):
    names = {name for row in rows for name in row}
    usual = Legs.of(**leg()).rows()[0]
    legs = Legs.of(**{name: [row.get(name, usual[name]) for row in rows] for name in names})
    progress = ProgressLog.of(
        **{name: [entry[n] for entry in log] for n, name in enumerate(("key", "day", "value"))}
    )
    return Plan(
        legs, len({row["row"] for row in rows}) if obligations is None else obligations, CALENDAR, progress
    )


def on(of, day, exact=False) -> list[dict[str, int]]:
    found: Position = position(of, parse_day(day), exact) if exact else position(of, parse_day(day))
    assert all(column.dtype == np.int64 for column in found.columns().values())
    return found.rows()


def totals(of, *days):
    return [[row["target"] for row in on(of, day)] for day in days]


# Which leg holds.


def test_a_leg_counts_from_its_day_on_and_until_the_next_one_does():
    later = leg(from_day="2025-07-01", rest=9000, fixed=1000)
    for rows in ([leg(), later], [later, leg()]):
        of = plan(*rows)
        assert totals(of, "2024-12-31", "2025-06-30", "2025-07-01") == [[0], [5951], [1000 + 4488]]
        assert [on(of, day)[0]["leg"] for day in ("2024-12-31", "2025-06-30", "2025-07-01")] == [
            NONE, rows.index(leg()), rows.index(later),
        ]  # fmt: skip


def test_of_legs_that_begin_on_one_day_the_later_row_holds():
    first, second = leg(rest=36500), leg(rest=73000)
    other = leg(row=1, from_day="2024-06-01")
    assert totals(plan(first, second, other), "2025-01-01") == [[200, 33]]
    assert totals(plan(second, other, first), "2025-01-01") == [[100, 33]]
    assert totals(plan(other, second, leg(from_day="2024-12-31", rest=0), first), "2025-01-01") == [[100, 33]]


def test_what_has_not_begun_has_earned_nothing_whatever_begins_beside_it():
    rows = [leg(row=n, from_day=day) for n, day in enumerate(("2025-01-01", "2025-02-01", "2025-01-02"))]
    nothing = {"target": 0, "numerator": 0, "denominator": 1, "leg": NONE, "excess_e6": 0}
    begun = {"target": 66, "numerator": 2, "denominator": 365, "excess_e6": -246575}
    for of, legs in ((plan(*rows), [0, 2]), (plan(rows[2], rows[0], rows[1]), [1, 0])):
        assert on(of, "2025-01-02", exact=True) == [
            {**begun, "leg": legs[0]}, nothing, {**begun, "leg": legs[1]},
        ]  # fmt: skip
    without = plan(rows[0], rows[2], obligations=4)
    assert [row["leg"] for row in on(without, "2025-01-31")] == [0, NONE, 1, NONE]
    assert on(plan(obligations=2), "2025-01-31") == [nothing, nothing]
    assert on(plan(*rows), "2024-12-31", exact=True) == [nothing] * 3


def test_a_table_of_one_leg_each_is_read_by_its_rows_and_not_by_its_order():
    of = plan(leg(row=1, rest=36500), leg(row=0, rest=73000))
    assert [(row["target"], row["leg"]) for row in on(of, "2025-01-01")] == [(200, 1), (100, 0)]
    of = plan(leg(row=0, rest=36500), leg(row=0, rest=73000), obligations=2)
    assert [(row["target"], row["leg"]) for row in on(of, "2025-01-01")] == [(200, 1), (0, NONE)]


# What a leg earns.


def test_a_later_leg_earns_its_rest_over_what_was_left_of_the_term():
    """59.51 were earned by June; 60.49 and 30.00 more run over the 184 days from July on."""
    later = leg(from_day="2025-07-01", fixed=5951, rest=9049, before=181)
    of = plan(leg(), later)
    assert totals(of, "2025-06-30", "2025-07-31", "2025-12-31", "2026-01-31") == [
        [5951], [5951 + 1525], [15000], [15000],
    ]  # fmt: skip
    july = on(of, "2025-07-31")[0]
    assert (july["numerator"], july["denominator"]) == (31, 184)


def test_what_is_returned_after_a_leg_began_takes_back_what_was_fixed():
    """Six of ten made 40.00: of one that is returned they go as they came, 6.67; what is left waits for the rest."""
    units = {"method": Method.UNITS, "progress": 7, "whole": 10, "before": 6, "fixed": 4000, "rest": 8000}
    log = [(7, parse_day(f"2025-0{month}-01"), value) for month, value in ((1, 5), (2, 8), (3, 0))]
    of = plan(leg(**units), log=log)
    assert totals(of, "2025-01-31", "2025-02-01", "2025-03-01") == [[4000 - 667], [4000 + 4000], [0]]
    january = on(of, "2025-01-31")[0]
    assert (january["numerator"], january["denominator"]) == (0, 4)
    # Nothing is taken back of what an immediate credit took already.
    assert totals(plan(leg(**units | {"fixed": -100}), log=log), "2025-03-01") == [[-100]]


def test_a_leg_that_began_when_all_was_delivered_gives_back_its_rest_as_well():
    units = {"method": Method.UNITS, "progress": 7, "whole": 10, "before": 10, "fixed": 8000, "rest": 2000}
    log = [(7, parse_day("2025-01-01"), 10), (7, parse_day("2025-02-01"), 7)]
    assert totals(plan(leg(**units), log=log), "2025-01-31", "2025-02-28") == [[10000], [7000]]
    # A term that is over stays so, however it is asked.
    later = leg(from_day="2025-07-01", fixed=5951, rest=9049, before=181)
    assert totals(plan(later), "2025-03-31") == [[0]]


def test_the_rest_of_a_leg_may_have_to_be_earned_by_the_day_that_stops_it():
    """30.00 from July on: 62 of the 184 days that are left until the end of August, or all of it by then."""
    stopped = {"from_day": "2025-07-01", "fixed": 5951, "rest": 3000, "before": 181, "stop_day": "2025-08-31"}
    days = ("2025-07-31", "2025-08-31", "2025-12-31")
    assert totals(plan(leg(**stopped)), *days) == [[5951 + 505], [5951 + 1011], [5951 + 1011]]
    assert totals(plan(leg(**stopped, by_stop=1)), *days) == [[5951 + 1500], [8951], [8951]]
    assert totals(plan(leg(**stopped | {"before": 0, "fixed": 0}, by_stop=1)), "2025-08-31") == [[3000]]
    # Stopped before it began there is nothing to wait for.
    assert totals(plan(leg(**stopped | {"stop_day": "2025-05-31"}, by_stop=1)), "2025-07-31") == [[8951]]


def test_a_leg_that_began_when_all_was_earned_has_nothing_to_wait_for():
    done = leg(from_day="2026-02-01", fixed=12000, rest=3000, before=365)
    beside = leg(row=1, rest=36500, before=364)
    of = plan(done, beside)
    assert totals(of, "2026-02-01") == [[15000, 36500]]
    row = on(of, "2026-02-01")[0]
    assert (row["numerator"], row["denominator"]) == (1, 1)
    assert totals(plan(leg(before=366), beside), "2025-01-01") == [[12000, 0]]


def test_a_lump_is_earned_on_its_day_and_without_a_day_never():
    rows = [
        leg(extra=500, extra_day="2025-01-10"),
        leg(row=1, extra=-700, extra_day="2025-01-11"),
        leg(row=2, extra=900),
        leg(row=3),
    ]
    assert totals(plan(*rows), "2025-01-10") == [[829, 329, 329, 329]]
    assert totals(plan(*rows), "2025-01-09") == [[296] * 4]
    assert totals(plan(*rows[1:3], leg(fixed=1)), "2025-01-11") == [[363, -338, 362]]


def test_after_its_last_day_a_cancelled_leg_earns_its_lump_alone():
    stopped = leg(stop_day="2025-01-10", extra=500, extra_day="2025-02-03")
    of = plan(stopped, leg(row=1))
    assert totals(of, "2025-01-09", "2025-01-10", "2025-01-11") == [[296, 296], [329, 329], [329, 362]]
    assert totals(of, "2025-02-02", "2025-02-03", "2026-02-28") == [[329, 1085], [829, 1118], [829, 12000]]
    # The fraction is that of the last day.
    assert [(row["numerator"], row["denominator"]) for row in on(of, "2025-06-30")] == [(10, 365), (181, 365)]


def test_the_target_of_each_leg_is_that_of_its_own_day():
    of = plan(leg(fixed=1), leg(row=1, extra=100, extra_day="2025-01-02"))
    days = np.array([parse_day("2025-01-01"), parse_day("2025-01-02")])
    assert leg_targets(of, of.legs, days).tolist() == [34, 166]
    earned, numerator, denominator = earn_legs(of, of.legs, days)
    assert (earned.tolist(), numerator.tolist(), denominator.tolist()) == ([33, 66], [1, 2], [365, 365])


def test_one_unit_of_any_column_counts():
    """Also where it is the same of all legs."""
    assert totals(plan(leg(fixed=1), leg(row=1, fixed=1)), "2025-01-01") == [[34, 34]]
    lump = {"extra": 1, "extra_day": "2025-01-01"}
    assert totals(plan(leg(**lump), leg(row=1, **lump)), "2025-01-01") == [[34, 34]]
    assert totals(plan(leg(before=1, rest=364), leg(row=1, before=1, rest=364)), "2025-01-02") == [[1, 1]]


# What rounding leaves out.


@pytest.mark.parametrize(
    ("rest", "day", "target", "excess"),
    [
        (100, "2025-01-31", 33, 333_333),
        (100, "2025-02-28", 67, -333_333),
        (-100, "2025-01-31", -33, -333_333),
        (100, "2025-03-31", 100, 0),
        (3 * 10**15 + 1, "2025-01-31", 10**15, 333_333),
        (2**62, "2025-02-28", 2**63 // 3 + 1, -333_333),
    ],
)
def test_what_rounding_left_out_is_said_in_millionths(rest, day, target, excess):
    of = plan(leg(method=Method.EVEN, end="2025-03-31", rest=rest))
    row = on(of, day, exact=True)[0]
    assert (row["target"], row["excess_e6"]) == (target, excess)
    assert on(of, day)[0]["excess_e6"] == 0
    beside = plan(leg(method=Method.EVEN, end="2025-03-31", rest=rest), leg(row=1, from_day="2026-01-01"))
    assert [row["excess_e6"] for row in on(beside, day, exact=True)] == [excess, 0]


def test_what_is_rounded_by_period_is_said_to_leave_out_nothing():
    third = {"method": Method.EVEN, "end": "2025-03-31", "rest": 100}
    of = plan(leg(**third, rounding=LAST_PERIOD), leg(row=1, **third))
    assert [row["excess_e6"] for row in on(of, "2025-02-28", exact=True)] == [0, -333_333]


# Each period rounded by itself.


def by_period(*days, **given):
    of = plan(leg(**{"rounding": LAST_PERIOD, **given}))
    return [total for (total,) in totals(of, *days)]


def test_each_period_is_rounded_by_itself_and_the_last_takes_the_rest():
    """100.00 over 22, 28 and 15 of 65 days are 33.85, 43.08 and 23.07; the running total would be 76.92 in February."""
    given = {"start": "2025-01-10", "end": "2025-03-15", "rest": 10000}
    ends = ("2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30")
    assert by_period("2025-01-09", *ends, **given) == [0, 3385, 3385 + 4308, 10000, 10000]
    assert by_period(*ends, rounding=0, **given) == [3385, 7692, 10000, 10000]
    # Signed later, or in the middle of a period: no other than from the first day on.
    assert by_period(*ends, from_day="2025-01-20", **given) == [3385, 7693, 10000, 10000]
    assert by_period(*ends, from_day="2025-02-20", **given) == [0, 7693, 10000, 10000]
    # A day inside a period: what it would be were the period to end there.
    assert by_period("2025-01-10", "2025-02-10", **given) == [154, 3385 + 1538]


def test_each_line_has_periods_of_its_own():
    given = {"end": "2025-03-15", "rest": 10000, "rounding": LAST_PERIOD}
    lines = [
        leg(row=n, start=start, **given) for n, start in enumerate(("2025-01-10", "2025-02-01", "2025-01-31"))
    ]
    assert totals(plan(*lines), "2025-01-31", "2025-02-28") == [[3385, 0, 227], [7693, 6512, 227 + 6364]]


def test_what_starts_after_the_day_has_earned_nothing():
    assert by_period("2025-01-31", start="2025-02-01") == [0]
    for method in (Method.EVEN, Method.DAILY):
        for rounding in (0, LAST_PERIOD):
            of = plan(
                leg(method=method, start="2025-03-01", rounding=rounding), leg(row=1, rounding=LAST_PERIOD)
            )
            assert totals(of, "2025-01-31", "2025-02-28") == [[0, 1019], [0, 1940]]


def test_the_periods_of_a_later_leg_are_those_from_its_day_on():
    """32 of 65 days fixed at 49.23; 50.77 over 18 days of February and 15 of March."""
    given = {"start": "2025-01-10", "end": "2025-03-15", "rest": 5077, "fixed": 4923, "before": 32}
    later = {**given, "from_day": "2025-02-11"}
    assert by_period("2025-02-11", "2025-02-28", "2025-03-31", **later) == [4923 + 154, 4923 + 2769, 10000]
    longer = {**later, "end": "2025-04-30", "rest": 10000}  # 79 days are left: 18, 31 and 30
    assert by_period("2025-02-28", "2025-03-31", "2025-04-30", **longer) == [
        4923 + 2278, 4923 + 2278 + 3924, 14923,
    ]  # fmt: skip


def test_what_is_cancelled_in_a_period_is_rounded_through_its_last_day():
    given = {"start": "2025-01-10", "end": "2025-03-15", "rest": 10000, "stop_day": "2025-02-10"}
    assert by_period("2025-01-31", "2025-02-28", "2025-05-31", **given) == [3385, 4923, 4923]
    # Three periods of 33.85, 43.08 and 1.54: the running total would be 78.46.
    assert by_period("2025-03-31", **{**given, "stop_day": "2025-03-01"}) == [3385 + 4308 + 154]
    assert by_period("2025-03-31", rounding=0, **{**given, "stop_day": "2025-03-01"}) == [7846]


def test_only_dated_methods_round_by_period():
    """Deliveries of thirds: the running total is rounded, not each delivery."""
    thirds = {"method": Method.UNITS, "progress": 7, "whole": 3, "rest": 200, "rounding": LAST_PERIOD}
    log = [(7, parse_day(f"2025-{month}-05"), value) for month, value in (("01", 1), ("02", 2))]
    for dates in ({}, {"start": NO_DAY, "end": NO_DAY}):
        of = plan(
            leg(**thirds, **dates),
            leg(row=1, method=Method.EVEN, end="2025-03-31", rest=200, rounding=1),
            log=log,
        )
        assert totals(of, "2025-01-31", "2025-02-28") == [[67, 67], [133, 134]]
        assert [row["excess_e6"] for row in on(of, "2025-01-31", exact=True)] == [-333_333, 0]


def test_a_dated_line_without_dates_earns_nothing():
    of = plan(leg(start=NO_DAY, end=NO_DAY, rounding=LAST_PERIOD), leg(row=1, rounding=LAST_PERIOD))
    assert totals(of, "2025-06-30") == [[0, 1019 + 921 + 1019 + 986 + 1019 + 986]]
