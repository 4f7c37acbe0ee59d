"""A forecast by hand: what is known today, spread over the periods that it will be earned in."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.book import Changes, Progress
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NONE
from revrec.accounting.forecast import forecast
from revrec.accounting.problem import Problem, blockers
from revrec.accounting.terms import ChangeKind, CreditTreatment, HoldReason, Method, Treatment, Trigger

JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE = range(12, 18)


def told(book, first, last, policy):
    """Obligation, period and amount, in order; nothing twice, nothing of zero, and each under its contract."""
    found = forecast(book, first, last, policy)
    assert blockers(found.problems) == ()
    rows = [(r["obligation"], r["period"], r["amount"]) for r in found.revenue.rows()]
    assert len({row[:2] for row in rows}) == len(rows)
    assert all(amount for _, _, amount in rows)
    contract_of = dict(zip(book.obligations.id.tolist(), book.obligations.contract.tolist(), strict=True))
    assert [r["contract"] for r in found.revenue.rows()] == [contract_of[row[0]] for row in rows]
    return sorted(rows)


def delivered(*rows, line=11):
    return Progress.of(
        obligation=[line for _ in rows], day=[parse_day(day) for day, _ in rows], value=[v for _, v in rows]
    )


UNITS = {"method": Method.UNITS, "stated": 100000, "quantity_e6": 100 * 10**6, "end": "2025-06-30"}
USAGE = {"method": Method.AS_INVOICED, "stated": 10, "quantity_e6": 10**6, "end": "2025-12-31"}


def test_each_line_is_earned_in_its_own_periods(book, line, policy):
    b = book([line(id=12, contract=2, stated=100), line(start="2025-02-01", stated=5000)], [])
    rows = [(12, JANUARY, 33), (12, FEBRUARY, 34), (12, MARCH, 33), (11, FEBRUARY, 2500), (11, MARCH, 2500)]
    assert told(b, JANUARY, JUNE, policy) == sorted(rows)
    assert told(b, FEBRUARY, FEBRUARY, policy) == [(11, FEBRUARY, 2500), (12, FEBRUARY, 67)]


def test_a_forecast_ends_with_the_calendar_and_begins_before_it_ends(book, line, policy):
    b = book([line(start="2028-11-01", end="2028-12-31", ordered_day="2028-01-01")], [])
    assert told(b, 58, 10**6, policy) == [(11, 58, 15000), (11, 59, 15000)]
    assert told(b, 59, 59, policy) == [(11, 59, 30000)]
    assert told(b, 59, 58, policy) == []


def test_a_period_outside_the_calendar_is_said(book, line, policy):
    found = forecast(book([line()], []), 60, 70, policy)
    assert found.problems == (
        Problem("no_such_period", "period 60", "The period lies outside the calendar."),
    )
    assert len(found.revenue) == 0


def test_a_book_that_cannot_be_closed_is_not_forecast(book, line, policy):
    found = forecast(book([line(), line()], []), JANUARY, MARCH, policy)
    assert [one.kind for one in found.problems] == ["given_twice"]
    assert len(found.revenue) == 0


def test_what_waits_is_not_expected(book, line, close, policy):
    held = line(id=12, contract=2, hold=int(HoldReason.BY_USER))
    b = book([{"hold": NONE, **line()}, held], [])
    assert told(b, JANUARY, JUNE, policy) == [(11, JANUARY, 10000), (11, FEBRUARY, 10000), (11, MARCH, 10000)]
    usage = {**line(**USAGE), "hold": int(HoldReason.BY_USER)}
    b = replace(book([usage], []), progress=delivered(("2025-02-10", 5 * 10**6)))
    assert told(b, JANUARY, JUNE, policy) == []


def test_a_life_that_cannot_be_computed_is_not_forecast(book, line, policy):
    wrong = Changes.of(
        id=900, kind=int(ChangeKind.MODIFICATION), day=parse_day("2025-03-05"), contract=1, obligation=11,
        treatment=int(Treatment.SEPARATE), amount=50000,
    )  # fmt: skip
    found = forecast(replace(book([line()], []), changes=wrong), JANUARY, JUNE, policy)
    assert [(one.kind, one.where) for one in found.problems] == [
        ("separate_touches_old_line", "modification 900")
    ]
    assert len(found.revenue) == 0


def test_the_first_period_catches_up_with_what_is_booked(book, line, close, policy):
    b = book([line(stated=60000, end="2025-06-30")], [])
    _, b = close(b, "2025-01", policy)
    b = replace(b, obligations=replace(b.obligations, stated=np.asarray([90000])))
    assert told(b, FEBRUARY, APRIL, policy) == [(11, FEBRUARY, 20000), (11, MARCH, 15000), (11, APRIL, 15000)]


def test_an_invoice_that_is_posted_later_earns_when_it_is_posted(book, line, bill, policy):
    once = {"method": Method.POINT_IN_TIME, "trigger": int(Trigger.INVOICE)}
    bills = [
        bill(1, 30000, "2025-03-05", order=100, obligation=11),
        bill(2, 30000, "2025-05-05", order=101, obligation=12),
    ]
    b = book([line(**once), line(id=12, contract=2, order=101, **once)], bills)
    assert told(b, JANUARY, JUNE, policy) == [(11, MARCH, 30000), (12, MAY, 30000)]
    assert told(b, JANUARY, APRIL, policy) == [(11, MARCH, 30000)]
    assert told(b, JANUARY, FEBRUARY, policy) == []
    assert told(b, JANUARY, MARCH, policy) == [(11, MARCH, 30000)]
    held = replace(b.billing, hold=np.asarray([NONE, int(HoldReason.BY_USER)]))
    assert told(replace(b, billing=held), JANUARY, JUNE, policy) == [(11, MARCH, 30000)]


def test_a_credit_that_is_posted_later_lowers_what_remains_from_then_on(book, line, bill, policy):
    """600.00 over six months, 60.00 credited in April: 100/100/100/80/80/80."""
    memo = {"treatment": int(CreditTreatment.PROSPECTIVE), "order": 100, "obligation": 11}
    bills = [
        bill(1, 60000, "2025-01-05", **{**memo, "treatment": 0}),
        bill(2, -6000, "2025-04-10", **memo),
    ]
    b = book([line(stated=60000, end="2025-06-30")], bills)
    assert [amount for _, _, amount in told(b, JANUARY, JUNE, policy)] == [10000] * 3 + [8000] * 3


def test_usage_is_expected_when_it_is_delivered_and_when_it_is_billed(book, line, bill, policy):
    used = delivered(("2025-01-20", 5 * 10**6), ("2025-03-10", 12 * 10**6))
    b = replace(book([line(**USAGE)], []), progress=used)
    for last in (MARCH, APRIL, JUNE):
        assert told(b, JANUARY, last, policy) == [(11, JANUARY, 50), (11, MARCH, 70)]
    # A bill of 0.80 for all usage through February takes the place of what January accrued, when it is posted.
    bills = [bill(1, 80, "2025-03-05", order=100, obligation=11, service_end="2025-02-28")]
    b = replace(book([line(**USAGE)], bills), progress=used)
    assert told(b, JANUARY, JUNE, policy) == [(11, JANUARY, 50), (11, MARCH, 100)]
    # Posted in January already, it is earned once February, its usage period, has ended.
    bills = [bill(1, 80, "2025-01-05", order=100, obligation=11, service_end="2025-02-28")]
    b = replace(book([line(**USAGE)], bills), progress=used)
    assert told(b, JANUARY, JUNE, policy) == [(11, JANUARY, 50), (11, FEBRUARY, 30), (11, MARCH, 70)]


def test_a_fee_on_a_usage_line_is_one_row_with_its_usage(book, line, policy):
    fee = Changes.of(
        id=900, kind=int(ChangeKind.CANCEL), day=parse_day("2025-03-05"), contract=1, obligation=11,
        end=parse_day("2025-03-31"), amount=500,
    )  # fmt: skip
    b = replace(book([line(**USAGE)], []), changes=fee, progress=delivered(("2025-03-02", 5 * 10**6)))
    assert told(b, JANUARY, JUNE, policy) == told(b, FEBRUARY, MARCH, policy) == [(11, MARCH, 550)]
    # Usage that is taken back and comes to as much as the fee leaves nothing to expect.
    back = delivered(("2025-01-20", 50 * 10**6), ("2025-03-02", 0))
    assert told(replace(b, progress=back), JANUARY, JUNE, policy) == [(11, JANUARY, 500)]
    # Lines that are earned in the same periods stay apart.
    two = replace(b, obligations=book([line(**USAGE), line(id=12, quantity_e6=10**6)], []).obligations)
    assert told(two, FEBRUARY, MARCH, policy) == [(11, MARCH, 550), (12, FEBRUARY, 20000), (12, MARCH, 10000)]


@pytest.mark.parametrize(
    ("posted", "expected"),
    [
        ("2025-01-05", [(11, JANUARY, 90000), (11, FEBRUARY, 34000)]),
        ("2025-03-10", [(11, JANUARY, 90000), (11, FEBRUARY, 10000), (11, MARCH, 24000)]),
    ],
)
def test_what_is_delivered_beyond_the_promise_is_expected_once_it_is_billed(
    book, line, bill, policy, posted, expected
):
    bills = [bill(1, 124000, posted, order=100, obligation=11)]
    progress = delivered(("2025-01-20", 90 * 10**6), ("2025-02-20", 124 * 10**6))
    b = replace(book([line(**UNITS)], bills), progress=progress)
    assert told(b, JANUARY, JUNE, policy) == expected


def test_overage_that_is_booked_is_not_expected_again_nor_taken_back(book, line, bill, close, policy):
    bills = [bill(1, 124000, "2025-01-05", order=100, obligation=11)]
    progress = delivered(("2025-01-20", 124 * 10**6), ("2025-03-20", 110 * 10**6))
    b = replace(book([line(**UNITS)], bills), progress=progress)
    result, b = close(b, "2025-01", policy)
    assert result.booked.rows()[0]["revenue"] == 124000
    assert told(b, FEBRUARY, JUNE, policy) == []
    everything_back = delivered(("2025-01-20", 124 * 10**6), ("2025-03-20", 90 * 10**6))
    assert told(replace(b, progress=everything_back), FEBRUARY, JUNE, policy) == [(11, MARCH, -34000)]


def a_bill(document, amount, day, order, **given):
    given = {"treatment": 0, "created_from": NONE, **given}
    return {"document": document, "amount": amount, "day": day, "order": order, **given}


@pytest.mark.parametrize(
    ("orders", "bills"),
    [
        (
            [{"stated": 20000, "end": "2025-06-30"}],
            [
                a_bill(0, 30000, "2025-01-20", NONE),
                a_bill(1, -20000, "2025-02-03", NONE, treatment=2, created_from=0),
                a_bill(2, 10000, "2025-02-03", 102),
            ],
        ),
        (
            [
                {"stated": 20000, "method": Method.POINT_IN_TIME},
                {"stated": 30000, "method": Method.POINT_IN_TIME, "ordered_day": "2025-02-01"},
            ],
            [
                a_bill(0, 30000, "2025-02-03", NONE),
                a_bill(1, 10000, "2025-01-20", 101),
                a_bill(2, -20000, "2025-02-03", 101, product=8, treatment=4, created_from=0),
            ],
        ),
    ],
)
def test_billing_that_finds_another_place_in_a_later_close_is_forecast_as_the_closes_book_it(
    book, line, bill, close, policy, orders, bills
):
    lines = [
        line(id=11 + n, contract=1 + n, order=101 + n, trigger=int(Trigger.INVOICE), **given)
        for n, given in enumerate(orders)
    ]
    b = book(lines, [bill(**{"product": 7, **row}) for row in bills])
    expected, rows = told(b, JANUARY, JUNE, policy), []
    for period in ("2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06"):
        result, b = close(b, period, policy)
        booked = zip(result.booked.obligation.tolist(), result.booked.revenue.tolist(), strict=True)
        rows += [(line, result.period, amount) for line, amount in booked if amount]
    assert expected == sorted(rows)
