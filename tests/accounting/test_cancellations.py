"""Cancellations of lines and orders, one rule at a time.

A line is a year of 120.00, ``even``, unless it says otherwise: 10.00 a month.
"""

from revrec.accounting.columns import NO_AMOUNT
from revrec.accounting.terms import ChangeKind, CreditTreatment, Method

STATED = {"allocation": "stated_price"}
CANCEL = {"kind": int(ChangeKind.CANCEL)}
RETROSPECTIVE = int(CreditTreatment.RETROSPECTIVE)
DAILY = {"method": Method.DAILY, "stated": 36500}


def priced(stated=12000, ssp=12000, **given):
    return {"stated": stated, "ssp_low": ssp, **given}


def test_a_cancelled_line_keeps_what_it_earned_through_its_end(life):
    run = life([DAILY, {}], [{**CANCEL, "end": "2025-07-14"}])
    assert run.prices == [19500, 12000]
    assert run.total(11, "2025-07-14", "2025-07-15", "2025-12-31") == [19500] * 3
    assert run.outcome.stated.tolist() == [36500, 12000]


def test_without_an_end_the_day_before_is_the_last(life):
    assert life([DAILY], [{**CANCEL, "day": "2025-07-15"}]).prices == [19500]


def test_a_cancelled_order_stops_all_its_lines_and_no_other(life):
    lines = [{}, {"stated": 24000}, {"order": 200}]
    run = life(lines, [{**CANCEL, "obligation": -1, "order": 100, "end": "2025-03-31"}])
    assert run.prices == [3000, 6000, 12000]
    one = life(lines, [{**CANCEL, "obligation": 12, "order": 100, "end": "2025-03-31"}])
    assert one.prices == [12000, 6000, 12000]


def test_a_fee_is_earned_on_the_day_of_the_cancellation(life):
    run = life([DAILY], [{**CANCEL, "day": "2025-08-20", "end": "2025-07-14", "amount": 700}])
    assert run.total(11, "2025-07-31", "2025-08-19", "2025-08-20") == [19500, 19500, 20200]
    assert run.prices == [20200]


def test_the_fee_of_an_order_is_shared_by_the_prices_of_its_lines(life):
    run = life(
        [{}, {"stated": 24000}, {"order": 200}],
        [{**CANCEL, "obligation": -1, "order": 100, "end": "2025-03-31", "amount": 3000}],
    )
    assert run.prices == [3000 + 1000, 6000 + 2000, 12000]


def test_the_earlier_end_holds_and_both_fees(life):
    early = {**CANCEL, "end": "2025-03-31", "amount": 500}
    late = {**CANCEL, "day": "2025-09-01", "end": "2025-06-30", "amount": 700}
    for first, then in ((early, late), ({**late, "day": "2025-06-01"}, {**early, "day": "2025-09-01"})):
        run = life([{}], [first, then])
        assert run.prices == [3000 + 1200]
        assert run.total(11, "2025-12-31") == [4200]
    none = life([{}], [early, {**late, "amount": 0}])
    assert none.prices == [3500]
    assert life([{}], [early, {**late, "amount": NO_AMOUNT}]).prices == [3500]


def test_what_joins_after_the_cancellation_of_its_order_is_not_cancelled(life):
    lines = [{}, {"added_by": 2, "start": "2025-07-01", "stated": 6000, "ordered_day": "2025-07-01"}]
    events = [
        {**CANCEL, "id": 1, "obligation": -1, "order": 100, "day": "2025-04-01"},
        {"id": 2, "obligation": 12},
    ]
    assert life(lines, events, **STATED).prices == [3000, 6000]


def test_what_is_cancelled_takes_no_part_in_later_pools(life):
    # The first is cancelled in March; of the second and third 60.00 are left each, and 20.00 more.
    events = [
        {**CANCEL, "end": "2025-03-31", "day": "2025-04-01"},
        {"obligation": 12, "amount": 14000},
    ]
    assert life([priced(), priced(), priced()], events).prices == [3000, 13000, 13000]


def test_two_orders_of_two_contracts_are_cancelled_on_one_day(life):
    lines = [{"contract": 1}, {"contract": 2, "order": 200, "stated": 24000}]
    events = [
        {**CANCEL, "obligation": -1, "order": 100, "end": "2025-03-31", "amount": 100},
        {**CANCEL, "obligation": -1, "order": 200, "contract": 2, "end": "2025-09-30", "amount": 200},
    ]
    assert life(lines, events).prices == [3100, 18200]


def test_lines_of_two_contracts_are_cancelled_each_by_its_own_end(life):
    lines = [{"contract": 1}, {"contract": 2}]
    events = [
        {**CANCEL, "end": "2025-03-31", "amount": 100},
        {**CANCEL, "obligation": 12, "contract": 2, "end": "2025-09-30", "amount": 200},
    ]
    for rows in (events, events[::-1]):
        assert life(lines, [{**row, "id": n + 1} for n, row in enumerate(rows)]).prices == [3100, 9200]


def test_a_second_fee_leaves_those_of_other_lines_on_their_days(life):
    """After a modification, so that something is fixed: 60.00 by June, then 20.00 a month through September."""
    events = [
        {"amount": 18000},
        {**CANCEL, "day": "2025-10-01", "end": "2025-09-30", "amount": 500},
        {**CANCEL, "day": "2025-11-01", "end": "2025-09-30", "amount": 700, "obligation": 12},
        {**CANCEL, "day": "2025-12-01", "end": "2025-09-30", "amount": 900},
    ]
    run = life([{}, {}], events, **STATED)
    assert run.prices == [12000 + 500 + 900, 9000 + 700]
    assert run.total(12, "2025-10-31", "2025-11-01") == [9000, 9700]
    once = life([{}, {}], events[:3], **STATED)
    assert once.total(11, "2025-09-30", "2025-10-01") == [12000, 12500]


def test_the_fee_of_lines_without_a_price_any_more_is_shared_by_what_they_were_sold_for(life):
    full = {"amount": 36000, "treatment": RETROSPECTIVE, "day": "2025-03-10"}
    fee = {**CANCEL, "obligation": -1, "order": 100, "amount": 300, "day": "2025-08-01"}
    assert life([{}, {"stated": 24000}], [fee], [full], **STATED).prices == [100, 200]
