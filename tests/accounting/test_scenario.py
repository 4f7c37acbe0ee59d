"""Scenarios: what they refuse, and what never changes."""

import copy
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from revrec.accounting.scenario import run_scenario
from revrec.accounting.scenario_form import ScenarioError
from revrec.accounting.terms import Method

LINE = {
    "line": "1",
    "product": "P",
    "quantity": "1",
    "amount": "1200.00",
    "start": "2025-01-01",
    "end": "2025-12-31",
}
ORDER = {"type": "order", "date": "2025-01-01", "order": "SO-1", "customer": "Acme", "lines": [LINE]}


def scenario(*events, **top):
    return {"events": [copy.deepcopy(ORDER), *events], **top}


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({}, "events"),
        ({"events": []}, "events"),
        ({"events": [{"type": "gift", "date": "2025-01-01"}]}, r"events\[0\]\.type"),
        (scenario(through="2025"), "through"),
        (scenario(policy={"allocation": "fair"}), r"policy\.allocation"),
        (scenario(policy={"colour": "red"}), r"policy\.colour"),
        (scenario(products={"P": {"ssp": 3.5}}), r"products\.P\.ssp"),
        (scenario(products={"P": {"ssp": {"low": "9", "high": "1"}}}), r"products\.P\.ssp"),
        (
            scenario({"type": "price_change", "date": "2025-02-30", "order": "SO-1", "amount": "1"}),
            r"events\[1\]\.date",
        ),
        (scenario({"type": "cancel", "date": "2025-02-01", "order": "SO-9"}), r"events\[1\]\.order"),
        (scenario({"type": "void", "date": "2025-02-01", "number": "I9"}), r"events\[1\]\.number"),
        (scenario({"type": "delivery", "date": "2025-02-01", "order": "SO-1", "line": "1"}), r"events\[1\]"),
        (
            scenario(
                {"type": "delivery", "date": "2025-02-01", "order": "SO-1", "line": "9", "quantity": "1"}
            ),
            r"events\[1\]\.line",
        ),
        (
            scenario(
                {"type": "modification", "date": "2025-02-01", "order": "SO-1", "lines": [{"line": "7"}]}
            ),
            r"events\[1\]\.lines\[0\]",
        ),
    ],
)
def test_a_complaint_names_its_place(data, where):
    with pytest.raises(ScenarioError, match=f"^{where}"):
        run_scenario(data)


def test_an_amount_with_too_many_decimals_is_refused():
    with pytest.raises(ScenarioError, match=r"lines\[0\]\.amount: '1\.005' has more than 2 decimals"):
        run_scenario({"events": [{**ORDER, "lines": [{**LINE, "amount": "1.005"}]}]})


def test_a_held_line_is_listed_and_not_an_error():
    bare = {k: v for k, v in LINE.items() if k != "end"}
    answer = run_scenario({"events": [{**ORDER, "lines": [bare]}]})
    assert answer["held"] == [{"order": "SO-1", "line": "1", "reason": "missing_dates", "amount": "1200.00"}]
    assert answer["schedule"] == []


def test_a_missing_ssp_under_hold_holds_the_whole_contract():
    lines = [LINE, {**LINE, "line": "2", "product": "Q"}]
    answer = run_scenario(
        {
            "policy": {"missing_ssp": "hold"},
            "products": {"P": {"ssp": "100.00"}},
            "events": [{**ORDER, "lines": lines}],
        }
    )
    assert [(h["line"], h["reason"]) for h in answer["held"]] == [("1", "missing_ssp"), ("2", "missing_ssp")]


def test_a_discount_line_lowers_the_line_above_it_and_not_below_zero():
    discount = {"line": "2", "product": "D", "amount": "-200.00"}
    answer = run_scenario({"events": [{**ORDER, "lines": [LINE, discount]}]})
    assert [(a["line"], a["stated"]) for a in answer["allocations"]] == [("1", "1000.00")]
    with pytest.raises(ScenarioError, match=r"lines\[1\]\.amount"):
        run_scenario({"events": [{**ORDER, "lines": [LINE, {**discount, "amount": "-1200.01"}]}]})


DATED = ["daily", "even", "prorate_ends", "prorate_ends_by_month", "half_month", "thirty_360"]


def by_period(answer):
    return {(r["line"], r["period"]): Decimal(r["amount"]) for r in answer["schedule"]}


