"""The engine's base amounts against a second reading of the rules, over random contracts, invoices and rates."""

import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from revrec.accounting.scenario import run_scenario

sys.path.insert(0, str(Path(__file__).parent))

from reference.fx import Month, at_billing_rates, at_one_rate

MONTHS = ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05"]
ENDS = dict(zip(MONTHS, ("2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31"), strict=True))
CENTS = 4
"""Each line and each invoice is rounded to the cent by itself; the reading rounds nothing."""


@st.composite
def lives(draw):
    """Lines of one contract, invoices of parts of their price, and a rate for each month."""
    rates = {month: Fraction(draw(st.integers(80, 150)), 100) for month in MONTHS}
    lines = []
    for number in range(draw(st.integers(1, 3))):
        first, last = sorted((draw(st.integers(0, 4)), draw(st.integers(0, 4))))
        lines.append(
            {
                "line": str(number + 1),
                "product": f"P{number}",
                "amount": str(draw(st.integers(1, 9000))),
                "start": f"{MONTHS[first]}-01",
                "end": ENDS[MONTHS[last]],
                "method": draw(st.sampled_from(["daily", "even", "point_in_time"])),
            }
        )
    rest, invoices = sum(int(line["amount"]) for line in lines), []
    for month in MONTHS:
        part = draw(st.integers(0, rest))
        if part and draw(st.booleans()):
            invoices.append((month, part, Fraction(draw(st.integers(80, 150)), 100)))
            rest -= part
    return rates, lines, invoices


def scenario(rates, lines, invoices, rule):
    events = [order("2025-01-01", "SO-1", lines, Fraction(11, 10))]
    for number, (month, amount, rate) in enumerate(invoices):
        events.append(
            {
                "type": "invoice",
                "date": f"{month}-10",
                "number": f"I{number}",
                "customer": "Acme",
                "order": "SO-1",
                "exchange_rate": str(float(rate)),
                "lines": [{"line": "1", "amount": str(amount)}],
            }
        )
    for month, rate in rates.items():  # an order of another contract, which only brings the month's rate
        later = {"line": "1", "product": "R", "amount": "10", "start": "2026-01-01", "end": "2026-01-31"}
        events.append(order(ENDS[month], f"R-{month}", [later], rate))
    return {
        "currency": "EUR",
        "base_currency": "USD",
        "through": MONTHS[-1],
        "policy": {"allocation": "stated_price", "fx_rate": rule},
        "events": events,
    }


def order(date, number, lines, rate):
    return {
        "type": "order",
        "date": date,
        "order": number,
        "customer": "Acme",
        "exchange_rate": str(float(rate)),
        "lines": lines,
    }


@pytest.mark.parametrize("rule", ["billing", "contract"])
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(life=lives())
def test_base_amounts_are_what_the_rules_say(rule, life):
    rates, lines, invoices = life
    answer = run_scenario(scenario(rates, lines, invoices, rule))
    earned = {month: Fraction(0) for month in MONTHS}
    base = dict(earned)
    for row in answer["schedule"]:
        if row["order"] == "SO-1":
            earned[row["period"]] += Fraction(row["amount"])
            base[row["period"]] += Fraction(row["base_amount"])
    months = [
        Month(
            sum((earned[one] for one in MONTHS[: at + 1]), Fraction(0)),
            tuple((Fraction(amount), rate) for when, amount, rate in invoices if when <= month),
            rates[month],
        )
        for at, month in enumerate(MONTHS)
    ]
    read = at_billing_rates(months) if rule == "billing" else at_one_rate(months, Fraction(11, 10))
    balances = {row["period"]: row for row in answer["balances"] if row["contract"] == "SO-1"}
    finished = earned_in_full(lines, months)
    for at, month in enumerate(MONTHS):
        row, wanted = balances[month], read[at]
        near(sum((base[one] for one in MONTHS[: at + 1]), Fraction(0)), wanted.revenue, month, "revenue")
        near(row["base_billed"], wanted.billed, month, "billed")
        near(row["base_contract_liability"], wanted.liability, month, "liability")
        asset = Fraction(row["base_contract_asset"]) + Fraction(row["base_unbilled_receivable"])
        near(asset, wanted.asset, month, "asset")
        near(row["base_fx"], wanted.fx, month, "fx")
        if finished[at] and months[at].recognised == sum((a for a, _ in months[at].invoices), Fraction(0)):
            assert Fraction(row["base_contract_liability"]) == asset == 0


def earned_in_full(lines, months):
    price = sum(int(line["amount"]) for line in lines)
    return [month.recognised == price for month in months]


def near(got, wanted, month, what):
    assert abs(Fraction(got) - wanted) <= Fraction(CENTS, 100), (
        f"{what} of {month}: {got}, not {float(wanted)}"
    )
