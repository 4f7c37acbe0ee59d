"""Which rate revenue abroad carries, between currencies of any decimals, and how lines share a contract's."""

from dataclasses import replace

import numpy as np
import pytest

from revrec.accounting.book import Contracts, Progress, Rates
from revrec.accounting.calendar import parse_day
from revrec.accounting.close import close_period
from revrec.accounting.columns import NONE
from revrec.accounting.problem import blockers
from revrec.accounting.scenario import run_scenario
from revrec.accounting.terms import Event, Method, Role

DOLLAR, EURO, POUND, YEN, DINAR = range(5)
DECIMALS = {DOLLAR: 2, EURO: 2, POUND: 2, YEN: 0, DINAR: 3}
JANUARY = {"start": "2025-01-01", "end": "2025-01-31"}


@pytest.fixture
def abroad(book, line):
    """One contract a currency: (transaction currency, base currency, price), of lines of January."""

    def of(*contracts, rates=(), bills=(), lines=None, own_rates=None, decimals=DECIMALS):
        made = book(
            lines
            or [line(id=11 + n, contract=1 + n, stated=one[2], **JANUARY) for n, one in enumerate(contracts)],
            list(bills),
        )
        given = {
            **made.contracts.columns(),
            "currency": [one[0] for one in contracts],
            "base_currency": [one[1] for one in contracts],
            "subsidiary": [1 + one[1] for one in contracts],
            "exchange_rate_e10": own_rates or [NONE] * len(contracts),
        }
        rows = [(made.calendar.index(month), *rest) for month, *rest in rates]
        period, currency, base, rate = zip(*rows, strict=True) if rows else ((), (), (), ())
        table = Rates.of(period=period, currency=currency, base_currency=base, rate_e10=rate)
        return replace(made, contracts=Contracts.of(**given), rates=table, decimals=decimals)

    return of


def base_revenue(result):
    return result.booked.base_revenue.tolist()


def fx(result):
    """Exchange differences by contract, debits of the liability."""
    return {
        row["contract"]: row["base_amount"] * (1 if row["debit_role"] == Role.CONTRACT_LIABILITY else -1)
        for row in result.transfers.rows()
        if row["event"] == Event.FX
    }


def rate(text):
    whole, _, fraction = text.partition(".")
    return int(whole + fraction.ljust(10, "0"))


# The rate of the period.


def test_each_pair_of_currencies_has_its_own_rate_of_the_month(abroad, close, policy):
    b = abroad(
        (EURO, DOLLAR, 10000),
        (POUND, DOLLAR, 10000),
        (EURO, POUND, 10000),
        (DOLLAR, DOLLAR, 10000),
        (POUND, EURO, 10000),
        rates=[
            ("2024-12", EURO, DOLLAR, rate("9")),
            ("2025-01", EURO, DOLLAR, rate("1.1")),
            ("2025-01", POUND, DOLLAR, rate("1.3")),
            ("2025-01", EURO, POUND, rate("0.8")),
            ("2025-01", POUND, EURO, rate("1.2")),
            ("2025-02", EURO, DOLLAR, rate("9")),
        ],
    )
    result, _ = close(b, "2025-01", policy)
    assert base_revenue(result) == [11000, 13000, 8000, 10000, 12000]
    assert result.balances.base_contract_asset.tolist() == [11000, 13000, 8000, 10000, 12000]
    assert fx(result) == {}
    assert result.balances.base_fx.dtype == np.int64


@pytest.mark.parametrize(
    ("currency", "base", "price", "at", "worth"),
    [
        (YEN, DOLLAR, 10000, "0.0067", 6700),  # 10,000 yen are 67.00 dollars
        (DOLLAR, YEN, 10000, "150", 15000),  # 100.00 dollars are 15,000 yen
        (DINAR, DOLLAR, 10000, "3.25", 3250),  # 10.000 dinars are 32.50 dollars
        (DOLLAR, DINAR, 10000, "0.3", 30000),  # 100.00 dollars are 30.000 dinars
        (YEN, DINAR, 10000, "0.002", 20000),
        (DINAR, YEN, 10000, "500", 5000),
        (POUND, DOLLAR, 10000, "1.25", 12500),
    ],
)
@pytest.mark.parametrize("rule", ["billing", "contract"])
def test_rates_are_of_major_units_and_amounts_of_minor_ones(
    abroad, close, policy, currency, base, price, at, worth, rule
):
    month = [("2025-01", currency, base, rate(at))]
    other = (EURO, DOLLAR, 100)
    b = abroad((currency, base, price), other, rates=[*month, ("2025-01", EURO, DOLLAR, rate("1"))])
    result, _ = close(b, "2025-01", replace(policy, fx_rate=rule))
    assert base_revenue(result) == [worth, 100]


