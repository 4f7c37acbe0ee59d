"""Credits after a cancellation: what is billed above the price is owed as a refund, and is cleared before anything is
lowered.

600.00 over half a year, billed at once, ``even``; as a rule cancelled in February as of April, so that 400.00 stay
and 200.00 leave.
"""

from typing import Any

import pytest

from tests.accounting.scenario_bills import bill, credit, earned, order, replay


def cancel(date: str, end: str) -> dict[str, Any]:
    return {"type": "cancel", "date": date, "order": "SO-1", "end": end}


BILL = bill("I1", "2025-01-01", {"amount": "600.00", "for_line": "1"}, order="SO-1")
SOON = cancel("2025-02-10", "2025-04-30")


def months(*events: dict[str, Any]) -> list[str]:
    """Revenue from January to June."""
    return [amount.removesuffix(".00") for amount in earned(replay(order(), BILL, *events))]


def less(amount: str, treatment: str, date: str = "2025-03-01", number: str = "C1") -> dict[str, Any]:
    return credit(number, date, {"amount": amount, "for_line": "1"}, order="SO-1", treatment=treatment)


@pytest.mark.parametrize(
    ("amount", "march", "april"),
    [
        ("150.00", "100", "100"),  # less than the refund
        ("200.00", "100", "100"),
        ("225.00", "87.50", "87.50"),  # 25.00 more, of the 200.00 that are still to be earned
        ("400.00", "0", "0"),
        ("450.00", "-50", "0"),  # what is more than that lowers revenue at once
    ],
)
def test_a_prospective_credit_clears_the_refund_first(amount: str, march: str, april: str) -> None:
    assert months(SOON, less(amount, "prospective")) == ["100", "100", march, april, "0", "0"]


@pytest.mark.parametrize(
    ("amount", "march", "april"),
    [
        ("150.00", "-50", "100"),  # all of it is recognised
        ("250.00", "-100", "100"),  # 200.00 are; the other 50.00 are owed
        ("450.00", "-125", "75"),  # 200.00 are owed; 50.00 are taken from what March and April have left
        ("750.00", "-200", "0"),  # nothing is left, and what left the price does not come back
    ],
)
def test_an_immediate_credit_takes_what_is_recognised_then_clears_the_refund(
    amount: str, march: str, april: str
) -> None:
    assert months(SOON, less(amount, "immediate")) == ["100", "100", march, april, "0", "0"]


def test_an_immediate_credit_of_what_was_cancelled_as_of_long_ago_takes_what_stayed() -> None:
    """As of January: 100.00 stay, and 300.00 are taken back in May."""
    early = cancel("2025-05-15", "2025-01-31")
    assert months(early, less("250.00", "immediate", "2025-06-10")) == [
        "100",
        "100",
        "100",
        "100",
        "-300",
        "-100",
    ]


@pytest.mark.parametrize(
    ("end", "april"), [("2025-03-31", "0"), ("2025-04-30", "87.50"), ("2025-05-31", "87.50")]
)
def test_what_was_credited_stays_so_when_the_end_comes_sooner(end: str, april: str) -> None:
    """The earlier end holds; what March earns is what the credit left it."""
    again = cancel("2025-03-20", end)
    assert months(SOON, less("225.00", "prospective"), again) == ["100", "100", "87.50", april, "0", "0"]


def test_another_line_that_goes_on_is_credited_as_ever() -> None:
    lines = [
        {"line": n, "product": n, "amount": "600.00", "start": "2025-01-01", "end": "2025-06-30"}
        for n in "12"
    ]
    answer = replay(
        order(lines=lines), {**SOON, "line": "1"},
        credit("C1", "2025-03-01", {"amount": "40.00", "for_line": "2"}, order="SO-1", treatment="prospective"),
    )  # fmt: skip
    assert earned(answer, line="1") == ["100.00"] * 4 + ["0.00"] * 2
    assert earned(answer, line="2") == ["100.00"] * 2 + ["90.00"] * 4


def test_a_credit_and_a_fee_of_one_month_adjust_nothing() -> None:
    """600.00 delivered in March, credited at once in April and cancelled with a fee of 10.00: both are April's own."""
    line = {"amount": "600.00", "method": "point_in_time", "trigger": "delivery"}
    answer = replay(
        {**order(), "lines": [{"line": "1", "product": "P", **line}]},
        BILL,
        {"type": "delivery", "date": "2025-03-11", "order": "SO-1", "line": "1", "quantity": "1"},
        less("600.00", "immediate", "2025-04-01"),
        {**cancel("2025-04-30", "2025-04-30"), "fee": "10.00"},
    )
    found = [(row["period"], row["amount"], row["adjustment"]) for row in answer["schedule"]]
    assert found == [("2025-03", "600.00", "0.00"), ("2025-04", "-590.00", "0.00")]
