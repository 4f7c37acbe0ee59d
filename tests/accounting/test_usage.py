"""Usage earned as it is invoiced: what is billed of periods that have ended, and what is delivered and not billed.

Calls at 0.50 each: 100.00 are stated for 200 of them, unless the line says otherwise.
"""

import numpy as np
import pytest

from revrec.accounting.book import PriorSplits, Progress
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE
from revrec.accounting.inception import progress_log
from revrec.accounting.terms import AccountType, Method
from revrec.accounting.usage import usage_earned

UNIT = 10**6
CALLS = {"method": int(Method.AS_INVOICED), "stated": 10000, "quantity_e6": 200 * UNIT}


def bill(amount, through, since=None, obligation=11):
    return {
        "amount": amount,
        "service_day": parse_day(through),
        "service_start": parse_day(since) if since else NO_DAY,
        "obligation": obligation,
    }


def log(*entries, obligation=11):
    """Cumulative quantities by day."""
    return [(obligation, day, quantity) for day, quantity in entries]


@pytest.fixture
def earned(book, line):
    """What the lines have earned on days, ids from 11: bills, then the log of all."""

    def of(lines, bills, progress, *days):
        rows = [line(**{"id": 11 + n, **CALLS, **given}) for n, given in enumerate(lines)]
        usual = {"document": 1, "line": 1, "contract": 1, "customer": 5, "subsidiary": 1, "currency": 0,
                 "account": 4000, "account_type": AccountType.INCOME, "period": 12}  # fmt: skip
        full = [{**usual, "base_amount": given["amount"], **given} for given in bills]
        splits = (
            PriorSplits.of(**{n: [row[n] for row in full] for n in full[0]}) if full else PriorSplits.empty()
        )
        entries = Progress.of(
            obligation=[number for number, _, _ in progress],
            day=[parse_day(day) for _, day, _ in progress],
            value=[quantity * UNIT for _, _, quantity in progress],
        )
        found = book(rows, [])
        object.__setattr__(found, "progress", entries)
        amounts = [usage_earned(found, splits, progress_log(found), parse_day(day)) for day in days]
        assert all(amount.dtype == np.int64 for amount in amounts)
        return [amount.tolist() if len(lines) > 1 else amount.tolist()[0] for amount in amounts]

    return of


MONTHS = log(("2025-01-31", 10), ("2025-02-28", 30), ("2025-03-31", 60))


def test_usage_that_nothing_bills_is_accrued_at_its_rate(earned):
    assert earned([{}], [], MONTHS, "2025-01-30", "2025-01-31", "2025-02-28", "2025-04-30") == [
        0,
        500,
        1500,
        3000,
    ]
    both = [*MONTHS, *log(("2025-01-31", 10), obligation=12)]
    assert earned([{"stated": 0}, {"stated": NO_AMOUNT}], [], both, "2025-03-31") == [[0, 0]]
    assert earned([{}, {"stated": NO_AMOUNT, "quantity_e6": 1}], [], both, "2025-01-31") == [[500, 0]]
    assert earned([{"quantity_e6": 0, "stated": 1}], [], log(("2025-01-31", 2)), "2025-01-31") == [2 * UNIT]
    assert earned([{"quantity_e6": 3 * UNIT, "stated": 100}], [], log(("2025-01-31", 2)), "2025-01-31") == [
        67
    ]


def test_what_is_billed_of_a_period_that_has_ended_is_earned_and_not_accrued(earned):
    january = bill(700, "2025-01-31", "2025-01-01")
    assert earned([{}], [january], MONTHS, "2025-01-30", "2025-01-31", "2025-02-28") == [0, 700, 700 + 1000]
    # Without its first day it bills all that was not billed by then.
    february = bill(1700, "2025-02-28")
    assert earned([{}], [february], MONTHS, "2025-01-31", "2025-02-28", "2025-03-31") == [
        500,
        1700,
        1700 + 1500,
    ]


def test_bills_come_in_any_order_and_leave_open_what_none_of_them_holds(earned):
    march, january = bill(1600, "2025-03-31", "2025-03-01"), bill(700, "2025-01-31", "2025-01-01")
    for bills in ([march, january], [january, march]):
        assert earned([{}], bills, MONTHS, "2025-03-31") == [700 + 1600 + 1000]
    assert earned([{}], [march], MONTHS, "2025-02-28", "2025-03-31") == [1500, 1500 + 1600]


def test_days_that_two_bills_name_are_billed_once(earned):
    """January and February, then February and March: nothing is left to accrue, and nothing twice."""
    first, second = bill(1500, "2025-02-28", "2025-01-01"), bill(2500, "2025-03-31", "2025-02-01")
    inside = bill(300, "2025-02-10", "2025-01-20")
    assert earned([{}], [first, second], MONTHS, "2025-03-31") == [4000]
    assert earned([{}], [second, inside, first], MONTHS, "2025-03-31") == [4300]
    later = log(*[("2025-01-31", 10), ("2025-02-28", 30), ("2025-03-31", 60), ("2025-04-10", 70)])
    assert earned([{}], [first, inside, bill(9, "2025-03-31", "2025-02-28")], later, "2025-04-30") == [
        1500 + 300 + 9 + 500
    ]
    # One that ends first and begins later takes nothing from one around it.
    around = bill(1500, "2025-03-31", "2025-01-01")
    early = log(("2025-01-10", 10), ("2025-03-20", 30))
    assert earned([{}], [around, inside], early, "2025-03-31") == [1800]
    # Each goes on where all before it end, and one of a single day is one.
    chain = [bill(1, last, first) for first, last in (
        ("2025-01-01", "2025-01-10"), ("2025-01-05", "2025-02-10"), ("2025-02-01", "2025-02-20"),
        ("2025-02-21", "2025-02-21"), ("2025-02-21", "2025-02-23"),
    )]  # fmt: skip
    daily = log(*[(f"2025-02-{day:02d}", day) for day in range(1, 26)])
    for bills in (chain, chain[::-1]):
        assert earned([{}], bills, daily, "2025-02-25") == [5 + 100]
    # A day between them is nobody's.
    march = bill(2500, "2025-03-31", "2025-03-02")
    daily = log(("2025-02-28", 30), ("2025-03-01", 32), ("2025-03-02", 33))
    assert earned([{}], [first, march], daily, "2025-03-31") == [4000 + 100]
    assert earned([{}], [first, bill(2500, "2025-03-31", "2025-03-01")], daily, "2025-03-31") == [4000]