def test_a_rate_keeps_all_its_decimals_in_a_currency_of_fewer(abroad, close, policy):
    """10**15 thousandths of a dinar at 0.0000000025 dollars are 2,500.00 dollars."""
    b = abroad((DINAR, DOLLAR, 10**15), rates=[("2025-01", DINAR, DOLLAR, 25)])
    result, _ = close(b, "2025-01", policy)
    assert base_revenue(result) == [250000]


def test_currencies_that_are_not_listed_have_two_decimals(abroad, close, policy):
    b = abroad(
        (EURO, DOLLAR, 10000),
        (YEN, DOLLAR, 10000),
        (DOLLAR, YEN, 10000),
        rates=[
            ("2025-01", EURO, DOLLAR, rate("1.1")),
            ("2025-01", YEN, DOLLAR, rate("0.0067")),
            ("2025-01", DOLLAR, YEN, rate("150")),
        ],
        decimals={YEN: 0},
    )
    result, _ = close(b, "2025-01", policy)
    assert base_revenue(result) == [11000, 6700, 15000]


def test_a_contract_whose_currency_is_not_known_has_no_base_amounts(abroad, policy):
    b = abroad((NONE, DOLLAR, 10000), (EURO, DOLLAR, 10000), rates=[("2025-01", EURO, DOLLAR, rate("1.1"))])
    result = close_period(b, b.calendar.index("2025-01"), policy)
    assert [(row["obligation"], row["base_revenue"]) for row in result.booked.rows()] == [(12, 11000)]
    assert "missing_rate" not in [one.kind for one in result.problems]


def test_where_all_contracts_are_in_base_currency_nothing_is_converted(abroad, close, policy):
    result, _ = close(abroad((DOLLAR, DOLLAR, 10000), (EURO, EURO, 700)), "2025-01", policy)
    assert base_revenue(result) == [10000, 700]
    assert result.balances.base_fx.tolist() == [0, 0]
    assert result.balances.base_fx.dtype == np.int64


# A rate that is missing.


def test_a_missing_rate_names_its_currency_and_period_once(abroad, policy):
    b = abroad(
        (POUND, DOLLAR, 10000),
        (EURO, DOLLAR, 10000),
        (POUND, DOLLAR, 500),
        (YEN, DOLLAR, 500),
        rates=[("2025-01", YEN, DOLLAR, rate("0.0067"))],
    )
    for rule in ("billing", "contract"):
        result = close_period(b, b.calendar.index("2025-01"), replace(policy, fx_rate=rule))
        found = blockers(result.problems)
        assert [(one.kind, one.where, one.message) for one in found] == [
            (
                "missing_rate",
                f"currency {currency}",
                f"Currency {currency} has no rate for period 2025-01: load the rates of the period.",
            )
            for currency in (EURO, POUND)
        ]


def test_revenue_that_is_billed_needs_no_rate_of_the_month(abroad, close, policy, bill):
    invoice = bill(1, 10000, "2025-01-10", base_amount=11000, currency=EURO)
    result, _ = close(abroad((EURO, DOLLAR, 10000), bills=[invoice]), "2025-01", policy)
    assert base_revenue(result) == [11000]


def test_the_first_cent_ahead_needs_one(abroad, policy, bill):
    invoice = bill(1, 9999, "2025-01-10", base_amount=11000, currency=EURO)
    b = abroad((EURO, DOLLAR, 10000), bills=[invoice])
    found = close_period(b, b.calendar.index("2025-01"), policy).problems
    assert [one.kind for one in blockers(found)] == ["missing_rate"]


def test_an_asset_without_a_rate_of_the_month_stays_what_it_is(abroad, close, policy, line):
    once = line(stated=10000, **JANUARY)
    b = abroad((EURO, DOLLAR, 10000), lines=[once], rates=[("2025-01", EURO, DOLLAR, rate("1.1"))])
    _, b = close(b, "2025-01", policy)
    february = close_period(b, b.calendar.index("2025-02"), policy)
    assert fx(february) == {}
    assert february.balances.base_contract_asset.tolist() == [11000]


@pytest.mark.parametrize("what", ["billed", "recognised"])
def test_at_one_rate_of_the_contract_whoever_was_billed_or_earned_needs_it(abroad, policy, line, bill, what):
    term = JANUARY if what == "recognised" else {"start": "2025-06-01", "end": "2025-06-30"}
    bills = [bill(1, 10000, "2025-01-10", currency=EURO)] if what == "billed" else []
    b = abroad((EURO, DOLLAR, 10000), lines=[line(stated=10000, **term)], bills=bills)
    at_one = replace(policy, fx_rate="contract")
    assert "missing_rate" in [p.kind for p in close_period(b, b.calendar.index("2025-01"), at_one).problems]
    later = line(stated=10000, start="2025-06-01", end="2025-06-30")
    quiet = abroad((EURO, DOLLAR, 10000), lines=[later])
    assert close_period(quiet, quiet.calendar.index("2025-01"), at_one).problems == ()


