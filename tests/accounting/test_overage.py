"""What is delivered beyond the promise of units: how much it is, and when it is earned.

300.00 for 100 pieces in contract 1, ids from 11, unless a line says otherwise.
"""

import numpy as np
import pytest

from revrec.accounting.book import PriorSplits
from revrec.accounting.calendar import month_calendar, parse_day
from revrec.accounting.columns import NO_DAY, NONE
from revrec.accounting.inception import contract_rows
from revrec.accounting.overage import overage_e6, overage_earned
from revrec.accounting.recognition import ProgressLog
from revrec.accounting.schedule import Legs, Plan
from revrec.accounting.terms import AccountType, Method
from tests.accounting.scenario_bills import bill, order, replay

UNITS, EVEN = int(Method.UNITS), int(Method.EVEN)
DAY = parse_day("2025-03-31")


def column(*values):
    return np.array(values, dtype=np.int64)


# How much.


def beyond(legs, log, methods=(UNITS,), day=DAY):
    """``legs``: row, from day, promised, stop day; ``log``: row, day, delivered."""
    made = Legs.of(
        row=[leg[0] for leg in legs],
        from_day=[parse_day(leg[1]) for leg in legs],
        rest=0,
        method=[methods[leg[0]] for leg in legs],
        whole=[leg[2] for leg in legs],
        stop_day=[parse_day(leg[3]) if len(leg) > 3 else NO_DAY for leg in legs],
    )
    entries = ProgressLog.of(
        key=[row for row, _, _ in log],
        day=[parse_day(when) for _, when, _ in log],
        value=[value for _, _, value in log],
    )
    plan = Plan(made, len(methods), month_calendar("2025-01", "2025-12"), entries)
    found = overage_e6(plan, column(*methods), day)
    assert found.dtype == np.int64
    return found.tolist()


ORDERED = (0, "2025-01-01", 100)


def test_overage_is_what_is_delivered_beyond_the_promise():
    for delivered, over in ((99, 0), (100, 0), (101, 1), (250, 150)):
        assert beyond([ORDERED], [(0, "2025-02-01", delivered)]) == [over]
    assert beyond([ORDERED], []) == [0]
    assert beyond([ORDERED], [(0, "2025-03-31", 130), (0, "2025-04-01", 140)]) == [30]
    assert beyond([ORDERED], [(0, "2025-02-01", 130), (0, "2025-03-01", 90)]) == [0]  # returned


def test_only_units_have_overage():
    rows = [(0, "2025-01-01", 100), (1, "2025-01-01", 100), (2, "2025-01-01", 100)]
    log = [(row, "2025-02-01", 110 + row) for row in range(3)]
    assert beyond(rows, log, (UNITS, EVEN, UNITS)) == [10, 0, 12]
    assert beyond(rows, log, (EVEN, EVEN, EVEN)) == [0, 0, 0]


def test_the_promise_is_that_of_the_newest_leg_that_has_begun():
    later = [(0, "2025-03-31", 120), (0, "2025-04-01", 200)]
    log = [(0, "2025-02-01", 150)]
    for rows in ([ORDERED, *later], [*later[::-1], ORDERED]):
        assert beyond(rows, log) == [30]
    assert beyond([ORDERED, later[1]], log) == [50]
    # Of legs that begin on one day the later row.
    assert beyond([ORDERED, (0, "2025-03-01", 130), (0, "2025-03-01", 110)], log) == [40]
    two = [(1, "2025-01-01", 100), (0, "2025-02-01", 90), (0, "2025-01-01", 100)]
    assert beyond(two, [*log, (1, "2025-01-05", 101)], (UNITS, UNITS)) == [60, 1]


def test_what_has_not_begun_or_is_cancelled_has_none():
    log = [(row, "2025-01-01", 150) for row in range(3)]
    rows = [(0, "2025-04-01", 100), (1, "2025-01-01", 100, "2025-06-30"), (2, "2025-01-01", 100)]
    assert beyond(rows, log, (UNITS,) * 3) == [0, 0, 50]


# What is earned of it.


@pytest.fixture
def earned(book, line):
    """What overage earns: lines with their overage, billing, and what contracts will have earned without it."""

    def of(lines, bills, day="2025-03-31"):
        usual = {"method": UNITS, "stated": 30000, "line_rank": 0, "contract": 1}
        rows = [line(**{"id": 11 + n, **usual, **{k: v for k, v in given.items() if k not in ("over", "price")}})
                for n, given in enumerate(lines)]  # fmt: skip
        found = book(rows, [])
        split = {
            "document": 1, "line": 1, "contract": 1, "obligation": 11, "customer": 5, "subsidiary": 1, "currency": 0,
            "amount": 0, "account": 4000, "account_type": AccountType.INCOME, "period": 12, "service_day": "2025-03-31",
        }  # fmt: skip
        made = [{**split, **given} for given in bills]
        for row in made:
            row["base_amount"], row["service_day"] = row["amount"], parse_day(row["service_day"])
        splits = (
            PriorSplits.of(**{n: [row[n] for row in made] for n in made[0]}) if made else PriorSplits.empty()
        )
        o = found.obligations
        amount = overage_earned(
            found,
            column(*[given.get("over", 0) for given in lines]),
            contract_rows(found),
            splits,
            o.stated,
            column(*[given.get("price", given.get("stated", 30000)) for given in lines]),
            parse_day(day),
        )
        assert amount.dtype == np.int64
        return amount.tolist()

    return of


