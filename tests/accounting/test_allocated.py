"""What a close gives back of prices is enough to work every booked number out again."""

from dataclasses import replace

import pytest

from revrec.accounting.book import Changes, Progress
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE
from revrec.accounting.money import share
from revrec.accounting.terms import (
    AllocationFlag,
    ChangeKind,
    CreditTreatment,
    Method,
    SspPer,
    Treatment,
    Trigger,
)

YEAR = {"start": "2025-01-01", "end": "2025-12-31", "method": Method.DAILY, "stated": 120_000}


def change(kind, day, **given):
    columns = {"id": 5, "kind": int(kind), "day": parse_day(day), "contract": 1, **given}
    columns.setdefault("known", 12 + int(day[5:7]) - 1)  # the calendar begins with 2024
    return Changes.of(**{name: [value] for name, value in columns.items()})


def only(table):
    (row,) = table.rows()
    return row


def worked_out(allocation, booked, through):
    """The running total from what was given back."""
    n, d = booked["fraction_numerator"], booked["fraction_denominator"]
    lump = allocation["lump"] if allocation["lump_day"] <= parse_day(through) else 0
    return allocation["fixed"] + share(allocation["rest"], n, d) + lump


def test_an_obligation_that_nothing_changed_runs_on_the_leg_of_its_inception(book, line, close, policy):
    result, _ = close(book([line(**YEAR, order_version=3)], []), "2025-01", policy)
    a, b = only(result.allocations), only(result.booked)
    assert (a["method"], a["trigger"], a["order_version"], a["added_by"]) == (Method.DAILY, NONE, 3, NONE)
    assert (a["starts"], a["ends"]) == (parse_day("2025-01-01"), parse_day("2025-12-31"))
    assert (a["price"], a["stated"], a["inception"], a["allocated"]) == (120_000,) * 4
    assert (a["fixed"], a["leg_from"], a["rest"], a["lump"], a["lump_day"]) == (0, NO_DAY, 120_000, 0, NO_DAY)
    assert (b["fraction_numerator"], b["fraction_denominator"]) == (31, 365)
    assert worked_out(a, b, "2025-01-31") == b["target"] == 10_192


def test_after_a_prospective_modification_the_rest_runs_on_a_leg_of_its_own(book, line, close, policy):
    b = book([line(**YEAR)], [])
    modified = replace(
        b,
        changes=change(
            ChangeKind.MODIFICATION,
            "2025-07-01",
            obligation=11,
            treatment=int(Treatment.PROSPECTIVE),
            amount=150_000,
            quantity_e6=3_000_000,
        ),
    )
    for period in ("2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06"):
        _, b = close(b, period, policy)
    july, _ = close(replace(modified, prior=b.prior), "2025-07", policy)
    a, booked = only(july.allocations), only(july.booked)
    assert (a["fixed"], a["rest"], a["leg_from"]) == (59_507, 90_493, parse_day("2025-07-01"))
    assert (a["price"], a["stated"], a["allocated"], a["quantity_e6"]) == (
        120_000,
        150_000,
        150_000,
        3_000_000,
    )
    assert (booked["fraction_numerator"], booked["fraction_denominator"]) == (31, 184)
    assert worked_out(a, booked, "2025-07-31") == booked["target"] == 59_507 + 15_246


def test_a_cancellation_says_when_it_stops_and_what_fee_it_earns(book, line, close, policy):
    b = book([line(**YEAR)], [])
    cancelled = change(ChangeKind.CANCEL, "2025-03-11", order=100, end=parse_day("2025-03-10"), amount=5_000)
    for period in ("2025-01", "2025-02"):
        _, b = close(b, period, policy)
    march, _ = close(replace(b, changes=cancelled), "2025-03", policy)
    a, booked = only(march.allocations), only(march.booked)
    assert (a["stops"], a["lump"], a["lump_day"]) == (parse_day("2025-03-10"), 5_000, parse_day("2025-03-11"))
    assert worked_out(a, booked, "2025-03-31") == booked["target"] == 22_685 + 5_000 == a["allocated"]


