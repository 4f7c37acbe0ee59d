"""What a close asks a person to look at, and what of it stops the close."""

from dataclasses import replace

import pytest

from revrec.accounting.book import Progress
from revrec.accounting.calendar import parse_day
from revrec.accounting.close import close_period
from revrec.accounting.problem import blockers
from revrec.accounting.scenario import run_scenario
from revrec.accounting.terms import CreditTreatment, HoldReason, Method

MARCH = 14  # of the calendar of these tests, which begins in January 2024


def kinds(result):
    return [p.kind for p in result.problems]


def credits_of(bill, *amounts, **given):
    return [
        bill(20 + n, -amount, "2025-02-20", order=100, created_from=1, **given)
        for n, amount in enumerate(amounts)
    ]


def test_credit_that_nobody_decided_is_listed_with_its_documents(book, line, bill, close, policy):
    b = book([line()], [bill(1, 30000, "2025-01-05", order=100), *credits_of(bill, 4000, 500)])
    january, b = close(b, "2025-01", policy)
    assert kinds(january) == []
    february, b = close(b, "2025-02", policy)
    found = [p for p in february.problems if p.kind == "undecided_credit"]
    assert [(p.where, p.blocking) for p in found] == [("document 20, 21", False)]
    # Billing fell, revenue waits.
    assert february.balances.rows()[0]["billed"] == 25500
    assert february.booked.rows()[0]["revenue"] == 10000
    march, _ = close(b, "2025-03", policy)
    assert "undecided_credit" in kinds(march)


@pytest.mark.parametrize(("limit", "blocks"), [(4500, False), (4499, True), (0, True), (None, False)])
def test_undecided_credit_blocks_above_its_limit(book, line, bill, close, policy, limit, blocks):
    b = book([line()], [bill(1, 30000, "2025-01-05", order=100), *credits_of(bill, 4000, 500)])
    _, b = close(b, "2025-01", policy)
    result = close_period(b, MARCH - 1, replace(policy, undecided_limit=limit))
    assert [p.kind for p in blockers(result.problems)] == (["undecided_credit"] if blocks else [])


def test_the_limit_holds_for_each_currency_by_itself(book, line, bill, policy):
    lines = [line(), line(id=12, contract=2, order=102)]
    bills = [
        bill(1, 30000, "2025-01-05", order=100),
        bill(2, 30000, "2025-01-05", order=102, currency=1),
        bill(20, -4000, "2025-01-20", order=100, created_from=1),
        bill(21, -4000, "2025-01-20", order=102, created_from=2, currency=1),
    ]
    b = book(lines, bills)
    b.contracts.currency[1] = b.contracts.base_currency[1] = 1
    assert blockers(close_period(b, MARCH - 2, replace(policy, undecided_limit=4000)).problems) == ()
    assert blockers(close_period(b, MARCH - 2, replace(policy, undecided_limit=3999)).problems) != ()


def test_a_decided_credit_is_no_finding(book, line, bill, close, policy):
    given = {"treatment": int(CreditTreatment.BILLING_ONLY)}
    first = bill(1, 30000, "2025-01-05", order=100, treatment=0)
    b = book([line()], [first, *credits_of(bill, 4000, **given)])
    _, b = close(b, "2025-01", policy)
    february, _ = close(b, "2025-02", replace(policy, undecided_limit=0))
    assert kinds(february) == []


def test_a_credit_of_unassigned_billing_lowers_no_contract(book, line, bill, close, policy):
    b = book([line()], [bill(1, -4000, "2025-01-20", customer=99)])
    result, _ = close(b, "2025-01", replace(policy, undecided_limit=0))
    assert kinds(result) == ["unassigned_billing"]


@pytest.mark.parametrize("how", ["treatment", "hold"])
def test_bad_debt_bills_nothing_and_is_listed(book, line, bill, close, policy, how):
    code = CreditTreatment.BAD_DEBT if how == "treatment" else HoldReason.BAD_DEBT
    empty = -1 if how == "hold" else 0
    first = bill(1, 30000, "2025-01-05", order=100, **{how: empty})
    b = book([line()], [first, *credits_of(bill, 30000, **{how: int(code)})])
    _, b = close(b, "2025-01", policy)
    february, b = close(b, "2025-02", replace(policy, hold_limit=0, undecided_limit=0))
    assert kinds(february) == []
    assert february.balances.rows()[0]["billed"] == 30000
    assert february.booked.rows()[0]["revenue"] == 10000
    held = february.held.rows()[0]
    assert (held["reason"], held["document"], held["amount"]) == (HoldReason.BAD_DEBT, 20, -30000)


def test_a_credit_that_turns_out_to_be_bad_debt_gives_its_billing_back(book, line, bill, close, policy):
    documents = [bill(1, 30000, "2025-01-05", order=100), *credits_of(bill, 30000)]
    b = book([line()], documents)
    _, b = close(b, "2025-01", policy)
    february, b = close(b, "2025-02", policy)
    assert february.balances.rows()[0]["billed"] == 0
    b.billing.treatment[1] = int(CreditTreatment.BAD_DEBT)
    march, _ = close(b, "2025-03", policy)
    assert march.balances.rows()[0]["billed"] == 30000


