"""The balances and journals that a scenario answers with, by contract or customer, in one currency or two."""

from typing import Any

from tests.accounting.scenario_of_a_plan import EVEN, PLAN, balance, invoice, journal, order, replay, rows


def test_contracts_are_netted_one_by_one_or_by_customer() -> None:
    """Acme is billed ahead of one contract and behind the other; Zenith is not billed."""
    events = [
        order(),
        order("SO-2"),
        order("SO-3", customer="Zenith"),
        invoice("I1", "2025-01-10", "150.00", order="SO-1"),
    ]
    names = ("customer", "contract", "billed", "recognised", "contract_liability", "contract_asset")
    by_contract = replay(*events, through="2025-01")
    assert rows(by_contract, "balances", *names) == [
        ("Acme", "SO-1", "150.00", "100.00", "50.00", "0.00"),
        ("Acme", "SO-2", "0.00", "100.00", "0.00", "100.00"),
        ("Zenith", "SO-3", "0.00", "100.00", "0.00", "100.00"),
    ]
    by_customer = replay(*events[::-1], policy={**EVEN, "netting": "customer"}, through="2025-01")
    assert rows(by_customer, "balances", *names) == [
        ("Acme", None, "150.00", "200.00", "0.00", "50.00"),
        ("Zenith", None, "0.00", "100.00", "0.00", "100.00"),
    ]


def test_billing_that_no_contract_absorbs_comes_last_and_is_never_netted() -> None:
    loose = [invoice("I1", "2025-01-10", "7.00", name) for name in ("Zenith", "Bolt")]
    loose[1]["number"] = "I2"
    names = ("customer", "contract", "billed", "recognised", "contract_liability")
    for netting, contract in (("contract", "SO-1"), ("customer", None)):
        answer = replay(order(), *loose, policy={**EVEN, "netting": netting}, through="2025-01")
        assert rows(answer, "balances", *names) == [
            ("Acme", contract, "0.00", "100.00", "0.00"),
            ("Bolt", "unassigned", "7.00", "0.00", "7.00"),
            ("Zenith", "unassigned", "7.00", "0.00", "7.00"),
        ]


def test_a_contract_has_its_row_from_the_period_that_knows_it() -> None:
    next_year = {**PLAN, "start": "2026-01-01", "end": "2026-03-31"}
    for netting, contract in (("contract", "SO-1"), ("customer", None)):
        answer = replay(
            order(lines=[next_year], date="2025-02-03"),
            invoice("I1", "2025-01-10", "7.00", "Zenith"),
            policy={**EVEN, "netting": netting},
            through="2025-02",
        )
        assert rows(answer, "balances", "period", "customer", "contract", "recognised") == [
            ("2025-01", "Zenith", "unassigned", "0.00"),
            ("2025-02", "Acme", contract, "0.00"),
            ("2025-02", "Zenith", "unassigned", "0.00"),
        ]


def test_the_offset_decides_what_is_journalled_of_an_invoice() -> None:
    """Deferred revenue holds the billing already; revenue is taken back from where it was credited."""
    events = (order(), invoice("I1", "2025-01-10", "300.00", order="SO-1"))

    def january(offset: str) -> Any:
        return replay(*events, policy={**EVEN, "billing_offset": offset}, through="2025-01")["journals"]

    assert january("deferred") == [
        journal("2025-01", ("contract_liability", "100.00", "0.00"), ("revenue", "0.00", "100.00"))
    ]
    for offset, role in (("revenue", "billing_offset"), ("clearing", "clearing")):
        assert january(offset) == [
            journal(
                "2025-01",
                (role, "300.00", "0.00"),
                ("contract_liability", "0.00", "200.00"),
                ("revenue", "0.00", "100.00"),
            )
        ], offset


