"""What the events of a scenario are refused for, word by word: what they must say, and what they may name."""

from typing import Any

import pytest

from tests.accounting.refused_events import ORDER, after, bill, change, credit, delivery, refusal

TYPES = "order, invoice, credit_memo, modification, cancel, price_change, delivery, void"
MISSING = "This key is required and missing."
ONE_PROGRESS = "events[1]: A delivery has one of quantity, percent and milestone."


OF_THEIR_FORM = [
    ({"events": ["order"]}, "events[0]: An object is wanted here."),
    (after({}), f"events[1].type: {MISSING}"),
    (after({"type": "gift"}), f"events[1].type: 'gift' is none of {TYPES}."),
    ({"events": [{"type": "void", "number": "I1"}]}, f"events[0].date: {MISSING}"),
    (after(bill(date="soon")), "events[1].date: 'soon' is not a date: write it as 2026-03-31."),
    (after(bill(recorded="late")), "events[1].recorded: 'late' is not a date: write it as 2026-03-31."),
    (
        after(bill(end="2025-01-01")),
        "events[1].end: This key is unknown here. Known: type, date, number, customer, lines, recorded, order, "
        "exchange_rate.",
    ),
    (
        after(credit(contract="C")),
        "events[1].contract: This key is unknown here. Known: type, date, number, customer, lines, recorded, order, "
        "invoice, treatment, exchange_rate.",
    ),
    (
        {"events": [{**ORDER, "treatment": "auto"}]},
        "events[0].treatment: This key is unknown here. Known: type, date, order, customer, lines, recorded, "
        "contract, exchange_rate.",
    ),
    (
        after({**change(), "end": "2025-12-31"}),
        "events[1].end: This key is unknown here. Known: type, date, order, lines, recorded, treatment.",
    ),
    (
        after({"type": "cancel", "order": "SO-1", "amount": "1"}),
        "events[1].amount: This key is unknown here. Known: type, date, order, recorded, line, end, fee.",
    ),
    (
        after({"type": "price_change", "order": "SO-1", "amount": "1", "line": "1"}),
        "events[1].line: This key is unknown here. Known: type, date, order, amount, recorded.",
    ),
    (
        after(delivery(amount="1")),
        "events[1].amount: This key is unknown here. Known: type, date, order, line, recorded, quantity, percent, "
        "milestone.",
    ),
    (
        after({"type": "void", "number": "I1", "order": "SO-1"}),
        "events[1].order: This key is unknown here. Known: type, date, number, recorded.",
    ),
    *[
        ({"events": [{**ORDER, key: None}]}, f"events[0].{key}: {sentence}")
        for key, sentence in (("order", MISSING), ("customer", MISSING), ("lines", "A list is wanted here."))
    ],
    (after(bill(number=None)), f"events[1].number: {MISSING}"),
    (after(bill(number="")), "events[1].number: This text is empty."),
    (after(bill(customer=7.5)), "events[1].customer: A text is wanted here."),
    (after(bill(order=[])), "events[1].order: A text is wanted here."),
    (after(credit(invoice="")), "events[1].invoice: This text is empty."),
    ({"events": [{**ORDER, "contract": " "}]}, "events[0].contract: This text is empty."),
    (after({"type": "price_change", "order": "SO-1", "amount": None}), f"events[1].amount: {MISSING}"),
    (
        after({"type": "price_change", "order": "SO-1", "amount": "1.001"}),
        "events[1].amount: '1.001' has more than 2 decimals.",
    ),
    (
        after({"type": "price_change", "order": "SO-1", "amount": 10**13 + 1}),
        "events[1].amount: This number is larger than this program counts.",
    ),
    (after({"type": "cancel", "order": "SO-1", "fee": "-0.01"}), "events[1].fee: A fee is not negative."),
    (
        after({"type": "cancel", "order": "SO-1", "end": "March"}),
        "events[1].end: 'March' is not a date: write it as 2026-03-31.",
    ),
    (after({"type": "cancel", "order": "SO-1", "line": ""}), "events[1].line: This text is empty."),
    (
        after(change(treatment="fair")),
        "events[1].treatment: 'fair' is none of auto, separate, prospective, cumulative_catch_up.",
    ),
    (
        after(credit(treatment="undecided")),
        "events[1].treatment: 'undecided' is none of billing_only, prospective, retrospective, immediate, bad_debt.",
    ),
    (after(delivery()), ONE_PROGRESS),
    (after(delivery(quantity="1", percent="1")), ONE_PROGRESS),
    (after(delivery(percent="1", milestone="a")), ONE_PROGRESS),
    (after(delivery(quantity=None, milestone=None)), ONE_PROGRESS),
    (
        after(delivery(quantity="0.0000001")),
        "events[1].quantity: '0.0000001' has more than 6 decimals.",
    ),
    (
        after(delivery(quantity=10**12 + 1)),
        "events[1].quantity: This number is larger than this program counts.",
    ),
    *[
        (
            after(delivery(percent=percent)),
            "events[1].percent: A percentage lies between 0 and 100, and is cumulative.",
        )
        for percent in ("-0.000001", "100.000001")
    ],
    (
        after(delivery(percent=10**12 + 1)),
        "events[1].percent: This number is larger than this program counts.",
    ),
    (after(delivery(milestone="")), "events[1].milestone: This text is empty."),
    (after(bill(amount=None)), "events[1].lines[0].amount: A document line needs an amount."),
    (
        after(credit(lines=[{"line": "1", "amount": "1"}, {"line": "2", "amount": "-0.01"}])),
        "events[1].lines[1].amount: The amounts of a credit memo are positive.",
    ),
    *[
        (
            {"events": [{**ORDER, "exchange_rate": rate}], "base_currency": "EUR"},
            "events[0].exchange_rate: An exchange rate is positive.",
        )
        for rate in ("0", "-1")
    ],
    (
        {"events": [{**ORDER, "exchange_rate": "1.1"}]},
        "events[0].exchange_rate: An exchange rate needs a base_currency that is not the currency.",
    ),
    (
        {"events": [{**ORDER, "exchange_rate": "1.00000000001"}], "base_currency": "EUR"},
        "events[0].exchange_rate: '1.00000000001' has more than 10 decimals.",
    ),
    (
        {"events": [{**ORDER, "exchange_rate": 10**6 + 1}], "base_currency": "EUR"},
        "events[0].exchange_rate: This number is larger than this program counts.",
    ),
]


@pytest.mark.parametrize(("data", "sentence"), OF_THEIR_FORM)
def test_of_their_form(data: Any, sentence: str) -> None:
    assert refusal(data) == sentence
