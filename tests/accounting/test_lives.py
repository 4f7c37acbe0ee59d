"""Random lives of contracts: documents appear, change and vanish between closes, and everything still adds up."""

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from revrec.accounting.book import BillingLines
from revrec.accounting.controls import check_journals
from revrec.accounting.journals import draft_journals, ledger_sides
from revrec.accounting.policy import Policy
from revrec.accounting.recognition import DATED
from revrec.accounting.terms import AccountType

DAYS = ["2025-01-01", "2025-01-20", "2025-02-03", "2025-02-28", "2025-03-15", "2025-04-30"]
PERIODS = ["2025-01", "2025-02", "2025-03", "2025-04"]

lines = st.lists(
    st.fixed_dictionaries(
        {
            "contract": st.integers(1, 3),
            "stated": st.integers(0, 50000),
            "method": st.sampled_from(DATED),
            "product": st.integers(7, 8),
            "start": st.sampled_from(DAYS[:4]),
            "end": st.sampled_from(["2025-02-28", "2025-04-30", "2025-12-31"]),
            "ordered_day": st.sampled_from(DAYS[:3]),
            "order_version": st.just(1),
        }
    ),
    min_size=1,
    max_size=6,
)
bills = st.lists(
    st.fixed_dictionaries(
        {
            "amount": st.integers(-20000, 40000).filter(bool),
            "day": st.sampled_from(DAYS),
            "product": st.integers(7, 8),
            "order": st.sampled_from([-1, -1, 101, 102, 103]),
            "created_from": st.sampled_from([-1, 0, 1]),
            "account": st.sampled_from([4000, 4100]),
            "account_type": st.sampled_from(
                [AccountType.INCOME, AccountType.DEFERRED_REVENUE, AccountType.CLEARING]
            ),
        }
    ),
    max_size=8,
)
SETTINGS = settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50
)


def life(book, line, bill, lines, bills, factor=1):
    orders = [line(id=11 + i, order=100 + row["contract"], **row) for i, row in enumerate(lines)]
    first = {}
    for row in orders:
        row["ordered_day"] = first.setdefault(row["contract"], row["ordered_day"])
    documents = []
    for i, row in enumerate(bills):
        amount = row.pop("amount") * factor
        origin = row["created_from"] if amount < 0 else -1
        documents.append(bill(i, amount, row.pop("day"), **{**row, "created_from": origin}))
    return book(orders, documents)


@SETTINGS
@given(lines=lines, bills=bills, netting=st.sampled_from(["contract", "customer"]))
def test_every_close_balances_and_billing_is_conserved(
    book, line, bill, close, policy, lines, bills, netting
):
    b = life(book, line, bill, lines, [dict(r) for r in bills])
    chosen: Policy = replace(policy, netting=netting)
    for period in PERIODS:
        result, b = close(b, period, chosen)
        posted = b.billing.period <= b.calendar.index(period)
        assert int(result.balances.billed[result.balances.scope != 1].sum()) == int(
            b.billing.amount[posted].sum()
        )
        journals = draft_journals(b, result, chosen)
        sides = ledger_sides(b, result.transfers, chosen, int(b.calendar.ends[b.calendar.index(period)]))
        assert check_journals(sides, journals) == ()
    recognised = int(b.prior.booked.recognised.sum())
    assert recognised == int(result.balances.recognised[result.balances.scope == 0].sum())


@SETTINGS
@given(lines=lines, bills=bills, seed=st.integers(0, 2**16))
def test_the_order_of_input_rows_does_not_matter(book, line, bill, close, policy, lines, bills, seed):
    random = np.random.default_rng(seed)
    one = life(book, line, bill, lines, [dict(r) for r in bills])
    other = replace(
        one,
        contracts=one.contracts.take(random.permutation(len(one.contracts))),
        obligations=one.obligations.take(random.permutation(len(one.obligations))),
        billing=one.billing.take(random.permutation(len(one.billing))),
    )
    for period in PERIODS:
        left, one = close(one, period, policy)
        right, other = close(other, period, policy)
        for name in ("booked", "transfers", "splits", "balances", "unassigned"):
            a, b = getattr(left, name).rows(), getattr(right, name).rows()
            assert sorted(map(str, a)) == sorted(map(str, b))


@SETTINGS
@given(lines=lines, bills=bills)
def test_splitting_a_replay_at_any_close_gives_the_same_totals(book, line, bill, close, policy, lines, bills):
    whole = life(book, line, bill, lines, [dict(r) for r in bills])
    stepwise = whole
    for period in PERIODS:
        _, stepwise = close(stepwise, period, policy)
    _, whole = close(whole, PERIODS[-1], policy)

    def totals(b):
        booked = {r["obligation"]: r["recognised"] for r in b.prior.booked.rows() if r["recognised"]}
        return booked, int(b.prior.splits.amount.sum())

    assert totals(stepwise) == totals(whole)


@SETTINGS
@given(lines=lines, bills=bills, data=st.data())
def test_changed_and_vanished_documents_leave_what_is_now_billed(
    book, line, bill, close, policy, lines, bills, data
):
    b = life(book, line, bill, lines, [dict(r) for r in bills])
    for period in PERIODS:
        result, b = close(b, period, policy)
        if len(b.billing):
            kept = np.asarray(
                data.draw(st.lists(st.booleans(), min_size=len(b.billing), max_size=len(b.billing)))
            )
            changed = b.billing.take(kept.astype(bool))
            factor = data.draw(st.sampled_from([1, 1, 2, -1]))
            changed = replace(
                changed, amount=changed.amount * factor, base_amount=changed.base_amount * factor
            )
            b = replace(b, billing=changed)
    result, b = close(b, "2025-05", policy)
    assert int(b.prior.splits.amount.sum()) == int(b.billing.amount.sum())
    assert int(result.balances.billed[result.balances.scope != 1].sum()) == int(b.billing.amount.sum())


@SETTINGS
@given(lines=lines, bills=bills)
def test_a_credit_memo_mirrors_its_invoice(book, line, bill, close, policy, lines, bills):
    invoices = [dict(r, amount=abs(r["amount"])) for r in bills]
    b = life(book, line, bill, lines, [dict(r) for r in invoices])
    mirror = b.billing.columns()
    mirror["document"] = b.billing.document + 1000
    mirror["created_from"] = b.billing.document
    mirror["amount"], mirror["base_amount"] = -b.billing.amount, -b.billing.base_amount
    mirror["period"] = np.full(len(b.billing), b.calendar.index("2025-05"))
    for period in PERIODS:
        _, b = close(b, period, policy)
    b = replace(b, billing=BillingLines.concat([b.billing, BillingLines(**mirror)]))
    may, b = close(b, "2025-05", policy)
    assert not may.balances.billed.any()
