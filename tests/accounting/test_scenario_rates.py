"""What the documents and contracts of a scenario are worth in the currency of the books."""

from typing import Any

import pytest

from revrec.accounting.scenario import run_scenario
from revrec.accounting.scenario_form import ScenarioError
from tests.accounting.scenario_bills import LINE, bill, credit, order, replay

# Exchange rates

EURO = {"currency": "EUR", "base_currency": "USD"}


def base_billed(*events: dict[str, Any], **top: Any) -> str:
    answer = replay(*events, through="2025-02", top={**EURO, **top})
    return str(answer["balances"][-1]["base_billed"])


def test_a_document_has_its_own_rate_else_its_order_s_else_its_invoice_s() -> None:
    sold = order(exchange_rate="1.10")
    assert (
        base_billed(sold, bill("I1", "2025-01-05", {"amount": "100.00"}, order="SO-1", exchange_rate="1.20"))
        == "120.00"
    )
    assert base_billed(sold, bill("I1", "2025-01-05", {"amount": "100.00"}, order="SO-1")) == "110.00"
    invoice = bill("I1", "2025-01-05", {"amount": "100.00"}, exchange_rate="1.20")
    memo = credit("C1", "2025-01-06", {"amount": "50.00"}, invoice="I1")
    assert base_billed(sold, invoice, memo) == "60.00"
    assert base_billed(sold, invoice, {**memo, "exchange_rate": "1.30"}) == "55.00"
    assert base_billed(sold, invoice, {**memo, "order": "SO-1"}) == "65.00"


def test_base_amounts_are_rounded_half_away_from_zero_in_the_decimals_of_their_currency() -> None:
    def one(amount: str, rate: str, **top: Any) -> str:
        bare = order(exchange_rate="1", lines=[{**LINE, "amount": "60"}])
        return base_billed(
            bare, bill("I1", "2025-01-05", {"amount": amount}, order="SO-1", exchange_rate=rate), **top
        )

    assert one("0.10", "1.05") == "0.11"  # 0.105
    assert one("1.00", "1.2345", base_currency="JPY") == "1"
    assert one("1.50", "1", base_currency="JPY") == "2"
    assert one("7", "0.0025", currency="JPY", base_currency="KWD") == "0.018"  # 0.0175
    assert one("0.007", "3.25", currency="KWD", base_currency="USD") == "0.02"  # 0.02275


def test_an_amount_beyond_what_is_counted_is_refused_at_its_document() -> None:
    huge = bill("I1", "2025-01-05", {"amount": 10**13}, order="SO-1", exchange_rate=10**6)
    with pytest.raises(ScenarioError) as refused:
        base_billed(order(exchange_rate="1"), huge, base_currency="JPY", currency="USD")
    assert str(refused.value) == "events[1]: In JPY its amounts are more than is counted."


def test_at_one_rate_a_contract_has_its_order_s_else_that_of_its_first_invoice() -> None:
    def january(*events: dict[str, Any]) -> str:
        answer = replay(*events, through="2025-03", top=EURO, fx_rate="contract")
        return str(answer["schedule"][-1]["base_amount"])

    later = bill("I2", "2025-02-05", {"amount": "100.00"}, order="SO-1", exchange_rate="1.30")
    first = bill("I1", "2025-01-05", {"amount": "100.00"}, order="SO-1", exchange_rate="1.20")
    assert january(order(exchange_rate="1.10"), later, first) == "110.00"
    assert january(order(), later, first) == "120.00"
    other = [
        order("SO-0", exchange_rate="1.40"),
        bill("I0", "2025-01-01", {"amount": "1"}, order="SO-0", exchange_rate="1.50"),
    ]
    assert january(*other, order(), later, first) == "120.00"


def test_the_latest_rate_known_by_a_period_stands_for_its_own() -> None:
    """Nothing is billed: each month's revenue is an asset at the rate of that month."""
    far = {**LINE, "start": "2026-01-01", "end": "2026-01-31"}
    rates = [order(f"R{n}", date, exchange_rate=rate, lines=[far]) for n, (date, rate) in enumerate(
        [("2025-04-30", "1.40"), ("2025-02-01", "1.20"), ("2025-02-28", "1.25"), ("2025-02-02", "1.30")]
    )]  # fmt: skip
    answer = replay(order(exchange_rate="1.10"), *rates, through="2025-05", top=EURO)
    found = [row["base_amount"] for row in answer["schedule"] if row["order"] == "SO-1"]
    assert found == ["110.00", "125.00", "125.00", "140.00", "140.00"]


def test_what_is_returned_after_a_modification_takes_back_whole_amounts_in_both_currencies() -> None:
    """Three of ten at 100.00, then seven at 90.00; two come back at 100.00. A unit of the one is 1.5 of the other."""
    line = {"line": "1", "product": "P", "quantity": "10", "amount": "1000.00", "method": "units"}
    order = {"type": "order", "date": "2025-01-01", "order": "SO-1", "customer": "Acme", "lines": [line]}
    delivered = (("2025-01-10", "3"), ("2025-02-10", "-2"), ("2025-03-10", "1"), ("2025-04-10", "8"))
    answer = run_scenario(
        {
            "policy": {"allocation": "stated_price", "fx_rate": "contract"}, "currency": "USD", "base_currency": "EUR",
            "events": [
                {**order, "exchange_rate": "1.5"},
                {"type": "modification", "date": "2025-02-01", "order": "SO-1", "treatment": "prospective",
                 "lines": [{"line": "1", "amount": "930.00"}]},
                *({"type": "delivery", "date": date, "order": "SO-1", "line": "1", "quantity": quantity}
                  for date, quantity in delivered),
            ],
        }
    )  # fmt: skip
    assert [(row["amount"], row["base_amount"]) for row in answer["schedule"]] == [
        ("300.00", "450.00"), ("-200.00", "-300.00"), ("100.00", "150.00"), ("730.00", "1095.00"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("treatment", "march"), [("prospective", "93.50"), ("retrospective", "77.00"), ("immediate", "44.00")]
)
def test_a_credit_where_nothing_is_billed_earns_at_the_one_rate_there_is(treatment: str, march: str) -> None:
    """85.00, 70.00 and 40.00 in March, all at 1.10: no rate changed, so nothing is an exchange difference."""
    memo = credit(
        "C1", "2025-03-01", {"amount": "60.00"}, order="SO-1", treatment=treatment, exchange_rate="1.10"
    )
    answer = replay(order(exchange_rate="1.10"), memo, top=EURO)
    assert answer["schedule"][2]["base_amount"] == march
    assert answer["balances"][-1]["base_recognised"] == "594.00"
    assert {row["base_fx"] for row in answer["balances"]} == {"0.00"}


def test_revenue_of_a_cent_says_nothing_of_the_rate_of_its_adjustment() -> None:
    """400.02 from inception: 200.01 by March, 200.00 is booked; 133.34 by February is 66.66 less, at 1.10: 73.33."""
    lower = {"type": "modification", "date": "2025-03-15", "order": "SO-1", "treatment": "cumulative_catch_up",
             "lines": [{"line": "1", "amount": "400.02"}]}  # fmt: skip
    row = replay(order(exchange_rate="1.10"), lower, top=EURO)["schedule"][2]
    assert (row["amount"], row["adjustment"]) == ("0.01", "-66.66")
    assert (row["base_amount"], row["base_adjustment"]) == ("0.01", "-73.33")