def test_held_amounts_block_above_their_limit(book, line, policy):
    b = book([line(stated=30000, end=-(2**40))], [])
    below = close_period(b, MARCH, replace(policy, hold_limit=30000))
    above = close_period(b, MARCH, replace(policy, hold_limit=29999))
    assert [(p.where, p.blocking) for p in below.problems] == [("missing_dates", False)]
    assert [(p.where, p.blocking) for p in above.problems] == [("missing_dates", True)]


@pytest.mark.parametrize("netting", ["contract", "customer"])
def test_an_asset_left_after_all_is_earned_is_a_finding(book, line, bill, close, policy, netting):
    chosen = replace(policy, netting=netting)
    b = book([line()], [bill(1, 29000, "2025-01-05", order=100)])
    for period in ("2025-01", "2025-02"):
        result, b = close(b, period, chosen)
        assert kinds(result) == []
    march, _ = close(b, "2025-03", chosen)
    assert [(p.kind, p.where, p.blocking) for p in march.problems] == [("asset_left", "contract 1", False)]


UNITS = {"method": Method.UNITS, "stated": 100000, "quantity_e6": 100 * 10**6, "end": "2025-06-30"}


def delivered(*days):
    return Progress.of(
        obligation=[11 for _ in days],
        day=[parse_day(day) for day, _ in days],
        value=[value * 10**6 for _, value in days],
    )


def test_overage_is_listed_and_earns_nothing_by_itself(book, line, close, policy):
    b = replace(book([line(**UNITS)], []), progress=delivered(("2025-01-20", 90), ("2025-02-20", 120)))
    january, b = close(b, "2025-01", policy)
    assert kinds(january) == []
    february, b = close(b, "2025-02", policy)
    assert [(p.kind, p.where, p.blocking) for p in february.problems if p.kind == "overage"] == [
        ("overage", "obligation 11", False)
    ]
    assert february.booked.rows()[0]["target"] == 100000


def test_overage_is_earned_when_it_is_billed(book, line, bill, close, policy):
    bills = [
        bill(1, 100000, "2025-01-05", order=100, obligation=11),
        bill(2, 24000, "2025-03-10", order=100, obligation=11),
    ]
    b = replace(book([line(**UNITS)], bills), progress=delivered(("2025-01-20", 90), ("2025-02-20", 120)))
    earned = []
    for period in ("2025-01", "2025-02", "2025-03"):
        result, b = close(b, period, policy)
        earned.append(sum(r["revenue"] for r in result.booked.rows()))
    assert earned == [90000, 10000, 24000]
    assert result.balances.rows()[0]["liability"] == 0
    assert result.allocations.rows()[0]["allocated"] == 124000
    assert result.allocations.rows()[0]["remaining"] == 0


def test_billing_beyond_the_price_without_overage_stays_a_liability(book, line, bill, close, policy):
    bills = [bill(1, 124000, "2025-01-05", order=100, obligation=11)]
    b = replace(book([line(**UNITS)], bills), progress=delivered(("2025-01-20", 100)))
    january, _ = close(b, "2025-01", policy)
    assert january.booked.rows()[0]["target"] == 100000
    assert january.balances.rows()[0]["liability"] == 24000


def test_overage_billed_before_it_is_delivered_waits_for_the_delivery(book, line, bill, close, policy):
    bills = [bill(1, 124000, "2025-01-05", order=100, obligation=11)]
    b = replace(book([line(**UNITS)], bills), progress=delivered(("2025-01-20", 100), ("2025-02-03", 124)))
    january, b = close(b, "2025-01", policy)
    february, _ = close(b, "2025-02", policy)
    assert [r.booked.rows()[0]["target"] for r in (january, february)] == [100000, 124000]
    assert february.booked.rows()[0]["adjustment"] == 0


def test_overage_that_a_price_change_paid_for_is_not_earned_again_when_billed():
    order = {
        "type": "order", "date": "2025-01-01", "order": "S", "customer": "A",
        "lines": [{"line": "1", "product": "P", "quantity": "100", "amount": "1000.00", "method": "units"}],
    }  # fmt: skip
    answer = run_scenario(
        {
            "through": "2025-04",
            "events": [
                order,
                {"type": "delivery", "date": "2025-01-20", "order": "S", "line": "1", "quantity": "120"},
                {"type": "price_change", "date": "2025-02-10", "order": "S", "amount": "200.00"},
                {
                    "type": "invoice", "date": "2025-03-10", "number": "I", "customer": "A", "order": "S",
                    "lines": [{"line": "1", "for_line": "1", "product": "P", "amount": "1250.00"}],
                },
            ],
        }
    )  # fmt: skip
    assert [(r["period"], r["amount"]) for r in answer["schedule"]] == [
        ("2025-01", "1000.00"),
        ("2025-02", "200.00"),
        ("2025-03", "50.00"),
    ]
    assert answer["allocations"][0]["allocated"] == "1250.00"
    assert "overage" in answer["allocations"][0]["flags"]
