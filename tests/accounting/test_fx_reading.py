"""The engine's base amounts against a second reading of the rules, over random contracts, invoices and rates."""

import datetime as dt
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from revrec.accounting.scenario import run_scenario

sys.path.insert(0, str(Path(__file__).parent))

from reference.fx import Month, at_billing_rates, at_one_rate, line_targets
from reference.methods import Facts, Terms, earned
from reference.money import minor, text

MONTHS = ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05"]
ENDS = dict(zip(MONTHS, ("2025-01-31", "2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31"), strict=True))
CENTS = 3
"""Each line and each invoice is rounded to the cent by itself, and anew where the rate changes; the reading rounds
nothing."""


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
    for month in (*MONTHS, *MONTHS):
        part = draw(st.integers(0, rest))
        if part and draw(st.booleans()):
            day = f"{month}-{draw(st.integers(1, 28)):02}"
            invoices.append((day, Fraction(part), Fraction(draw(st.integers(80, 150)), 100)))
            rest -= part
    return rates, lines, draw(st.permutations(invoices))


def scenario(rates, lines, invoices, rule):
    events = [order("2025-01-01", "SO-1", lines, Fraction(11, 10))]
    for number, (day, amount, rate) in enumerate(invoices):
        events.append(
            {
                "type": "invoice",
                "date": day,
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
    base = {month: Fraction(0) for month in MONTHS}
    for row in answer["schedule"]:
        if row["order"] == "SO-1":
            base[row["period"]] += Fraction(row["base_amount"])
    months = [
        Month(
            sum((int(line["amount"]) * reached(line, month) for line in lines), Fraction(0)),
            tuple(one for one in invoices if one[0][:7] <= month),
            rates[month],
        )
        for month in MONTHS
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
        if finished[at] and months[at].recognised == sum((a for _, a, _ in months[at].invoices), Fraction(0)):
            assert Fraction(row["base_contract_liability"]) == asset == 0


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data(), rule=st.sampled_from(["billing", "contract"]), billed=st.booleans())
def test_each_line_is_its_own_unrounded_target_rounded_once(data, rule, billed):
    """At the contract's one rate, and ahead of billing while no rate changes: to the cent, and without fx until the
    contract is finished."""
    rate = Fraction(data.draw(st.integers(1, 2 * 10**6)), 10**6)
    lines = []
    for number in range(data.draw(st.integers(1, 3))):
        start = dt.date(2025, 1, data.draw(st.integers(1, 31)))
        end = start + dt.timedelta(days=data.draw(st.integers(0, 100)))
        lines.append(
            {
                "line": str(number + 1),
                "product": f"P{number}",
                "amount": text(data.draw(st.integers(1, 9999)), 2),
                "start": start.isoformat(),
                "end": end.isoformat(),
                "method": data.draw(st.sampled_from(["daily", "even"])),
            }
        )
    events = [order("2025-01-01", "SO-1", lines, rate)]
    if billed and rule == "contract":
        events.append(
            {"type": "invoice", "date": "2025-01-31", "number": "I1", "customer": "Acme", "order": "SO-1",
             "lines": [{"line": "1", "amount": text(sum(minor(one["amount"], 2) for one in lines), 2)}]}
        )  # fmt: skip
    events[0]["exchange_rate"] = f"{float(rate):.6f}"
    answer = run_scenario(
        {"currency": "EUR", "base_currency": "USD", "through": "2025-05", "events": events,
         "policy": {"allocation": "stated_price", "fx_rate": rule}}
    )  # fmt: skip
    got = {(row["line"], row["period"]): minor(row["base_amount"], 2) for row in answer["schedule"]}
    for line in lines:
        whole = minor(line["amount"], 2)
        targets = line_targets([whole * reached(line, month) for month in MONTHS], rate)
        wanted = [now - before for before, now in pairwise([0, *targets])]
        assert [got.get((line["line"], month), 0) for month in MONTHS] == wanted
    if len(events) == 1:
        assert {row["base_fx"] for row in answer["balances"]} <= {"0.00"}


def reached(line, month):
    """The fraction of a line that is earned by a month's end, unrounded."""
    terms = Terms(line["method"], None, *(dt.date.fromisoformat(line[name]) for name in ("start", "end")))
    return earned(terms, Facts(dt.date(2025, 1, 1)), dt.date.fromisoformat(ENDS[month]))


def earned_in_full(lines, months):
    price = sum(int(line["amount"]) for line in lines)
    return [month.recognised == price for month in months]


def near(got, wanted, month, what):
    assert abs(Fraction(got) - wanted) <= Fraction(CENTS, 100), (
        f"{what} of {month}: {got}, not {float(wanted)}"
    )
