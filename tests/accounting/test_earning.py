"""Revenue of a period: the target less what is booked, the part of closed periods apart and with its cause."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.book import Prior, PriorBooked, PriorSplits, Progress
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NO_DAY, NONE, filled
from revrec.accounting.earning import earn
from revrec.accounting.inception import begin_legs, contract_rows, progress_log
from revrec.accounting.schedule import Plan
from revrec.accounting.terms import Cause, Method, Rounding

MARCH = "2025-03"


@pytest.fixture
def earned(book, line):
    """What the close of a period earns of some lines: of 300.00 ``even`` over January to March, ids from 11.

    ``booked``: per id what closed periods booked of it, and other columns of that row. ``causes``: per contract.
    """

    def of(*lines, period=MARCH, booked=None, causes=(), held=(), first_period=0, progress=(), **given):
        usual = {"version_day": NO_DAY, "order_version": 7, "method": int(Method.EVEN), "end": "2025-03-31"}
        usual |= {"cancelled_from": NO_DAY, "contract": 1, "ordered_day": "2025-01-01", "quantity_e6": 10**6}
        rows = [line(**{"id": 11 + n, **usual, **one}) for n, one in enumerate(lines)]
        contract = {name: given.pop(name) for name in ("currency", "base_currency") if name in given}
        found = book(rows, [], **contract)
        prior = [
            {
                "obligation": number,
                "recognised": 0,
                "base_recognised": 0,
                "order_version": 7,
                "segments": NONE,
                **row,
            }
            for number, row in (booked or {}).items()
        ]
        names = prior[0] if prior else {}
        table = PriorBooked.of(**{name: [row[name] for row in prior] for name in names})
        found = replace(found, prior=Prior(table), first_period=first_period)
        entries = Progress.of(
            obligation=[number for number, _, _ in progress],
            day=[parse_day(day) for _, day, _ in progress],
            value=[value for _, _, value in progress],
        )
        found = replace(found, progress=entries)
        home = contract_rows(found)
        rounding = filled(len(rows), int(Rounding.CUMULATIVE))
        legs = begin_legs(found, found.obligations.stated, filled(len(rows), NO_DAY), rounding)
        plan = Plan(legs, len(rows), found.calendar, progress_log(found))
        reason = np.where(np.isin(found.obligations.id, held), 4, NONE)
        cause = np.array([*causes, *[NONE] * (len(found.contracts) - len(causes))], dtype=np.int64)
        at = found.calendar.index(period)
        return earn(found, plan, at, reason, home, PriorSplits.empty(), cause, **given)

    return of


def causes(found):
    return [Cause(code) for code in found.cause.tolist()]


def booked(amount, **given):
    return {"recognised": amount, **given}


# Amounts.


def test_revenue_is_the_target_less_what_is_booked_and_the_adjustment_what_was_missing_before(earned):
    found = earned(
        {}, {"stated": 60000}, {}, booked={11: booked(20000), 12: booked(30000), 13: booked(25000)}
    )
    assert found.target.tolist() == [30000, 60000, 30000]
    assert found.booked.tolist() == [20000, 30000, 25000]
    assert found.revenue.tolist() == [10000, 30000, 5000]
    assert found.adjustment.tolist() == [0, 10000, -5000]


def test_of_what_was_never_booked_everything_before_the_period_is_an_adjustment(earned):
    found = earned({}, {"ordered_day": "2025-03-05"}, booked={13: booked(77)})
    assert found.revenue.tolist() == [30000, 30000]
    assert found.adjustment.tolist() == [20000, 0]
    assert found.booked.tolist() == found.base_booked.tolist() == [0, 0]
    assert found.booked_segments.tolist() == [NONE, NONE]
    first = earned({}, {"ordered_day": "2025-03-05"})  # nothing is booked of anything
    assert first.adjustment.tolist() == [20000, 0]
    assert first.booked.tolist() == first.base_booked.tolist() == [0, 0]


def test_the_day_before_the_period_is_the_last_of_closed_periods(earned):
    daily = {"method": int(Method.DAILY), "stated": 9000}
    found = earned(daily, booked={11: booked(5900)})
    assert (found.adjustment.tolist(), found.revenue.tolist()) == ([0], [3100])


def test_what_is_booked_is_found_whatever_its_order(earned):
    rows = {13: booked(1, base_recognised=3, segments=5), 11: booked(2, base_recognised=4, segments=6)}
    found = earned({}, {}, {}, booked=rows)
    assert found.booked.tolist() == [2, 0, 1]
    assert found.base_booked.tolist() == [4, 0, 3]
    assert found.booked_segments.tolist() == [6, NONE, 5]
    assert found.new_version.tolist() == [False] * 3


def test_what_waits_keeps_what_is_booked_and_nothing_moves(earned):
    found = earned({"end": "2025-02-28"}, {}, booked={11: booked(100)}, held=[11])
    assert (found.target.tolist(), found.revenue.tolist()) == ([100, 30000], [0, 30000])
    assert found.adjustment.tolist() == [0, 20000]
    assert causes(found) == [Cause.NONE, Cause.LATE]
    assert found.finished.tolist() == [False, True]


def test_what_is_earned_of_overage_is_added_by_the_end_of_the_period_and_of_the_one_before(earned):
    beyond, before = np.array([700, 0]), np.array([500, 40])
    found = earned({}, {}, booked={11: booked(20000), 12: booked(20000)}, beyond=beyond, beyond_before=before)
    assert found.target.tolist() == [30700, 30000]
    assert found.adjustment.tolist() == [500, 40]


def test_a_line_is_finished_when_all_is_earned_or_it_is_cancelled(earned):
    cancelled = [{"cancelled_from": day} for day in ("2025-02-11", "2025-03-01", "2025-03-02")]
    assert earned({}, *cancelled, period="2025-02").finished.tolist() == [False, True, True, False]
    assert earned({}, *cancelled).finished.tolist() == [True] * 4
    to_come = earned({"cancelled_from": "2025-02-01"}, {}, {"ordered_day": "2025-04-01"}, period="2025-01")
    assert to_come.finished.tolist() == [True, False, False]
    assert to_come.target.tolist() == to_come.position.target.tolist() == [10000, 10000, 0]


def test_what_rounding_leaves_out_is_known_where_a_currency_is_not_the_base(earned):
    third = {"stated": 100}
    assert earned(third, period="2025-01").excess_e6.tolist() == [0]
    for currencies in ({"currency": 1}, {"base_currency": 1}):
        found = earned(third, third, period="2025-01", held=[12], **currencies)
        assert found.excess_e6.tolist() == [333_333, 0]


# Versions and causes.


def test_a_version_is_new_where_another_one_was_booked(earned):
    rows = {11: booked(0), 12: booked(0, order_version=6), 13: booked(0, order_version=NONE)}
    assert earned({}, {}, {}, {}, booked=rows).new_version.tolist() == [False, True, False, False]


def test_without_any_adjustment_there_is_no_cause(earned):
    found = earned(
        {}, {"stated": 60000}, booked={11: booked(20000), 12: booked(40000)}, causes=[int(Cause.CREDIT)]
    )
    assert causes(found) == [Cause.NONE] * 2
    beside = earned({}, {}, booked={11: booked(20000), 12: booked(40000)}, causes=[int(Cause.CREDIT)])
    assert causes(beside) == [Cause.NONE, Cause.CREDIT]


def test_a_fact_of_the_open_period_modifies_and_one_of_closed_periods_is_late(earned):
    """By the day of the version, else of the order, if anything about the line is new."""
    version = {"stated": 60000, "order_version": 8}
    lines = [
        {**version, "version_day": "2025-03-01"},
        {**version, "version_day": "2025-02-28"},
        {**version, "ordered_day": "2025-03-31"},
        version,
        {"stated": 60000, "version_day": "2025-03-05"},
    ]
    found = earned(*lines, {"version_day": "2025-03-31"}, booked={11 + n: booked(1000) for n in range(5)})
    assert causes(found) == [
        Cause.MODIFICATION, Cause.LATE, Cause.MODIFICATION, Cause.LATE, Cause.LATE, Cause.MODIFICATION,
    ]  # fmt: skip


def test_what_was_loaded_and_is_not_what_is_computed_is_a_conversion_at_the_first_close_alone(earned):
    lines = [{}, {"order_version": 8, "version_day": "2025-03-05"}, {}]
    rows = {11: booked(15000), 12: booked(15000)}
    at = 12 + 2  # March 2025
    found = earned(*lines, booked=rows, first_period=at)
    assert causes(found) == [Cause.CONVERSION, Cause.MODIFICATION, Cause.LATE]
    second = {"start": "2024-01-01", "end": "2024-03-31", "ordered_day": "2024-01-01"}
    loaded = {11: booked(1)}
    assert causes(earned(second, period="2024-02", booked=loaded, first_period=1)) == [Cause.CONVERSION]
    assert causes(earned(second, period="2024-01", booked=loaded, first_period=0)) == [
        Cause.LATE
    ]  # none is set
    for other in (at - 1, at + 1, 0):
        assert causes(earned(*lines, booked=rows, first_period=other)) == [
            Cause.LATE, Cause.MODIFICATION, Cause.LATE,
        ]  # fmt: skip


def test_what_the_facts_of_the_close_give_goes_before(earned):
    lines = [{}, {"contract": 2}, {"contract": 2}, {"contract": 3}]
    rows = {11: booked(15000), 12: booked(15000), 13: booked(20000)}
    found = earned(*lines, booked=rows, causes=[NONE, int(Cause.CREDIT)], first_period=12 + 2)
    assert causes(found) == [Cause.CONVERSION, Cause.CREDIT, Cause.NONE, Cause.LATE]


def test_usage_of_closed_periods_is_an_estimate_where_its_documents_say_so(earned):
    usage = {"method": int(Method.AS_INVOICED)}
    rows, late = {11: booked(500), 12: booked(500)}, [int(Cause.LATE)]
    estimate = np.array([int(Cause.ESTIMATE), NONE])
    found = earned(usage, {}, booked=rows, causes=late, usage_causes=estimate)
    assert found.adjustment.tolist() == [-500, 19500]
    assert causes(found) == [Cause.ESTIMATE, Cause.LATE]
    assert causes(earned(usage, {}, booked=rows, causes=late)) == [Cause.LATE, Cause.LATE]
    # Two of ten were delivered in February, and one more in March: 300.00 are stated for ten.
    delivered = [(11, "2025-02-10", 2 * 10**6), (11, "2025-03-10", 3 * 10**6)]
    found = earned({**usage, "quantity_e6": 10**7}, {}, booked={12: booked(20000)}, progress=delivered)
    assert (found.revenue.tolist(), found.adjustment.tolist()) == ([9000, 10000], [6000, 0])


def test_a_book_without_lines_earns_nothing(earned):
    found = earned()
    assert all(getattr(found, name).size == 0 for name in ("target", "revenue", "cause", "finished"))