@pytest.mark.parametrize(
    ("stated", "used", "flags"),
    [
        (110_000, 110_000, 0),
        (90_000, 100_000, AllocationFlag.OUTSIDE_RANGE),
        (10**6, 120_000, AllocationFlag.OUTSIDE_RANGE),
    ],
)
def test_the_price_of_a_unit_is_the_one_that_was_used_of_its_range(
    book, line, close, policy, stated, used, flags
):
    ranged = {"ssp_low": 100_000, "ssp_high": 120_000, "ssp_per": SspPer.EACH}
    point = {"ssp_low": 50_000, "ssp_high": NO_AMOUNT, "ssp_per": SspPer.EACH}
    b = book([line(**{**YEAR, "stated": stated}, **ranged), line(id=12, **YEAR, **point)], [])
    result, _ = close(b, "2025-01", policy)
    one, other = result.allocations.rows()
    assert (one["ssp"], one["flags"], other["ssp"]) == (used, flags, 50_000)
    price = stated + 120_000
    assert one["inception"] == share(price, one["weight"], one["weight"] + other["weight"])
    assert one["inception"] + other["inception"] == price


def test_without_a_stand_alone_price_none_is_given_back(book, line, close, policy):
    result, _ = close(book([line(**YEAR)], []), "2025-01", policy)
    a = only(result.allocations)
    assert (a["ssp"], a["flags"]) == (NO_AMOUNT, AllocationFlag.MISSING_SSP)
    stated, _ = close(
        book([line(**YEAR, ssp_low=5)], []), "2025-01", replace(policy, allocation="stated_price")
    )
    assert only(stated.allocations)["ssp"] == NO_AMOUNT


def test_a_point_in_time_says_its_trigger(book, line, close, policy):
    b = book([line(method=Method.POINT_IN_TIME, trigger=Trigger.AUTO)], [])
    result, _ = close(b, "2025-01", policy)
    assert only(result.allocations)["trigger"] == Trigger.START


def test_what_was_returned_after_a_modification_is_fixed_no_more(book, line, close, policy):
    """4 of 10 pieces of 100.00 are fixed in April, when 300.00 more come for the other six; two come back."""
    pieces = book([line(method=int(Method.UNITS), stated=100_000, quantity_e6=10 * 10**6)], [])
    delivered = Progress.of(
        obligation=11,
        day=[parse_day("2025-03-10"), parse_day("2025-04-20")],
        value=[4 * 10**6, 2 * 10**6],
    )
    b = replace(pieces, progress=delivered.take(delivered.value == 4 * 10**6))
    for period in ("2025-01", "2025-02", "2025-03"):
        _, b = close(b, period, policy)
    more = change(
        ChangeKind.MODIFICATION,
        "2025-04-01",
        obligation=11,
        treatment=int(Treatment.PROSPECTIVE),
        amount=130_000,
    )
    for progress, fixed in ((b.progress, 40_000), (delivered, 20_000)):
        april, _ = close(replace(b, changes=more, progress=progress), "2025-04", policy)
        a = only(april.allocations)
        assert (a["fixed"], a["rest"], a["allocated"]) == (fixed, 90_000, 130_000)
    booked = only(april.booked)
    assert worked_out(a, booked, "2025-04-30") == booked["target"] == 20_000


def test_a_fee_begins_a_leg_where_an_earlier_credit_was_a_lump_and_nowhere_else(
    book, line, bill, close, policy
):
    """Line 11 was credited 60.00 at once in February; the order is cancelled in April, for a fee of 90.00."""
    half = {"stated": 60_000, "end": "2025-06-30"}
    at_once = {"treatment": int(CreditTreatment.IMMEDIATE)}
    bills = [
        bill(1, 120_000, "2025-01-05", order=100, treatment=NONE, obligation=NONE),
        bill(2, -6_000, "2025-02-10", order=100, obligation=11, **at_once),
        bill(3, -6_000, "2025-02-10", order=200, obligation=13, **at_once),
    ]
    b = book([line(**half), line(id=12, **half), line(id=13, contract=2, order=200, **half)], bills)
    fee = change(
        ChangeKind.CANCEL,
        "2025-04-10",
        order=100,
        obligation=NONE,
        amount=9_000,
        end=parse_day("2025-04-30"),
    )
    april, _ = close(replace(b, changes=fee), "2025-04", replace(policy, allocation="stated_price"))
    found = [
        (row["obligation"], row["leg_from"], row["fixed"], row["lump"]) for row in april.allocations.rows()
    ]
    assert found == [
        (11, parse_day("2025-04-10"), -6_000, 4_500),
        (12, NO_DAY, 0, 4_500),
        (13, NO_DAY, 0, -6_000),
    ]
