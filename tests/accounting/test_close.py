"""Closing periods: what is booked, what is adjusted, and that closed periods stay."""

from dataclasses import replace

from revrec.accounting.book import Balances, Prior, PriorBooked, PriorSplits
from revrec.accounting.columns import NO_AMOUNT, NO_DAY
from revrec.accounting.result import CloseResult
from revrec.accounting.terms import AccountType, BalanceScope, Cause, Event, HoldReason, Method, Role, Trigger


def revenue(result: CloseResult) -> list[tuple[int, int, int, str]]:
    return [
        (b["obligation"], b["revenue"], b["adjustment"], Cause(b["cause"]).name.lower())
        for b in result.booked.rows()
    ]


def rows(result: CloseResult) -> list[tuple[str, str, str, int, int]]:
    return [
        (
            Event(t["event"]).name,
            Role(t["debit_role"]).name,
            Role(t["credit_role"]).name,
            t["amount"],
            t["contract"],
        )
        for t in result.transfers.rows()
    ]


def balance(result: CloseResult, scope: BalanceScope = BalanceScope.CONTRACT) -> dict[str, int]:
    found = [b for b in result.balances.rows() if b["scope"] == scope]
    return found[0] if found else {}


def test_a_contract_asset_turns_into_a_liability_and_excess_billing_is_unassigned(
    book, line, bill, close, policy
):
    b = book([line()], [bill(1, 10000, "2025-02-10"), bill(2, 30000, "2025-03-10")])
    january, b = close(b, "2025-01", policy)
    assert rows(january) == [
        ("RECOGNITION", "CONTRACT_LIABILITY", "REVENUE", 10000, 1),
        ("NETTING", "CONTRACT_ASSET", "CONTRACT_LIABILITY", 10000, 1),
    ]
    february, b = close(b, "2025-02", policy)
    assert balance(february)["contract_asset"] == 10000
    march, b = close(b, "2025-03", policy)
    assert balance(march)["billed"] == 30000
    assert balance(march)["contract_asset"] == 0
    assert balance(march, BalanceScope.UNASSIGNED)["liability"] == 10000
    assert march.unassigned.rows()[0]["document"] == 2
    assert [p.kind for p in march.problems] == ["unassigned_billing"]


def test_a_price_raised_after_two_closes_is_an_adjustment(book, line, close, policy):
    six = line(stated=60000, end="2025-06-30", order_version=1)
    b = book([six], [])
    _, b = close(b, "2025-01", policy)
    _, b = close(b, "2025-02", policy)
    changed = line(stated=80000, end="2025-06-30", order_version=2, version_day="2025-03-05")
    b = replace(b, obligations=book([changed], []).obligations)
    march, b = close(b, "2025-03", policy)
    assert revenue(march) == [(11, 20000, 6667, "modification")]
    april, b = close(b, "2025-04", policy)
    assert revenue(april) == [(11, 13333, 0, "none")]


def test_a_version_effective_in_a_closed_period_is_late(book, line, close, policy):
    b = book([line(order_version=1)], [])
    _, b = close(b, "2025-01", policy)
    b = replace(
        b, obligations=book([line(stated=60000, order_version=2, version_day="2025-01-10")], []).obligations
    )
    february, _ = close(b, "2025-02", policy)
    assert revenue(february) == [(11, 30000, 10000, "late")]


def test_an_order_signed_in_the_open_period_for_earlier_service_is_not_late(book, line, close, policy):
    march, _ = close(book([line(ordered_day="2025-03-05")], []), "2025-03", policy)
    assert revenue(march) == [(11, 30000, 0, "none")]


def test_an_order_that_arrives_after_its_period_closed_is_late(book, line, close, policy):
    february, _ = close(book([line()], []), "2025-02", policy)
    assert revenue(february) == [(11, 20000, 10000, "late")]


