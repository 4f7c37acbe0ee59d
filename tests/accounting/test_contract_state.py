"""Contracts while their events are applied: which lines are open, and by what an amount is shared over them.

A line is a year of 120.00, ``even``, unless it says otherwise: 10.00 a month.
"""

import numpy as np
import pytest

from revrec.accounting.columns import NONE
from revrec.accounting.schedule import Legs
from revrec.accounting.terms import ChangeKind, CreditTreatment, Method, Treatment

PRICE_CHANGE = {"kind": ChangeKind.PRICE_CHANGE, "obligation": NONE}
CANCEL = {"kind": ChangeKind.CANCEL}
STATED = {"allocation": "stated_price"}


def priced(stated=12000, ssp=12000, **given):
    return {"stated": stated, "ssp_low": ssp, **given}


@pytest.mark.parametrize(
    ("last_day", "prices"), [("2025-06-30", [15000, 6000]), ("2025-07-01", [13500, 7000 + 1500 // 6])]
)
def test_a_line_whose_last_day_is_the_one_before_a_change_is_not_open_to_it(life, last_day, prices):
    """One day more, and it shares what the change brings: half of 30.00, of which one month of six is earned."""
    cancelled = {**CANCEL, "day": "2025-06-15", "obligation": 12, "end": last_day}
    assert life([priced(), priced()], [cancelled, {"amount": 15000}]).prices == prices


def test_a_cancellation_stops_all_legs_of_its_line_and_no_other(life):
    """Cancelled in August as of May: what it earned since comes back."""
    events = [{"amount": 15000}, {**CANCEL, "day": "2025-08-15", "obligation": 11, "end": "2025-05-31"}]
    run = life([{}, {}], events, **STATED)
    assert run.total(11, "2025-04-30", "2025-06-30", "2025-12-31") == [4000, 5000, 6000]
    assert run.total(12, "2025-06-30", "2025-12-31") == [6000, 12000]


def test_legs_that_ended_come_first_and_each_line_runs_on_one(life):
    legs: Legs = life([priced(), priced()], [{"amount": 15000}]).outcome.plan.legs
    assert legs.row.tolist() == [0, 1, 0, 1]
    assert legs.fixed.tolist() == [0, 0, 6000, 6000]
    assert (legs.from_day[:2] < legs.from_day[2:]).all()
    assert all(column.dtype == np.int64 for column in legs.columns().values())


def test_what_nothing_weighs_for_is_shared_by_stated_prices(life):
    """Two lines that sell for nothing by themselves, at 10.00 and 30.00: 8.00 more are 2.00 and 6.00."""
    free = [priced(1000, 0), priced(3000, 0)]
    assert life(free, [{**PRICE_CHANGE, "amount": 800}]).prices == [1200, 3600]
    # 5.00 and 15.00 are left in July, and 6.00 more: by 16 to 30.
    july = {"obligation": 11, "amount": 1600}
    assert life(free, [july]).prices == [500 + 904, 1500 + 1696]
    nothing = [priced(0, 0), priced(0, 0)]
    assert life(nothing, [{**PRICE_CHANGE, "amount": 801}]).prices == [400, 401]


def test_a_credit_over_lines_without_any_price_goes_by_what_was_stated(life):
    """Both sell for nothing by themselves, and so another line has their price."""
    lines = [priced(4000, 4000), priced(1000, 0, product=8), priced(3000, 0, product=8)]
    memo = {"product": 8, "amount": 800, "treatment": CreditTreatment.PROSPECTIVE}
    run = life(lines, credits=[memo])
    assert run.outcome.inception.tolist() == [8000, 0, 0]
    assert run.prices == [8000, -200, -600]


def test_a_credit_goes_by_what_remains_else_by_what_was_allocated(life):
    lines = [{"end": "2025-06-30"}, {"end": "2025-06-30", "stated": 24000}, {"stated": 6000}]
    memo = {"amount": 3000, "treatment": CreditTreatment.PROSPECTIVE, "day": "2025-07-10"}
    assert life(lines, credits=[memo], **STATED).prices == [12000, 24000, 3000]
    assert life(lines[:2], credits=[memo], **STATED).prices == [11000, 22000]


def test_methods_by_period_are_fixed_through_the_period_before_and_days_through_the_day_before(life):
    """Changed on 11 July: by day 191 of 365 are earned, by month 6 of 12."""
    lines = [{"stated": 36500, "method": Method.DAILY}, {}]
    events = [{"id": 1, "obligation": line, "day": "2025-07-11", "amount": 48000} for line in (11, 12)]
    run = life(lines, events, **STATED)
    assert run.total(11, "2025-07-10", "2025-07-11") == [19100, 19100 + round(28900 / 174)]
    assert run.total(12, "2025-06-30", "2025-07-31") == [6000, 6000 + 7000]
    assert run.outcome.plan.legs.fixed.tolist()[-2:] == [19100, 6000]


def test_a_new_line_begins_with_its_event_and_earns_its_price(life):
    added = {"stated": 6000, "start": "2025-07-01", "added_by": 1, "ordered_day": "2025-07-01"}
    for treatment in (Treatment.PROSPECTIVE, Treatment.CUMULATIVE_CATCH_UP):
        run = life([{}, added], [{"obligation": 12, "treatment": treatment}], **STATED)
        assert run.prices == [12000, 6000]
        assert run.outcome.plan.legs.row.tolist() == [0, 1]


def test_a_catch_up_goes_no_further_back_than_the_pool_that_its_line_shares(life):
    """In July the other line grew: 75.00 are left of both. 30.00 more in August are shared from July on."""
    events = [
        {"obligation": 12, "amount": 15000},
        {"obligation": 11, "amount": 15000, "day": "2025-08-01", "treatment": Treatment.CUMULATIVE_CATCH_UP},
        {**CANCEL, "contract": 2, "obligation": 13, "day": "2025-09-15"},
    ]
    run = life([priced(), priced(), {"contract": 2}], events)
    assert run.total(11, "2025-06-30", "2025-12-31") == [6000, 15000]
    assert run.total(12, "2025-06-30", "2025-12-31") == [6000, 15000]
