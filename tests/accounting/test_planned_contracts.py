"""What a plan makes of a book before anything is earned: the order of its lines, what each may be billed in all, and
the price of what an invoice line promises by itself.

Lines are of 300.00, ``even``, January to March 2025.
"""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.book import Changes, Progress
from revrec.accounting.calendar import parse_day
from revrec.accounting.columns import NO_AMOUNT, NO_DAY, NONE
from revrec.accounting.planning import USAGE_ROOM, in_line_order, plan_contracts, prepare_contracts
from revrec.accounting.policy import Policy
from revrec.accounting.schedule import position
from revrec.accounting.terms import ChangeKind, CreditTreatment, HoldReason, Method, Trigger

UNIT = 10**6


def column(*values):
    return np.array(values, dtype=np.int64)


@pytest.fixture
def lines(book, line):
    def of(*given, bills=(), **contract):
        names = {name for one in given for name in one}
        usual = {
            "method": int(Method.EVEN), "order_rank": 0, "line_rank": 0, "quantity_e6": UNIT, "own": 0,
            "trigger": int(Trigger.AUTO), "cancelled_from": NO_DAY, "fee": 0, "ssp_low": NO_AMOUNT,
        }  # fmt: skip
        kept = {name: value for name, value in usual.items() if name in names}
        rows = [line(**{"id": 11 + n, **kept, **one}) for n, one in enumerate(given)]
        return book(rows, _full(bills), **contract)

    return of


def _full(bills):
    names = {name for one in bills for name in one}
    usual = {"order": NONE, "obligation": NONE, "created_from": NONE, "own": NONE, "treatment": 0}
    return [{**{name: usual[name] for name in names if name in usual}, **one} for one in bills]


def change(kind, **given):
    columns = {
        "id": 1,
        "kind": int(kind),
        "day": parse_day("2025-02-01"),
        "contract": 1,
        "known": 13,
        **given,
    }
    return Changes.of(**{name: [value] for name, value in columns.items()})


# The order of lines.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"contract": 1, "ordered_day": "2025-01-09"}, {"contract": 2}),
        ({"ordered_day": "2025-01-01", "order_rank": 9}, {"ordered_day": "2025-01-02"}),
        ({"order_rank": 1, "line_rank": 9}, {"order_rank": 2}),
        ({"order_rank": 1, "id": 99}, {"order_rank": 2}),
        ({"line_rank": 1, "id": 99}, {"line_rank": 2}),
        ({"id": 20}, {"id": 21}),
    ],
)
def test_lines_stand_by_contract_day_order_line_and_number(lines, before, after):
    usual = {"contract": 1, "ordered_day": "2025-01-01", "order_rank": 0, "line_rank": 0, "id": 50}
    rows = [{**usual, **before}, {**usual, **after}]
    for given in (rows, rows[::-1]):
        found = lines(*given)
        found = replace(found, contracts=found.contracts.take(np.argsort(found.contracts.id)))
        ordered = in_line_order(found)
        assert ordered.obligations.id.tolist() == [row["id"] for row in rows]
        assert (ordered is found) == (given is rows)


def test_a_book_of_few_lines_is_in_order(lines):
    for found in (lines(), lines({})):
        assert in_line_order(found) is found


def test_a_tie_goes_to_the_later_line_however_rows_came(lines):
    """1.00 by two equal prices."""
    pair = [{"stated": 101, "ssp_low": 5, "line_rank": 1}, {"stated": 0, "ssp_low": 5, "line_rank": 2}]
    for rows in (pair, [{**row, "id": 30 - n} for n, row in enumerate(pair[::-1])]):
        prepared = prepare_contracts(lines(*rows), Policy())
        assert prepared.book.obligations.line_rank.tolist() == [1, 2]
        assert prepared.outcome.allocated.tolist() == [50, 51]


# What may be billed.