def test_a_changed_document_of_a_closed_period_bills_the_difference_as_late(
    book, line, bill, close, policy, billing_table
):
    b = book([line()], [bill(1, 10000, "2025-01-10")])
    _, b = close(b, "2025-01", policy)
    b = replace(b, billing=billing_table([bill(1, 12000, "2025-01-10")]))
    february, b = close(b, "2025-02", policy)
    billing = [t for t in february.transfers.rows() if t["event"] == Event.BILLING]
    assert [(t["amount"], t["cause"], t["debit_account"]) for t in billing] == [(2000, Cause.LATE, 4000)]
    b = replace(b, billing=billing_table([]))
    march, _ = close(b, "2025-03", policy)
    undone = [t for t in march.transfers.rows() if t["event"] == Event.BILLING]
    assert [(t["amount"], Role(t["debit_role"]).name, t["cause"]) for t in undone] == [
        (12000, "CONTRACT_LIABILITY", Cause.LATE)
    ]
    assert balance(march)["billed"] == 0


def test_a_document_reposted_to_another_account_is_undone_there_and_billed_here(
    book, line, bill, close, policy, billing_table
):
    b = book([line()], [bill(1, 10000, "2025-01-10")])
    _, b = close(b, "2025-01", policy)
    b = replace(b, billing=billing_table([bill(1, 10000, "2025-01-10", account=4100)]))
    february, _ = close(b, "2025-02", policy)
    billing = [t for t in february.transfers.rows() if t["event"] == Event.BILLING]
    assert sorted((t["debit_account"], t["credit_account"], t["amount"]) for t in billing) == [
        (-1, 4000, 10000),
        (4100, -1, 10000),
    ]


def test_a_later_order_takes_unassigned_billing_by_reassignment(book, line, bill, close, policy):
    only_bill = book([line(contract=9, id=99, order=900, stated=0)], [bill(1, 10000, "2025-01-10")])
    january, b = close(only_bill, "2025-01", policy)
    assert balance(january, BalanceScope.UNASSIGNED)["liability"] == 10000
    both = book([line(contract=9, id=99, order=900, stated=0), line(ordered_day="2025-02-01")], [])
    february, b = close(replace(b, contracts=both.contracts, obligations=both.obligations), "2025-02", policy)
    moved = [t for t in february.transfers.rows() if t["event"] == Event.REASSIGNMENT]
    assert sorted((t["contract"], Role(t["credit_role"]).name, t["amount"]) for t in moved) == [
        (-1, "BILLING_OFFSET", 10000),
        (1, "CONTRACT_LIABILITY", 10000),
    ]
    assert balance(february, BalanceScope.UNASSIGNED) == {}
    march, _ = close(b, "2025-03", policy)
    assert not [t for t in march.transfers.rows() if t["event"] == Event.REASSIGNMENT]


def test_deferred_revenue_postings_are_in_the_ledger_of_netsuite_already(book, line, bill, close, policy):
    deferred = AccountType.DEFERRED_REVENUE
    mapped = policy.accounts.defaults[Role.CONTRACT_LIABILITY]
    b = book(
        [line()],
        [
            bill(1, 4000, "2025-01-10", account=mapped, account_type=deferred),
            bill(2, 5000, "2025-01-10", account=2500, account_type=deferred),
        ],
    )
    january, _ = close(b, "2025-01", policy)
    billing = [t for t in january.transfers.rows() if t["event"] in (Event.BILLING, Event.RECLASS)]
    assert [
        (t["event"], t["in_gl"], t["amount"], t["debit_account"], t["credit_account"]) for t in billing
    ] == [
        (Event.BILLING, 1, 4000, mapped, -1),
        (Event.BILLING, 1, 5000, 2500, -1),
        (Event.RECLASS, 0, 5000, 2500, mapped),
    ]


def test_a_cancelled_line_keeps_what_it_earned_and_the_rest_leaves(
    book, line, close, policy, obligation_table
):
    twelve = {"stated": 36500, "method": Method.DAILY, "end": "2025-12-31"}
    b = book([line(**twelve, order_version=1)], [])
    _, b = close(b, "2025-01", policy)
    cancelled = line(**twelve, order_version=2, version_day="2025-02-20", cancelled_from="2025-02-11")
    b = replace(b, obligations=obligation_table([cancelled]))
    february, b = close(b, "2025-02", policy)
    assert revenue(february) == [(11, 1000, 0, "none")]
    march, _ = close(b, "2025-03", policy)
    assert revenue(march) == []