# The contract's one rate.


def test_a_contract_without_a_rate_of_its_own_takes_that_of_the_month(abroad, close, policy):
    b = abroad(
        (EURO, DOLLAR, 10000),
        (EURO, DOLLAR, 10000),
        (YEN, DOLLAR, 10000),
        rates=[("2025-01", EURO, DOLLAR, rate("1.1")), ("2025-01", YEN, DOLLAR, rate("0.0067"))],
        own_rates=[rate("1.3"), NONE, rate("0.007")],
    )
    result, _ = close(b, "2025-01", replace(policy, fx_rate="contract"))
    assert base_revenue(result) == [13000, 11000, 7000]
    # Under the rates of billing it has no say.
    result, _ = close(b, "2025-01", policy)
    assert base_revenue(result) == [11000, 11000, 6700]


def test_each_billing_leaves_its_difference_to_the_one_rate_in_fx(book, line, bill, close, policy):
    bills = [
        bill(1, 30000, "2025-01-10", base_amount=36000, currency=EURO),
        bill(2, 30000, "2025-02-10", base_amount=30000, currency=EURO),
    ]
    b = book([line(stated=60000)], bills, currency=EURO, exchange_rate_e10=11 * 10**9)
    found = []
    for month in ("2025-01", "2025-02", "2025-03", "2025-04"):
        result, b = close(b, month, replace(policy, fx_rate="contract"))
        found.append((base_revenue(result), fx(result), result.balances.base_liability.tolist()))
    # 300.00 at 1.10 are 330.00: 30.00 too much came in January, 30.00 too little in February.
    assert found == [
        ([22000], {1: 3000}, [11000]),
        ([22000], {1: -3000}, [22000]),
        ([22000], {}, [0]),
        ([], {}, [0]),
    ]


def test_a_finished_contract_clears_its_last_base_units_to_fx(book, line, bill, close, policy):
    """1.00 at 1.337 in thirds is 0.45, 0.44, 0.45; it was billed at 1.33 in all."""
    b = book(
        [line(stated=100)], [bill(1, 100, "2025-01-10", base_amount=133, currency=EURO)],
        currency=EURO, exchange_rate_e10=rate("1.337"),
    )  # fmt: skip
    found = []
    for month in ("2025-01", "2025-02", "2025-03"):
        result, b = close(b, month, replace(policy, fx_rate="contract"))
        found.append((base_revenue(result), fx(result)))
    # January keeps 0.89 of 0.67 unearned euros: 133 - 45 - 89 is a cent too little.
    assert found == [([45], {1: -1}), ([44], {}), ([45], {})]
    assert result.balances.base_liability.tolist() == [0]


def test_a_contract_that_ends_within_a_cent_clears_what_its_rate_makes_of_it():
    """A third of 100.00 is earned and billed: 33.33 came at 333.30, and 33.3333 at 10.00 were earned."""
    order = {
        "line": "1",
        "product": "P",
        "amount": "100.00",
        "start": "2025-01-01",
        "end": "2025-03-31",
        "method": "even",
    }
    life = {
        "currency": "EUR", "base_currency": "USD", "through": "2025-02", "policy": {"fx_rate": "contract"},
        "events": [
            {"type": "order", "date": "2025-01-01", "order": "SO-1", "customer": "Acme", "exchange_rate": "10",
             "lines": [order]},
            {"type": "invoice", "date": "2025-01-05", "number": "I1", "customer": "Acme", "order": "SO-1",
             "exchange_rate": "10", "lines": [{"line": "1", "amount": "33.33"}]},
            {"type": "cancel", "date": "2025-02-03", "order": "SO-1", "end": "2025-01-31"},
        ],
    }  # fmt: skip
    balances = run_scenario(life)["balances"]
    assert [
        (row["base_fx"], row["base_contract_liability"], row["base_contract_asset"]) for row in balances
    ] == [
        ("0.00", "0.00", "0.03"),
        ("-0.03", "0.00", "0.00"),
    ]


# Shared over the lines that earned it.