def test_a_line_may_be_billed_its_stated_price_and_usage_without_end(lines):
    found = lines(
        {}, {"stated": -500}, {"stated": 700, "method": int(Method.AS_INVOICED)}, {"stated": NO_AMOUNT}
    )
    assert prepare_contracts(found, Policy()).billable.tolist() == [30000, 0, USAGE_ROOM, 0]
    by_price = lines({"ssp_low": 1}, {"ssp_low": 3})
    assert prepare_contracts(by_price, Policy()).outcome.allocated.tolist() == [15000, 45000]
    assert prepare_contracts(by_price, Policy()).billable.tolist() == [30000, 30000]


def test_a_cancelled_line_may_be_billed_what_it_will_have_earned(lines):
    cancelled = {"cancelled_from": "2025-02-01", "fee": 500}
    found = lines({}, cancelled, {"cancelled_from": "2025-01-01", "fee": -500})
    assert prepare_contracts(found, Policy()).billable.tolist() == [30000, 10500, 0]
    by_price = lines({"ssp_low": 1}, {"ssp_low": 3, **cancelled, "fee": 0})
    assert prepare_contracts(by_price, Policy()).billable.tolist() == [30000, 15000]
    later = replace(
        lines({}, {}), changes=change(ChangeKind.CANCEL, obligation=12, end=parse_day("2025-01-31"))
    )
    assert prepare_contracts(later, Policy()).billable.tolist() == [30000, 10000]


def test_a_modified_line_may_be_billed_its_new_price(lines):
    changed = change(ChangeKind.MODIFICATION, obligation=11, amount=36000, treatment=2)
    found = replace(lines({}, {}), changes=changed)
    prepared = prepare_contracts(found, Policy(allocation="stated_price"))
    assert prepared.billable.tolist() == [36000, 30000]
    assert prepared.outcome.inception.tolist() == [30000, 30000]


# Invoice lines that are contracts of their own.


def plan(found, period="2025-03", **policy):
    return plan_contracts(found, found.calendar.index(period), Policy(**policy))


def test_an_invoice_line_promises_what_no_order_takes_of_it_and_as_much_of_its_quantity(lines, bill):
    """300.00 of 700.00 go to the order: of 7 pieces, 4 are its own contract's."""
    own = {"id": 50, "contract": 9, "order": 900, "stated": 70000, "quantity_e6": 7 * UNIT, "own": 1}
    found = lines({"stated": 30000}, own, bills=[bill(1, 70000, "2025-01-05", own=50)])
    planned = plan(found)
    assert planned.book.obligations.stated.tolist() == [30000, 40000]
    assert planned.book.obligations.quantity_e6.tolist() == [UNIT, 4 * UNIT]
    assert planned.outcome.allocated.tolist() == [30000, 40000]
    assert position(planned.outcome.plan, parse_day("2025-01-31")).target.tolist() == [10000, 13333]
    # Alone it has all; before its invoice is posted, nothing, as when an order takes all of it.
    alone = plan(lines(own, bills=[bill(1, 70000, "2025-01-05", own=50)]))
    assert alone.book.obligations.quantity_e6.tolist() == [7 * UNIT]
    assert (alone.outcome.allocated.tolist(), alone.billing.splits.amount.tolist()) == ([70000], [70000])
    early = plan(found, "2024-12")
    assert (early.outcome.allocated.tolist(), early.book.obligations.quantity_e6.tolist()) == (
        [30000, 0],
        [UNIT, 0],
    )
    taken = plan(lines({"stated": 70000}, own, bills=[bill(1, 70000, "2025-01-05", own=50)]))
    assert taken.outcome.allocated.tolist() == [70000, 0]


def test_a_line_is_its_own_contract_where_billing_says_so_or_the_line_does(lines, bill):
    own = {"id": 50, "contract": 9, "order": 900, "stated": 70000}
    bills = [bill(1, 70000, "2025-01-05", own=50), bill(2, 100, "2025-01-05", own=77)]
    prepared = prepare_contracts(lines({}, own, {"contract": 10}, bills=bills), Policy())
    assert (prepared.own.tolist(), prepared.billable.tolist()) == ([1], [30000, 0, 30000])
    marked = prepare_contracts(lines({}, {**own, "own": 1}, {"contract": 9}), Policy())
    assert (marked.own.tolist(), marked.billable.tolist()) == ([2], [30000, 30000, 0])
    assert prepare_contracts(lines({}), Policy()).own.tolist() == []