OVER = {"over": 5}


def billed(amount, **given):
    return {"amount": amount, **given}


def test_what_bills_a_line_beyond_its_price_is_earned_as_soon_as_there_is_overage(earned):
    assert earned([OVER], [billed(30000)]) == [0]
    assert earned([OVER], [billed(30001)]) == [1]
    assert earned([OVER], [billed(20000), billed(15000), billed(-1000)]) == [4000]
    assert earned([{}], [billed(40000)]) == [0]  # nothing is beyond the promise yet
    assert earned([OVER], []) == [0]


def test_billing_counts_from_its_day_on(earned):
    assert earned([OVER], [billed(40000)], "2025-03-30") == [0]
    assert earned([OVER], [billed(40000)], "2025-03-31") == [10000]


def test_no_more_is_earned_than_the_contract_is_billed_beyond_its_price(earned):
    """Another line that is not billed yet, or will earn more than it was sold for, has its own first."""
    other = {"method": EVEN, "stated": 8000}
    assert earned([OVER, other], [billed(40000)]) == [2000, 0]
    assert earned([OVER, {**other, "price": 9500}], [billed(40000)]) == [500, 0]
    assert earned([OVER, {**other, "stated": 10000}], [billed(40000)]) == [0, 0]
    assert earned([OVER, {**other, "stated": 20000}], [billed(40000)]) == [0, 0]
    whole = billed(3000, obligation=NONE)
    assert earned([OVER, other], [billed(40000), whole]) == [5000, 0]
    # Another contract's billing and price are its own.
    second = {**other, "contract": 2}
    assert earned([OVER, second], [billed(40000), billed(9000, contract=2, obligation=12)]) == [10000, 0]
    assert earned([OVER, {**OVER, "contract": 2}], [billed(31000), billed(32000, contract=2, obligation=12)]) == [
        1000, 2000,
    ]  # fmt: skip


def test_two_lines_of_one_contract_take_what_is_there_by_their_rank(earned):
    lines = [{**OVER, "line_rank": 2}, {**OVER, "line_rank": 1}, {"method": EVEN, "stated": 4000}]
    bills = [billed(33000), billed(32000, obligation=12)]
    assert earned(lines, bills) == [0, 1000, 0]
    assert earned([{**lines[0], "line_rank": 0}, *lines[1:]], bills) == [1000, 0, 0]
    assert earned([{**lines[0], "line_rank": 1}, *lines[1:]], bills) == [1000, 0, 0]
    assert earned([{**lines[0], "id": 30, "line_rank": 1}, {**lines[1], "id": 20}, lines[2]], [
        billed(33000, obligation=30), billed(32000, obligation=20),
    ]) == [0, 1000, 0]  # fmt: skip
    # One that is billed less than its price takes nothing from the other.
    assert earned(lines[:2], [billed(33000), billed(29000, obligation=12)]) == [2000, 0]
    # Lines of several contracts between them.
    spread = [{**OVER, "contract": 2}, OVER, {**OVER, "contract": 2, "line_rank": 1}]
    found = earned(spread, [
        billed(31000, contract=2), billed(35000, obligation=12), billed(32000, contract=2, obligation=13),
    ])  # fmt: skip
    assert found == [1000, 5000, 2000]
    short = [*spread, {"contract": 2, "method": EVEN, "stated": 2500}]
    found = earned(short, [
        billed(31000, contract=2), billed(35000, obligation=12), billed(32000, contract=2, obligation=13),
    ])  # fmt: skip
    assert found == [500, 5000, 0, 0]


def test_what_bills_usage_is_none_of_it(earned):
    usage = {"method": int(Method.AS_INVOICED), "price": 0}
    assert earned([OVER, usage], [billed(40000), billed(7000, obligation=12)]) == [10000, 0]
    assert earned([OVER, usage], [billed(30000), billed(7000, obligation=12)]) == [0, 0]
    assert earned([OVER, usage], [billed(31000), billed(-700, obligation=12)]) == [1000, 0]


def test_unassigned_billing_and_that_of_others_is_none_of_it(earned):
    bills = [
        billed(31000),
        billed(5000, contract=NONE, obligation=NONE),
        billed(5000, contract=8, obligation=88),
    ]
    assert earned([OVER], bills) == [1000]
    assert earned([OVER], [billed(31000), billed(700, obligation=88)]) == [1000]


# Overage that is billed late.

PIECES = {
    "line": "1", "product": "P", "quantity": "10", "amount": "1000.00", "method": "units",
    "start": "2025-01-01", "end": "2025-06-30",
}  # fmt: skip


@pytest.mark.parametrize(("delivered", "adjustment"), [("2025-01-31", "200.00"), ("2025-02-01", "0.00")])
def test_overage_that_is_billed_late_belongs_to_the_month_it_was_delivered_in(delivered, adjustment):
    """12 pieces are billed at the end of January, which is known in February."""
    at = {"type": "delivery", "order": "SO-1", "line": "1"}
    late = bill(
        "I1", "2025-01-31", {"amount": "1200.00", "for_line": "1"}, order="SO-1", recorded="2025-02-05"
    )
    answer = replay(
        order(lines=[PIECES]),
        {**at, "date": "2025-01-10", "quantity": "10"},
        {**at, "date": delivered, "quantity": "12"},
        late,
    )
    january, february = answer["schedule"]
    assert (january["amount"], february["amount"]) == ("1000.00", "200.00")
    assert february["adjustment"] == adjustment