def test_the_days_of_one_line_are_not_those_of_another(earned):
    lines = [{}, {"method": int(Method.EVEN)}, {}]
    logs = [*MONTHS, *log(("2025-01-31", 4), ("2025-02-28", 8), obligation=13)]
    bills = [
        bill(700, "2025-02-28", "2025-01-01"),
        bill(90, "2025-01-31", "2025-01-01", obligation=13),
        bill(5000, "2025-01-31", obligation=12),
        bill(5000, "2025-01-31", obligation=NONE),
        bill(5000, "2025-01-31", obligation=99),
    ]
    for rows in (bills, bills[::-1]):
        assert earned(lines, rows, logs, "2025-02-28") == [[700, 0, 90 + 200]]


def test_days_are_told_apart_line_by_line(earned):
    """The first line is billed to the end of March; the second for the first day, and the next, and days of both."""
    logs = [
        *log(("2025-01-02", 10)),
        *log(("2025-01-01", 1), ("2025-01-02", 4), ("2025-01-04", 8), obligation=12),
    ]
    long = bill(1, "2025-03-31", "2025-01-02")
    days = [("2025-01-01", "2025-01-01"), ("2025-01-02", "2025-01-02"), ("2025-01-02", "2025-01-04")]
    second = [bill(1, last, first, obligation=12) for first, last in days]
    for bills in ([long, *second], [*second, long]):
        assert earned([{}, {}], bills, logs, "2025-03-31") == [[1, 3]]
    # Bills of two lines by turns: those of one are no limit of the other. Ten more of each in April are open.
    more = [*logs, *log(("2025-04-05", 20)), *log(("2025-04-05", 18), obligation=12)]
    turns = [
        bill(1, "2025-02-28", "2025-01-01"),
        bill(1, "2025-01-03", "2025-01-02", obligation=12),
        bill(1, "2025-03-31", "2025-01-02"),
        bill(1, "2025-01-04", "2025-01-03", obligation=12),
        bill(1, "2025-01-04", "2025-01-02", obligation=12),
    ]
    assert earned([{}, {}], turns, more, "2025-03-31", "2025-04-30") == [[2, 3 + 50], [2 + 500, 3 + 50 + 500]]


def test_what_is_credited_lowers_what_is_billed_and_is_not_accrued_again(earned):
    bills = [bill(700, "2025-01-31", "2025-01-01"), bill(-300, "2025-01-31", "2025-01-01")]
    assert earned([{}], bills, MONTHS, "2025-01-31", "2025-02-28") == [400, 400 + 1000]
    assert earned([{}], bills[1:], MONTHS, "2025-01-31") == [500 - 300]
    assert earned([{}], [bill(1, "2025-01-31", "2025-01-01")], MONTHS, "2025-01-31") == [1]


def test_more_billed_than_was_delivered_accrues_nothing_below_zero(earned):
    """Returned after it was billed: what is open is nothing, not less."""
    returned = log(("2025-01-31", 10), ("2025-02-03", 6), ("2025-03-03", 12))
    bills = [bill(700, "2025-01-31", "2025-01-01")]
    assert earned([{}], bills, returned, "2025-02-28", "2025-03-31") == [700, 700 + 100]
    dear = {"stated": 10**12, "quantity_e6": UNIT}
    assert earned([dear], bills, returned, "2025-02-28") == [700]


def test_nothing_is_earned_before_the_order(earned):
    january = [bill(700, "2025-01-31", "2025-01-01")]
    ordered = {"ordered_day": parse_day("2025-02-15")}
    assert earned([ordered], january, MONTHS, "2025-02-14", "2025-02-15") == [0, 700]


def test_without_usage_nothing_is_earned_of_it(earned):
    lines = [{"method": int(Method.EVEN)}, {"method": int(Method.UNITS)}]
    assert earned(lines, [bill(700, "2025-01-31")], MONTHS, "2025-03-31") == [[0, 0]]


@pytest.mark.parametrize(("billed", "total"), [(0, 3), (-1, 2), (-2, 1), (-3, -1), (-10, -8), (5, 8)])
def test_the_running_total_is_rounded_half_away_from_zero(earned, billed, total):
    """Five of two for one cent each: 2.5 are accrued, and what is billed or credited beside them is whole."""
    half = {"stated": 1, "quantity_e6": 2 * UNIT}
    bills = [bill(billed, "2025-01-31")] if billed < 0 else [bill(billed, "2025-01-01", "2025-01-01")]
    assert earned([half], bills, log(("2025-01-31", 5)), "2025-01-31") == [total]
