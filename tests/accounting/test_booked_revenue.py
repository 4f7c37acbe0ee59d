"""What a close books of revenue: which rows, their base amounts and segments; and the days that billing gives it."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.book import PriorSplits
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NO_DAY, NONE
from revrec.accounting.earning import Earned, book_revenue, document_days, first_billed_days
from revrec.accounting.scenario import run_scenario
from revrec.accounting.schedule import Position
from revrec.accounting.terms import AccountType, Cause

DEC, JAN, FEB, MAR = 11, 12, 13, 14  # periods; the calendar begins with 2024


def column(*values):
    return np.array(values, dtype=np.int64)


def splits(*rows):
    usual = {
        "document": 1, "line": 1, "contract": 1, "obligation": 11, "customer": 5, "subsidiary": 1, "currency": 0,
        "amount": 100, "base_amount": 100, "account": 4000, "account_type": AccountType.INCOME, "segments": NONE,
        "period": JAN,
    }  # fmt: skip
    full = [{**usual, **row} for row in rows]
    return (
        PriorSplits.of(**{name: [row[name] for row in full] for name in usual})
        if full
        else PriorSplits.empty()
    )


@pytest.fixture
def booked(book, line):
    """The rows that are booked of some movements: dictionaries of what each obligation earned, ids from 11."""

    def of(*rows, billed=(), lines=None):
        usual = {"order_version": 7, "segments": NONE, "default_segments": NONE}
        given = lines or [{}] * len(rows)
        found = book([line(**{"id": 11 + n, **usual, **one}) for n, one in enumerate(given)], [])
        names = ("revenue", "adjustment", "base", "booked", "base_booked", "new_version", "booked_segments")
        values = {name: column(*[row.get(name, 0) for row in rows]) for name in names[:-1]}
        carried = column(*[row.get("booked_segments", NONE) for row in rows])
        size = len(rows)
        earned = Earned(
            Position(*[column(*range(start, start + size)) for start in (0, 10, 20, 30, 40)]),
            values["booked"] + values["revenue"],
            values["booked"],
            values["base_booked"],
            values["revenue"],
            values["adjustment"],
            column(*[Cause.LATE] * size),
            values["new_version"] != 0,
            carried,
            np.zeros(size, dtype=np.bool_),
            column(*[0] * size),
        )
        allocated = column(*range(100, 100 + size))
        return book_revenue(found, earned, values["base"], allocated, splits(*billed)).rows()

    return of


# Rows and base amounts.


def test_only_what_moved_or_is_of_a_new_version_is_booked(booked):
    rows = booked(
        {},
        {"revenue": 5},
        {"adjustment": 5},
        {"base": 5},
        {"new_version": 1},
        {"booked": 9, "base_booked": 8},
    )
    assert [row["obligation"] for row in rows] == [12, 13, 14, 15]
    assert [row["revenue"] for row in rows] == [5, 0, 0, 0]
    assert [row["current"] for row in rows] == [5, -5, 0, 0]
    assert [row["base_revenue"] for row in rows] == [0, 0, 5, 0]


def test_a_row_says_all_that_its_amounts_rest_on(booked):
    _, row = booked(
        {"revenue": 1}, {"revenue": 30, "adjustment": 10, "base": 60, "booked": 7, "base_booked": 8}
    )
    assert row == {
        "obligation": 12, "contract": 1, "order_version": 7, "allocated": 101, "fraction_numerator": 11,
        "fraction_denominator": 21, "target": 37, "revenue": 30, "adjustment": 10, "current": 20,
        "cause": Cause.LATE, "base_revenue": 60, "base_adjustment": 20, "base_target": 68, "segments": NONE,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("revenue", "adjustment", "base", "part"),
    [(30, 10, 60, 20), (30, 0, 60, 0), (30, 30, 61, 61), (-30, -10, -60, -20), (30, -10, 60, -20), (-30, 10, -60, 20),
     (3, 2, 100, 67), (1, 1, 7, 7), (-1, -1, -7, -7), (2, 1, 7, 4),
     (2**53 + 1, 2**53 + 1, 2**53 + 1, 2**53 + 1)],
)  # fmt: skip
def test_the_adjustment_has_its_part_of_the_base_amount(booked, revenue, adjustment, base, part):
    rows = booked({"revenue": revenue, "adjustment": adjustment, "base": base}, {"revenue": 4, "base": 9})
    assert [row["base_adjustment"] for row in rows] == [part, 0]
    assert [row["base_revenue"] for row in rows] == [base, 9]


def test_what_comes_to_nothing_is_adjusted_at_the_rate_of_what_was_booked(booked):
    """8.00 more of closed periods, 8.00 less of this one; where nothing was booked by its own amount."""
    earlier = {"booked": 2000, "base_booked": 500}
    taken_back = {"booked": -2000, "base_booked": -500}
    rows = booked(
        {"adjustment": 800, **earlier}, {"adjustment": -800, **earlier}, {"adjustment": 800, **taken_back},
        {"adjustment": 800}, {"revenue": 10, "adjustment": 5, "base": 10, **earlier},
    )  # fmt: skip
    assert [row["base_adjustment"] for row in rows] == [200, -200, 200, 800, 5]
    assert [row["base_revenue"] for row in rows] == [0, 0, 0, 0, 10]


@pytest.mark.parametrize(
    ("revenue", "base", "was", "in_base", "part"),
    [
        (100, 150, 10000, 11000, -10890),  # little beside its adjustment: at the 1.1 of what was booked
        (100, 150, 0, 0, -14850),  # nothing was: at its own rate
        (1, 2, 0, 0, -19800),
        (9900, 9900, 10000, 11000, -9900),  # as much as its adjustment
    ],
)
def test_revenue_of_less_than_its_adjustment_is_adjusted_at_the_rate_of_what_was_booked(
    booked, revenue, base, was, in_base, part
):
    """99.00 are taken back of closed periods, and more than that is earned in this one."""
    row = {"revenue": revenue, "adjustment": -9900, "base": base, "booked": was, "base_booked": in_base}
    assert [found["base_adjustment"] for found in booked(row)] == [part]


def test_a_price_that_takes_back_what_the_month_earns_is_adjusted_in_base_currency():
    """JPY 60,000 over six months at 0.0067; in March 40,000: 6,667 are taken back, and as much is earned."""
    line = {
        "line": "1",
        "product": "P",
        "quantity": "1",
        "start": "2025-01-01",
        "end": "2025-06-30",
        "method": "even",
    }
    order = {"type": "order", "date": "2025-01-01", "order": "S", "customer": "A", "exchange_rate": "0.0067"}
    billed = {"line": "1", "for_line": "1", "product": "P", "amount": "60000"}
    bill = {**order, "type": "invoice", "number": "I", "lines": [billed]}
    change = {"type": "modification", "date": "2025-03-05", "order": "S", "treatment": "cumulative_catch_up"}
    answer = run_scenario({
        "currency": "JPY", "base_currency": "USD", "policy": {"allocation": "stated_price"},
        "events": [{**order, "lines": [{**line, "amount": "60000"}]}, bill,
                   {**change, "lines": [{"line": "1", "amount": "40000"}]}],
    })  # fmt: skip
    (march,) = [row for row in answer["schedule"] if row["period"] == "2025-03"]
    assert (march["amount"], march["adjustment"]) == ("0", "-6667")
    assert (march["base_amount"], march["base_adjustment"]) == ("0.00", "-44.67")


# Segments.

NEW = {"revenue": 10}


def carried(booked, line, row=NEW, billed=()):
    (found,) = booked(row, billed=billed, lines=[line])
    return found["segments"]


def test_segments_are_those_of_the_order_line_else_of_billing_else_of_the_product(booked):
    line, bill = {"segments": 1, "default_segments": 3}, {"segments": 2}
    assert carried(booked, line, billed=[bill]) == 1
    assert carried(booked, {**line, "segments": NONE}, billed=[bill]) == 2
    assert carried(booked, {**line, "segments": NONE}) == 3
    assert carried(booked, {**line, "segments": NONE}, billed=[{}]) == 3
    assert carried(booked, {**line, "segments": NONE}, billed=[{"segments": 2, "obligation": NONE}]) == 3
    assert carried(booked, {}, billed=[]) == NONE


def test_of_several_billing_lines_the_first_gives_its_segments_and_each_line_has_its_own(booked):
    billed = [
        {"segments": 4, "obligation": 12},
        {"segments": 5},
        {"segments": 6},
        {"segments": 7, "obligation": 12},
    ]
    lines = [{}, {}, {"default_segments": 9}, {"segments": 8}]
    rows = booked(*[NEW] * 4, billed=[*billed, {"segments": 3, "obligation": 14}], lines=lines)
    assert [row["segments"] for row in rows] == [5, 4, 9, 8]


@pytest.mark.parametrize(
    ("revenue", "adjustment", "back"),
    [(-10, 0, True), (-10, -10, True), (-10, -4, True), (10, 0, False), (-10, -20, False), (-10, 5, False),
     (0, 0, False), (-10, 1, False), (10, 20, False), (-10, -11, False), (-1, 0, True), (-1, -1, True)],
)  # fmt: skip
def test_where_nothing_but_revenue_is_taken_back_it_keeps_what_it_was_booked_with(
    booked, revenue, adjustment, back
):
    row = {"revenue": revenue, "adjustment": adjustment, "booked_segments": 7, "new_version": 1}
    assert carried(booked, {"segments": 1}, row) == (7 if back else 1)
    assert carried(booked, {"segments": 1}, {**row, "booked_segments": NONE}) == 1


# Days of documents.


@pytest.fixture
def billed(book, line, bill):
    def of(*bills, lines=3):
        rows = [line(id=11 + n) for n in range(lines)]
        return book(rows, [bill(n + 1, 100, day, **given) for n, (day, given) in enumerate(bills)])

    return of


def days(*texts):
    return [parse_day(text) if text else NO_DAY for text in texts]


def test_a_line_is_billed_first_by_its_earliest_invoice(billed):
    found = billed(("2025-02-07", {}), ("2025-01-20", {}), ("2025-01-05", {}), ("2025-01-02", {}))
    rows = [
        {"document": 1}, {"document": 2}, {"document": 3, "obligation": 12}, {"document": 1, "obligation": 12},
        {"document": 4, "amount": -100}, {"document": 4, "obligation": NONE}, {"document": 4, "amount": 0},
    ]  # fmt: skip
    assert first_billed_days(found, splits(*rows)).tolist() == days("2025-01-20", "2025-01-05", None)
    assert first_billed_days(found, splits(*rows[4:])).tolist() == days(None, None, None)
    assert first_billed_days(found, splits({"document": 1, "amount": 1})).tolist()[0] == parse_day(
        "2025-02-07"
    )


def test_the_date_of_a_document_is_held_inside_the_period_it_was_posted_in(billed):
    found = billed(("2025-02-07", {"period": JAN}), ("2025-01-20", {"period": MAR}), ("2025-02-11", {}))
    rows = splits(*({"document": n, "obligation": 10 + n} for n in (1, 2, 3)))
    assert first_billed_days(found, rows).tolist() == days("2025-01-31", "2025-03-01", "2025-02-11")
    assert document_days(found, rows).tolist() == days("2025-02-07", "2025-01-20", "2025-02-11")


def test_what_has_no_document_here_is_of_the_last_day_of_its_period(billed):
    """Billing of before the first period, and of documents that are gone."""
    found = billed(("2025-02-07", {"line": 2}))
    rows = splits(
        {"document": 1, "line": 2},
        {"document": NONE, "period": DEC},
        {"document": 1, "line": 1, "period": FEB},
    )
    expected = days("2025-02-07", "2024-12-31", "2025-02-28")
    assert document_days(found, rows).tolist() == expected
    assert document_days(found, rows, inside_posting=True).tolist() == expected
    assert document_days(found, rows.take(column(2, 1, 0))).tolist() == expected[::-1]
    empty = replace(found, billing=found.billing.take(column()))
    assert document_days(empty, rows).tolist() == days("2025-01-31", "2024-12-31", "2025-02-28")
    assert document_days(found, splits()).tolist() == []
