"""What a scenario answers: its lists, row by row, with the amounts that the rules give."""

from typing import Any

from tests.accounting.scenario_of_a_plan import PLAN, balance, invoice, journal, order, replay, rows

SETUP = {
    "line": "2", "product": "SETUP", "amount": "60.00", "start": "2025-02-01", "end": "2025-02-01",
    "method": "point_in_time",
}  # fmt: skip


def test_the_whole_answer_of_a_short_life() -> None:
    """300.00 over three months and 60.00 at once in February; only the 300.00 are billed."""
    answer = replay(
        order(lines=[PLAN, SETUP]), invoice("I1", "2025-01-10", "300.00", order="SO-1"), through="2025-04"
    )
    line: dict[str, Any] = {"order": "SO-1", "ssp": None, "flags": []}
    usual = {"order": "SO-1", "adjustment": "0.00", "cause": None}
    liability, revenue = "contract_liability", "revenue"
    assert answer == {
        "allocations": [
            {**line, "line": "1", "product": "PLAN", "stated": "300.00", "inception": "300.00", "allocated": "300.00"},
            {**line, "line": "2", "product": "SETUP", "stated": "60.00", "inception": "60.00", "allocated": "60.00"},
        ],
        "schedule": [
            {**usual, "line": "1", "period": "2025-01", "amount": "100.00"},
            {**usual, "line": "1", "period": "2025-02", "amount": "100.00"},
            {**usual, "line": "2", "period": "2025-02", "amount": "60.00"},
            {**usual, "line": "1", "period": "2025-03", "amount": "100.00"},
        ],
        "balances": [
            balance("2025-01", "300.00", "100.00", "200.00"),
            balance("2025-02", "300.00", "260.00", "40.00"),
            balance("2025-03", "300.00", "360.00", "0.00", "60.00"),
            balance("2025-04", "300.00", "360.00", "0.00", "60.00"),
        ],
        "journals": [
            journal("2025-01", (liability, "100.00", "0.00"), (revenue, "0.00", "100.00")),
            journal("2025-02", (liability, "160.00", "0.00"), (revenue, "0.00", "160.00")),
            journal(
                "2025-03",
                (liability, "40.00", "0.00"),
                ("contract_asset", "60.00", "0.00"),
                (revenue, "0.00", "100.00"),
            ),
        ],
        "remaining": [
            {"period": "2025-01", "order": "SO-1", "line": "1", "amount": "200.00"},
            {"period": "2025-01", "order": "SO-1", "line": "2", "amount": "60.00"},
            {"period": "2025-02", "order": "SO-1", "line": "1", "amount": "100.00"},
        ],
        "held": [],
    }  # fmt: skip


def test_periods_are_replayed_from_the_first_event_to_the_last_with_revenue() -> None:
    later = invoice("I1", "2025-06-10", "300.00", order="SO-1")
    early = invoice("I0", "2024-11-30", "5.00", "Zenith")
    answer = replay(order(), later, early)
    assert [row["period"] for row in answer["balances"] if row["contract"] == "unassigned"] == [
        "2024-11", "2024-12", "2025-01", "2025-02", "2025-03",
    ]  # fmt: skip
    assert answer["balances"][-2] == balance("2025-03", "0.00", "300.00", "0.00", "300.00")


def test_without_any_revenue_it_ends_with_the_last_event() -> None:
    dateless = {"line": "1", "product": "PLAN", "amount": "300.00"}
    bills = (invoice("I1", "2025-02-10", "50.00", recorded="2025-04-02"), invoice("I2", "2025-03-10", "1.00"))
    answer = replay(order(lines=[dateless]), *bills)
    assert rows(answer, "balances", "period", "billed") == [
        ("2025-01", "0.00"), ("2025-02", "0.00"), ("2025-03", "1.00"), ("2025-04", "51.00"),
    ]  # fmt: skip
    assert answer["held"] == [{"order": "SO-1", "line": "1", "reason": "missing_dates", "amount": "300.00"}]


def test_what_ends_with_the_last_revenue_tells_of_prices_as_they_were_then() -> None:
    """By March all that is dated is earned; what is signed in May waits for its dates, and is seen when asked for."""
    answer = replay(order(), order("SO-2", "2025-05-01", lines=[{**PLAN, "end": None}]))
    assert rows(answer, "allocations", "order") == [("SO-1",)]
    assert answer["held"] == []
    through_may = replay(
        order(), order("SO-2", "2025-05-01", lines=[{**PLAN, "end": None}]), through="2025-05"
    )
    assert rows(through_may, "allocations", "order") == [("SO-1",), ("SO-2",)]
    assert rows(through_may, "held", "order", "amount") == [("SO-2", "300.00")]


def test_rows_come_in_order_of_period_order_and_line_as_the_order_lists_them() -> None:
    lines = [
        {**PLAN, "line": "b", "end": "2025-02-28"},
        {**PLAN, "line": "a", "end": "2025-02-28", "amount": "30.00"},
    ]
    held = [{"line": name, "product": "P", "amount": "5.00"} for name in ("d", "c")]
    events = [order(name, "2025-01-03", lines=[*lines, *held]) for name in ("SO-2", "SO-1")]
    answer = replay(*events)
    listed = [("SO-1", "b"), ("SO-1", "a"), ("SO-2", "b"), ("SO-2", "a")]
    waiting = [("SO-1", "d"), ("SO-1", "c"), ("SO-2", "d"), ("SO-2", "c")]
    expected = [(period, *one) for period in ("2025-01", "2025-02") for one in listed]
    assert rows(answer, "schedule", "period", "order", "line") == expected
    assert rows(answer, "held", "order", "line") == waiting
    assert rows(answer, "allocations", "order", "line") == [
        *listed[:2],
        *waiting[:2],
        *listed[2:],
        *waiting[2:],
    ]
    assert rows(answer, "remaining", "period", "order", "line")[:8] == [
        ("2025-01", *one) for one in [*listed[:2], *waiting[:2], *listed[2:], *waiting[2:]]
    ]
    assert rows(answer, "balances", "contract")[:2] == [("SO-1",), ("SO-2",)]


def test_revenue_that_belongs_to_closed_periods_is_shown_within_the_amount_with_its_cause() -> None:
    """300.00 for the quarter, ordered in January, known in March: two months are late."""
    late = replay(order(recorded="2025-03-02"))
    assert late["schedule"] == [
        {
            "order": "SO-1",
            "line": "1",
            "period": "2025-03",
            "amount": "300.00",
            "adjustment": "200.00",
            "cause": "late",
        }
    ]
    estimate = {"type": "price_change", "date": "2025-03-10", "order": "SO-1", "amount": "30.00"}
    changed = replay(order(), estimate)
    assert rows(changed, "schedule", "amount", "adjustment", "cause")[2] == ("130.00", "20.00", "estimate")


def test_an_adjustment_and_the_period_s_own_revenue_that_cancel_still_have_a_row() -> None:
    """600.00 over six months, in February 300.00 less: 50.00 a month, which is what January had too much."""
    half_year = {**PLAN, "amount": "600.00", "end": "2025-06-30"}
    less = {"type": "price_change", "date": "2025-02-10", "order": "SO-1", "amount": "-300.00"}
    answer = replay(order(lines=[half_year]), less)
    assert rows(answer, "schedule", "period", "amount", "adjustment")[:3] == [
        ("2025-01", "100.00", "0.00"),
        ("2025-02", "0.00", "-50.00"),
        ("2025-03", "50.00", "0.00"),
    ]