def test_usage_that_no_bill_covers_is_an_unbilled_receivable() -> None:
    """3.00 a unit, and 20 units used in January."""
    usage = {**PLAN, "quantity": "100", "method": "as_invoiced"}
    used = {"type": "delivery", "date": "2025-01-20", "order": "SO-1", "line": "1", "quantity": "20"}
    answer = replay(order(lines=[usage]), used, through="2025-01")
    assert answer["balances"] == [balance("2025-01", "0.00", "60.00", "0.00", unbilled_receivable="60.00")]


def test_a_base_currency_gives_every_amount_a_second_time() -> None:
    """EUR 300.00 at 1.10; EUR 150.00 billed in January at 1.20, so January's 100.00 are USD 120.00."""
    answer = replay(
        order(exchange_rate="1.10"),
        invoice("I1", "2025-01-10", "150.00", order="SO-1", exchange_rate="1.20"),
        currency="EUR", base_currency="USD", through="2025-02",
    )  # fmt: skip
    # February: 50.00 more at 1.20, and 50.00 ahead of billing at the latest rate, 1.20.
    usual = {"order": "SO-1", "line": "1", "adjustment": "0.00", "cause": None, "base_adjustment": "0.00"}
    assert answer["schedule"] == [
        {**usual, "period": "2025-01", "amount": "100.00", "base_amount": "120.00"},
        {**usual, "period": "2025-02", "amount": "100.00", "base_amount": "120.00"},
    ]
    base = {"base_unbilled_receivable": "0.00", "base_fx": "0.00", "base_billed": "180.00"}
    assert answer["balances"] == [
        balance("2025-01", "150.00", "100.00", "50.00", base_recognised="120.00",
                base_contract_liability="60.00", base_contract_asset="0.00", **base),
        balance("2025-02", "150.00", "200.00", "0.00", "50.00", base_recognised="240.00",
                base_contract_liability="0.00", base_contract_asset="60.00", **base),
    ]  # fmt: skip
    assert answer["journals"] == [
        journal("2025-01", ("contract_liability", "120.00", "0.00"), ("revenue", "0.00", "120.00")),
        journal(
            "2025-02",
            ("contract_liability", "60.00", "0.00"),
            ("contract_asset", "60.00", "0.00"),
            ("revenue", "0.00", "120.00"),
        ),
    ]


def test_amounts_have_the_decimals_of_their_currency() -> None:
    """JPY 300 at KWD 0.002: 100 a month are KWD 0.200."""
    yen = {**PLAN, "amount": "300"}
    answer = replay(order(lines=[yen], exchange_rate="0.002"), currency="JPY", base_currency="KWD")
    assert rows(answer, "schedule", "amount", "base_amount") == [("100", "0.200")] * 3
    assert rows(answer, "remaining", "amount") == [("200",), ("100",)]
    (january, _, _) = answer["journals"]
    assert [(line["debit"], line["credit"]) for line in january["lines"]] == [
        ("0.200", "0.000"),
        ("0.000", "0.200"),
    ]


def test_an_amount_in_the_base_currency_alone_has_a_row_in_the_schedule() -> None:
    """EUR 100.00 earned in January ahead of billing at 1.10; revenue is trued up to the invoice of February, to fx."""
    short = {**PLAN, "amount": "100.00", "end": "2025-01-31"}
    answer = replay(
        order(lines=[short], exchange_rate="1.10"),
        invoice("I1", "2025-02-10", "100.00", order="SO-1", exchange_rate="1.20"),
        currency="EUR", base_currency="USD", through="2025-02",
    )  # fmt: skip
    assert rows(answer, "schedule", "period", "amount", "base_amount") == [("2025-01", "100.00", "110.00")]
    assert rows(answer, "balances", "base_billed", "base_recognised", "base_fx")[1] == (
        "120.00",
        "110.00",
        "10.00",
    )
    assert answer["journals"][1] == journal(
        "2025-02",
        ("contract_liability", "120.00", "0.00"),
        ("contract_asset", "0.00", "110.00"),
        ("fx_adjustment", "0.00", "10.00"),
    )
