"""Revenue in base currency: the rates of the invoices, the period's rate ahead of them, one contract rate."""

from dataclasses import replace

from revrec.accounting.book import Rates
from revrec.accounting.terms import Event, Role


def base(result):
    return [b["base_revenue"] for b in result.booked.rows()]


def fx(result):
    return [
        t["base_amount"] if t["debit_role"] == Role.CONTRACT_LIABILITY else -t["base_amount"]
        for t in result.transfers.rows()
        if t["event"] == Event.FX
    ]


def euro(book, lines, bills, **rates):
    made = book(lines, [{**b, "currency": 1} for b in bills], currency=1)
    periods = [made.calendar.index(name.replace("_", "-")[1:]) for name in rates]
    table = Rates.of(
        currency=[1] * len(periods),
        base_currency=[0] * len(periods),
        period=periods,
        rate_e10=[int(r * 10**10) for r in rates.values()],
    )
    return replace(made, rates=table)


RATES = {"r2025_01": 1.2, "r2025_02": 1.25, "r2025_03": 1.3}


def test_revenue_up_to_billed_carries_its_invoices_first_in_first_out(book, line, bill, close, policy):
    bills = [
        bill(1, 15000, "2025-01-01", base_amount=16500, order=100),
        bill(2, 15000, "2025-01-20", base_amount=18000, order=100),
    ]
    b = euro(book, [line()], bills, **RATES)
    got = []
    for period in ("2025-01", "2025-02", "2025-03"):
        result, b = close(b, period, policy)
        got += base(result)
        assert fx(result) == []
    assert got == [11000, 5500 + 6000, 12000]


def test_revenue_ahead_of_billing_carries_the_period_rate_and_is_trued_up(book, line, bill, close, policy):
    b = euro(book, [line()], [bill(1, 30000, "2025-02-10", base_amount=39000, order=100)], **RATES)
    january, b = close(b, "2025-01", policy)
    assert base(january) == [12000]
    february, b = close(b, "2025-02", policy)
    assert base(february) == [13000]
    assert fx(february) == [1000]
    march, b = close(b, "2025-03", policy)
    assert base(march) == [13000]
    row = march.balances.rows()[0]
    assert (row["base_billed"], row["base_recognised"], row["base_fx"]) == (39000, 38000, 1000)
    assert row["base_liability"] == row["base_contract_asset"] == 0


def test_contract_rate_keeps_one_rate_and_sends_the_rest_to_fx(book, line, bill, close, policy):
    b = euro(book, [line()], [bill(1, 30000, "2025-01-10", base_amount=36000, order=100)], **RATES)
    b = replace(
        b, contracts=replace(b.contracts, exchange_rate_e10=b.contracts.exchange_rate_e10 * 0 + 11 * 10**9)
    )
    contract = replace(policy, fx_rate="contract")
    january, b = close(b, "2025-01", contract)
    assert base(january) == [11000]
    assert fx(january) == [3000]


def test_a_credit_at_another_rate_leaves_its_difference_in_fx(book, line, bill, close, policy):
    bills = [
        bill(1, 30000, "2025-01-10", base_amount=33000, order=100),
        bill(2, -30000, "2025-02-10", base_amount=-36000, order=100, created_from=1),
        bill(3, 30000, "2025-02-20", base_amount=36000, order=100),
    ]
    bills[0]["created_from"] = bills[2]["created_from"] = -1
    b = euro(book, [line()], bills, **RATES)
    january, b = close(b, "2025-01", policy)
    _, b = close(b, "2025-02", policy)
    march, b = close(b, "2025-03", policy)
    assert base(january) == [11000]
    row = march.balances.rows()[0]
    assert row["base_billed"] == 33000 == row["base_recognised"] + row["base_fx"]
    assert base(march) == [12000]


def test_a_missing_rate_blocks(book, line, bill, policy):
    from revrec.accounting.close import close_period

    b = euro(book, [line()], [])
    result = close_period(b, b.calendar.index("2025-01"), policy)
    assert [(p.kind, p.blocking) for p in result.problems] == [("missing_rate", True)]