def test_a_credit_takes_nothing_from_what_an_invoice_line_promises(lines, bill):
    """Its treatment does: the price is 700.00, of which 100.00 leave what remains in February."""
    own = {"id": 50, "contract": 9, "order": 900, "stated": 70000, "own": 1}
    credit = bill(2, -10000, "2025-02-05", created_from=1, treatment=int(CreditTreatment.PROSPECTIVE))
    planned = plan(lines(own, bills=[bill(1, 70000, "2025-01-05", own=50), credit]))
    assert planned.book.obligations.stated.tolist() == [70000]
    assert planned.outcome.inception.tolist() == [70000]
    assert planned.outcome.allocated.tolist() == [60000]
    assert [row["amount"] for row in planned.credits.rows()] == [10000]


def test_a_free_invoice_line_keeps_its_quantity(lines, bill):
    own = {"id": 50, "contract": 9, "order": 900, "stated": 0, "quantity_e6": 7 * UNIT, "own": 1}
    less = {"id": 51, "contract": 9, "order": 900, "stated": 100, "quantity_e6": 7 * UNIT, "own": 1}
    bills = [bill(1, 250, "2025-01-05", own=51)]
    planned = plan(lines(own, less, bills=bills))
    assert planned.book.obligations.quantity_e6.tolist() == [7 * UNIT, 7 * UNIT]  # never more than it says
    assert planned.book.obligations.stated.tolist() == [0, 250]
    assert prepare_contracts(lines(own, less), Policy()).outcome.allocated.tolist() == [0, 100]


def test_a_cent_is_promised_as_a_fortune_is(lines, bill):
    """By itself it has all of its quantity, and where an order takes it nothing."""
    own = {"id": 50, "contract": 9, "order": 900, "stated": 1, "quantity_e6": 7 * UNIT, "own": 1}
    bills = [bill(1, 1, "2025-01-05", own=50)]
    alone = plan(lines(own, bills=bills)).book.obligations
    assert (alone.stated.tolist(), alone.quantity_e6.tolist()) == ([1], [7 * UNIT])
    taken = plan(lines({}, own, bills=bills)).book.obligations
    assert (taken.stated.tolist(), taken.quantity_e6.tolist()) == ([30000, 0], [UNIT, 0])


def test_own_contracts_share_by_what_they_hold_now(lines, bill):
    """Two lines of one invoice: an order takes half of the first, and the rest is shared by SSP and quantity."""
    own = {"contract": 9, "order": 900, "quantity_e6": 2 * UNIT, "own": 1, "ssp_low": 10000, "product": 8}
    rows = [{**own, "id": 50, "stated": 20000}, {**own, "id": 51, "stated": 20000, "line_rank": 1}]
    order = {"stated": 10000, "product": 7, "ssp_low": 10000}
    bills = [bill(1, 20000, "2025-01-05", own=50), bill(1, 20000, "2025-01-05", line=2, product=9, own=51)]
    planned = plan(lines(order, *rows, bills=bills))
    assert planned.book.obligations.stated.tolist() == [10000, 10000, 20000]
    assert planned.outcome.allocated.tolist() == [10000, 10000, 20000]
    assert planned.outcome.weight.tolist()[2] == 2 * planned.outcome.weight.tolist()[1]
    assert planned.reason.tolist() == [NONE] * 3


def test_what_waits_is_said_of_own_contracts_as_well(lines, bill):
    own = {"id": 50, "contract": 9, "order": 900, "stated": NO_AMOUNT, "own": 1, "end": NO_DAY}
    planned = plan(lines({"end": NO_DAY}, own, bills=[bill(1, 70000, "2025-01-05", own=50)]))
    assert planned.reason.tolist() == [HoldReason.MISSING_DATES] * 2