def test_held_items_are_listed_with_amounts_and_earn_nothing(book, line, close, policy):
    lines = [
        line(end=NO_DAY),
        line(id=12, contract=2, order=200, stated=NO_AMOUNT),
        line(id=13, contract=2, order=200),
    ]
    january, _ = close(book(lines, []), "2025-01", policy)
    assert revenue(january) == []
    held = {h["obligation"]: (HoldReason(h["reason"]), h["amount"]) for h in january.held.rows()}
    assert held == {
        11: (HoldReason.MISSING_DATES, 30000),
        12: (HoldReason.MISSING_PRICE, 0),
        13: (HoldReason.MISSING_PRICE, 30000),
    }


def test_held_amounts_above_the_limit_block(book, line, policy):
    from revrec.accounting.close import close_period

    b = book([line(end=NO_DAY)], [])
    result = close_period(b, b.calendar.index("2025-01"), replace(policy, hold_limit=29999))
    assert [(p.kind, p.blocking) for p in result.problems] == [("held", True)]


def test_an_invoice_trigger_waits_for_the_first_line_that_bills(book, line, bill, close, policy):
    b = book(
        [line(method=Method.POINT_IN_TIME, trigger=Trigger.INVOICE)],
        [bill(1, 30000, "2025-02-10", order=100)],
    )
    january, b = close(b, "2025-01", policy)
    assert revenue(january) == []
    february, _ = close(b, "2025-02", policy)
    assert revenue(february) == [(11, 30000, 0, "none")]


def test_customer_netting_sets_one_contract_against_another(book, line, bill, close, policy):
    lines = [line(), line(id=12, contract=2, order=200, product=8)]
    b = book(lines, [bill(1, 30000, "2025-01-10", order=100)])
    january, b = close(b, "2025-01", replace(policy, netting="customer"))
    row = balance(january, BalanceScope.CUSTOMER)
    assert (row["billed"], row["recognised"], row["liability"], row["contract_asset"]) == (
        30000,
        20000,
        10000,
        0,
    )
    assert "NETTING" not in {r[0] for r in rows(january)}


def test_a_book_that_lost_a_booked_obligation_does_not_close(book, line, close, policy):
    from revrec.accounting.close import close_period

    _, b = close(book([line()], []), "2025-01", policy)
    other = book([line(id=12)], [])
    result = close_period(replace(b, obligations=other.obligations), b.calendar.index("2025-02"), policy)
    assert [p.kind for p in result.problems] == ["booked_and_gone"]
    assert len(result.transfers) == 0


def test_opening_rows_count_as_booked_and_older_documents_bill_only_through_them(
    book, line, bill, close, policy
):
    b = book([line()], [bill(1, 20000, "2025-01-10"), bill(2, 10000, "2025-03-05")])
    january = b.calendar.index("2025-01")
    opening = Prior(
        booked=PriorBooked.of(obligation=[11], recognised=[12000], base_recognised=[12000]),
        splits=PriorSplits.of(
            document=[-1],
            line=[-1],
            contract=[1],
            obligation=[-1],
            customer=[5],
            subsidiary=[1],
            currency=[0],
            amount=[20000],
            base_amount=[20000],
            account=[-1],
            account_type=[AccountType.DEFERRED_REVENUE],
            period=[january],
        ),
        balances=Balances.of(
            scope=[BalanceScope.CONTRACT],
            contract=[1],
            customer=[5],
            subsidiary=[1],
            currency=[0],
            billed=[20000],
            recognised=[12000],
            liability=[8000],
            base_billed=[20000],
            base_recognised=[12000],
            base_liability=[8000],
        ),
    )
    b = replace(b, prior=opening, first_period=january + 1)
    february, b = close(b, "2025-02", policy)
    assert revenue(february) == [(11, 8000, -2000, "conversion")]
    assert balance(february)["billed"] == 20000
    assert "BILLING" not in {r[0] for r in rows(february)}
    march, _ = close(b, "2025-03", policy)
    assert [s["amount"] for s in march.splits.rows()] == [10000]
    assert balance(march)["liability"] == 0


def test_an_asset_left_after_all_is_earned_is_pointed_out(book, line, close, policy):
    b = book([line()], [])
    february, b = close(replace(b), "2025-02", policy)
    assert february.problems == ()
    march, _ = close(b, "2025-03", policy)
    assert [(p.kind, p.blocking) for p in march.problems] == [("asset_left", False)]