@settings(deadline=None, max_examples=18)
@given(
    method=st.sampled_from(DATED),
    day=st.integers(0, 420),
    allocation=st.sampled_from(["relative_ssp", "stated_price"]),
    amounts=st.lists(st.integers(1, 10**7), min_size=1, max_size=3),
    data=st.data(),
)
def test_a_modification_that_changes_nothing_changes_nothing(method, day, allocation, amounts, data):
    lines = [
        {
            **LINE,
            "line": str(n),
            "amount": f"{a // 100}.{a % 100:02d}",
            "method": method,
            "ssp": str(data.draw(st.integers(1, 900))),
            "start": f"2025-01-{data.draw(st.integers(1, 31)):02d}",
            "ramp": False,
        }
        for n, a in enumerate(amounts)
    ]
    base = {"policy": {"allocation": allocation}, "events": [{**ORDER, "lines": lines}]}
    when = (dt.date(2025, 1, 1) + dt.timedelta(days=day)).isoformat()
    same = {
        "type": "modification",
        "date": when,
        "order": "SO-1",
        "treatment": data.draw(st.sampled_from(["auto", "prospective", "cumulative_catch_up"])),
        "lines": [{"line": "0", "amount": lines[0]["amount"]}],
    }
    before, after = (
        by_period(run_scenario(base)),
        by_period(run_scenario({**base, "events": [*base["events"], same]})),
    )
    assert before.keys() == after.keys()
    assert all(abs(before[k] - after[k]) <= Decimal("0.01") for k in before)


@settings(deadline=None, max_examples=18)
@given(
    method=st.sampled_from(DATED),
    change=st.integers(0, 10**6),
    month=st.integers(2, 12),
    allocation=st.sampled_from(["relative_ssp", "stated_price"]),
    kind=st.sampled_from(["prospective", "cumulative_catch_up", "price_change", "credit"]),
)
def test_closed_figures_stay_and_the_price_is_conserved(method, change, month, allocation, kind):
    lines = [
        {**LINE, "method": method, "ssp": "700", "ramp": False},
        {**LINE, "line": "2", "method": "even", "ssp": "500", "end": "2025-09-15", "ramp": False},
    ]
    base = {"policy": {"allocation": allocation}, "events": [{**ORDER, "lines": lines}]}
    day, amount = f"2025-{month:02d}-14", f"{change // 100}.{change % 100:02d}"
    event = {
        "prospective": {
            "type": "modification",
            "treatment": kind,
            "lines": [{"line": "1", "amount": amount}],
        },
        "cumulative_catch_up": {
            "type": "modification",
            "treatment": kind,
            "lines": [{"line": "1", "amount": amount}],
        },
        "price_change": {"type": "price_change", "amount": amount},
        "credit": {
            "type": "credit_memo",
            "number": "C",
            "customer": "Acme",
            "treatment": "prospective",
            "lines": [{"line": "1", "for_line": "1", "product": "P", "amount": amount}],
        },
    }[kind]
    if amount == "0.00":
        return
    later = {**base, "events": [*base["events"], {"date": day, "order": "SO-1", **event}]}
    before, answer = by_period(run_scenario(base)), run_scenario(later)
    after = by_period(answer)
    closed = {k: v for k, v in before.items() if k[1] < day[:7]}
    assert {k: v for k, v in after.items() if k[1] < day[:7]} == closed
    total = Decimal(2400) + {
        "price_change": Decimal(amount),
        "credit": -Decimal(amount),
    }.get(kind, Decimal(amount) - 1200)
    assert sum(after.values()) == total == sum(Decimal(a["allocated"]) for a in answer["allocations"])


def test_events_of_one_day_apply_in_their_order_whatever_the_file_says():
    first = {
        "type": "modification",
        "date": "2025-04-01",
        "order": "SO-1",
        "lines": [{"line": "1", "amount": "1500.00"}],
    }
    second = {"type": "price_change", "date": "2025-04-01", "order": "SO-1", "amount": "60.00"}
    one, other = run_scenario(scenario(first, second)), run_scenario(scenario(second, first))
    assert one["schedule"] == other["schedule"]
    turned = {"events": [second, first, ORDER]}
    assert run_scenario(turned)["schedule"] == one["schedule"]


def test_every_method_has_a_name_that_a_policy_can_use():
    for method in Method:
        assert "schedule" in run_scenario(scenario(policy={"method": method.name.lower()}))


def test_a_point_price_is_never_outside_its_range():
    answer = run_scenario(scenario(products={"P": {"ssp": "100.00"}}))
    assert answer["allocations"][0]["flags"] == []
    ranged = run_scenario(scenario(products={"P": {"ssp": {"low": "90.00", "high": "110.00"}}}))
    assert ranged["allocations"][0]["flags"] == ["outside_range"]
