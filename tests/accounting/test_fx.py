"""Revenue in base currency: the rates of the invoices, the period's rate ahead of them, one contract rate."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), rule=st.sampled_from(["billing", "contract"]), remeasure=st.booleans())
def test_base_balances_hold_and_a_finished_contract_leaves_none(
    book, line, bill, close, policy, data, rule, remeasure
):
    price = data.draw(st.integers(1, 90000))
    bills, open_amount = [], price
    for number in range(data.draw(st.integers(0, 4))):
        amount = data.draw(st.integers(1, open_amount)) if open_amount else 0
        credit = bool(bills) and data.draw(st.booleans())
        signed = -data.draw(st.integers(1, max(price - open_amount, 1))) if credit else amount
        if not signed or (credit and price == open_amount):
            continue
        open_amount -= signed
        rate = data.draw(st.integers(90, 140))
        day = data.draw(st.sampled_from(["2025-01-05", "2025-02-05", "2025-03-05", "2025-04-05"]))
        bills.append(bill(number, signed, day, base_amount=signed * rate // 100, order=100))
    if open_amount:
        bills.append(bill(99, open_amount, "2025-04-20", base_amount=open_amount * 130 // 100, order=100))
    lines = [line(stated=price // 3), line(id=12, stated=price - price // 3, end="2025-04-15")]
    b = euro(book, lines, bills, **RATES, r2025_04=1.15)
    chosen = replace(policy, fx_rate=rule, remeasure_assets=remeasure)
    for period in ("2025-01", "2025-02", "2025-03", "2025-04"):
        result, b = close(b, period, chosen)
    row = result.balances.rows()[0]
    assert row["billed"] == row["recognised"] == price
    assert row["base_liability"] == row["base_contract_asset"] == row["base_unbilled_receivable"] == 0
    assert row["base_billed"] == sum(x["base_amount"] for x in bills)


def test_base_amounts_come_from_the_unrounded_target(book, line, bill, close, policy):
    """100.00 over three months at 1.10: 36.67 each time, not 33.33 x 1.10 = 36.66."""
    b = euro(
        book, [line(stated=10000)], [bill(1, 10000, "2025-01-05", base_amount=11000, order=100)], **RATES
    )
    for rule in ("billing", "contract"):
        again = replace(b, contracts=replace(b.contracts, exchange_rate_e10=b.contracts.id * 0 + 11 * 10**9))
        got = []
        for period in ("2025-01", "2025-02", "2025-03"):
            result, again = close(again, period, replace(policy, fx_rate=rule))
            got += base(result)
            assert fx(result) == []
        assert got == [3667, 3666, 3667]