# What billing changes of contracts.


def test_the_first_invoice_and_treated_credits_are_what_billing_changes(lines, bill):
    trigger = {"method": int(Method.POINT_IN_TIME), "trigger": int(Trigger.INVOICE)}
    bills = [
        bill(1, 30000, "2025-02-05", order=100, obligation=12),
        bill(2, -6000, "2025-03-05", order=100, obligation=11, treatment=int(CreditTreatment.PROSPECTIVE)),
    ]
    found = lines({}, trigger, bills=bills)
    for period, targets in (
        ("2025-01", [10000, 0]),
        ("2025-02", [20000, 30000]),
        ("2025-03", [24000, 30000]),
    ):
        planned = plan(found, period)
        day = int(found.calendar.ends[found.calendar.index(period)])
        assert position(planned.outcome.plan, day).target.tolist() == targets
        assert len(planned.credits) == (period == "2025-03")
        assert planned.contract_of.tolist() == [0, 0]
    plain = lines({}, bills=[bill(1, 30000, "2025-02-05", order=100)])
    prepared = prepare_contracts(plain, Policy())
    assert plan_contracts(plain, 13, Policy(), prepared).outcome is prepared.outcome
    assert prepared.with_credits == {}


def test_deliveries_are_read_in_every_plan(lines, bill):
    """Two of four pieces, with and without anything that billing changes."""
    units = {"method": int(Method.UNITS), "quantity_e6": 4 * UNIT}
    trigger = {"method": int(Method.POINT_IN_TIME), "trigger": int(Trigger.INVOICE)}
    bills = [bill(1, 30000, "2025-02-05", order=100, obligation=12)]
    own = {"own": 1, "contract": 9, "order": 900, "stated": 0}
    for rows in ([units], [units, trigger], [units, {}, own]):
        found = lines(*rows, bills=bills)
        day = parse_day("2025-02-10")
        found = replace(found, progress=Progress.of(obligation=[11], day=[day], value=[2 * UNIT]))
        log = prepare_contracts(found, Policy()).outcome.plan.log
        assert log.rows() == [{"key": 0, "day": day, "value": 2 * UNIT}]
        assert position(plan(found).outcome.plan, day).target.tolist()[0] == 15000


def test_what_a_close_saw_is_kept_by_what_it_saw(lines, bill):
    trigger = {"method": int(Method.POINT_IN_TIME), "trigger": int(Trigger.INVOICE)}
    found = lines(trigger, bills=[bill(1, 30000, "2025-02-05", order=100)])
    prepared = prepare_contracts(found, Policy())
    january, february, march = (plan_contracts(found, at, Policy(), prepared).outcome for at in (12, 13, 14))
    assert february is march is not january
    assert len(prepared.with_credits) == 2
    # Own contracts are priced anew in each close, and nothing of them is kept.
    own = lines({"own": 1, "stated": 700}, bills=[bill(1, 700, "2025-02-05", own=11)])
    prepared = prepare_contracts(own, Policy())
    amounts = [plan_contracts(own, at, Policy(), prepared).outcome.allocated.tolist() for at in (12, 13)]
    assert (amounts, prepared.with_credits) == ([[0], [700]], {})


def test_what_is_booked_is_that_of_the_book_that_is_planned(lines, bill):
    """Also with what was worked out of the same facts before anything was booked."""
    found = lines({}, bills=[bill(1, 30000, "2025-02-05", order=100)])
    prepared = prepare_contracts(found, Policy())
    first = plan_contracts(found, 13, Policy(), prepared)
    booked = replace(found, prior=replace(found.prior, splits=first.billing.moved))
    assert len(plan_contracts(booked, 14, Policy(), prepared).billing.moved) == 0
    assert len(plan_contracts(found, 14, Policy(), prepared).billing.moved) == 1