def test_each_line_ahead_of_billing_has_a_target_of_its_own(abroad, close, policy, line):
    lines = [line(stated=1000, **JANUARY), line(id=12, stated=1000, line_rank=1, **JANUARY)]
    lines += [line(id=13, stated=2000, line_rank=2, **JANUARY)]
    lines += [line(id=20, contract=2, order=200, order_rank=1, stated=777, **JANUARY)]
    rates = [("2025-01", EURO, DOLLAR, rate("1.1115"))]
    b = abroad((EURO, DOLLAR, 4000), (DOLLAR, DOLLAR, 777), lines=lines, rates=rates)
    result, _ = close(b, "2025-01", policy)
    # 10.00 are 11.115. The asset is what the lines were earned at, so that no difference arises.
    assert (base_revenue(result), fx(result)) == ([1112, 1112, 2223, 777], {})
    assert result.balances.base_contract_asset.tolist()[0] == 4447


def test_lines_share_what_an_invoice_was_billed_at_and_later_ones_settle_cents(
    abroad, close, policy, line, bill
):
    lines = [line(id=11 + n, stated=1000 * (1 + n // 2), line_rank=n, **JANUARY) for n in range(3)]
    invoice = bill(1, 4000, "2025-01-10", base_amount=4446, currency=EURO, order=100)
    result, _ = close(abroad((EURO, DOLLAR, 4000), lines=lines, bills=[invoice]), "2025-01", policy)
    # A quarter of 44.46 is 11.115.
    assert (base_revenue(result), fx(result)) == ([1111, 1112, 2223], {})


@pytest.mark.parametrize(
    ("returned", "base", "together"),
    [
        (4, [-4800, 7200], 2400),  # 40.00 come back, 60.00 are earned: 20.00 at 1.20
        (9, [-10800, 7200], -3600),  # 90.00 come back
        (6, [-7200, 7200], 0),  # as much as is earned
    ],
)
def test_where_revenue_comes_and_goes_both_follow_one_rate(
    abroad, close, policy, line, returned, base, together
):
    units = {"method": Method.UNITS, "stated": 100000, "quantity_e6": 100 * 10**6, "end": "2025-12-31"}
    lines = [line(**units), line(id=12, line_rank=1, **units)]
    rates = [(month, EURO, DOLLAR, rate("1.2")) for month in ("2025-01", "2025-02")]
    b = abroad((EURO, DOLLAR, 0), lines=lines, rates=rates)
    days = [parse_day(day) for day in ("2025-01-10", "2025-02-10", "2025-02-11")]
    progress = Progress.of(
        obligation=[11, 11, 12], day=days, value=[10 * 10**6, (10 - returned) * 10**6, 6 * 10**6]
    )
    _, b = close(replace(b, progress=progress), "2025-01", policy)
    result, _ = close(b, "2025-02", policy)
    assert base_revenue(result) == base
    assert sum(base) == together
    assert fx(result) == {}


def test_base_revenue_that_no_line_earned_is_an_exchange_difference(book, line, bill, close, policy):
    """The whole price is earned in January, ahead of billing; what February bills at another rate is no revenue."""
    b = book(
        [line(stated=10000, **JANUARY)],
        [bill(1, 10000, "2025-02-10", base_amount=13000, currency=EURO)],
        currency=EURO,
    )
    january = b.calendar.index("2025-01")
    rates = Rates.of(currency=EURO, base_currency=DOLLAR, period=[january], rate_e10=[rate("1.1")])
    _, b = close(replace(b, rates=rates), "2025-01", policy)
    result, _ = close(b, "2025-02", policy)
    assert (base_revenue(result), fx(result)) == ([], {1: 2000})
    assert result.balances.base_fx.tolist() == [2000]


# Large amounts, and the smallest.


@pytest.mark.parametrize(
    ("price", "first"),
    [
        (10**13, 3666666666667),  # a third is 3,333,333,333,333.33: unrounded, it makes .667
        (10**15, 366666666666667),
        (10**16, 3666666666666667),
    ],
)
@pytest.mark.parametrize("rule", ["billing", "contract"])
def test_large_amounts_are_converted_unrounded_too(book, line, bill, close, policy, price, first, rule):
    invoice = bill(1, price, "2025-01-10", base_amount=price * 11 // 10, currency=EURO)
    b = book([line(stated=price)], [invoice], currency=EURO, exchange_rate_e10=rate("1.1"))
    result, _ = close(b, "2025-01", replace(policy, fx_rate=rule))
    # Of 10**16, layers of billing are counted in whole minor units: 3,333,333,333,333,333 at 1.10.
    assert base_revenue(result) == [first - (rule == "billing" and price == 10**16)]


def test_a_cent_is_a_layer_of_its_own(book, line, bill, close, policy):
    bills = [bill(1 + n, 1, "2025-01-10", base_amount=3 + n, currency=EURO, order=100) for n in range(3)]
    b = book([line(stated=3)], bills, currency=EURO)
    found = []
    for month in ("2025-01", "2025-02", "2025-03"):
        result, b = close(b, month, policy)
        found += base_revenue(result)
    assert found == [3, 4, 5]
