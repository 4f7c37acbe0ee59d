"""In which order the events of a scenario apply, and which of them a period knows."""

import itertools
from typing import Any

import pytest

from revrec.accounting.calendar import month_calendar, parse_day
from revrec.accounting.scenario import run_scenario
from revrec.accounting.scenario_reading import read_scenario
from revrec.accounting.scenario_waiting import ORDER_OF_TYPES, Timing, time_events

CALENDAR = month_calendar("2024-12", "2025-12")
LINE: dict[str, Any] = {
    "line": "1", "product": "P", "amount": "600.00", "start": "2025-01-01", "end": "2025-06-30",
}  # fmt: skip
EVEN = {"allocation": "stated_price", "method": "even"}
Answer = dict[str, list[dict[str, Any]]]


def order(name: str = "SO-1", date: str = "2025-01-01", **keys: Any) -> dict[str, Any]:
    return {"type": "order", "date": date, "order": name, "customer": "Acme", "lines": [LINE], **keys}


def on(date: str, kind: str, **keys: Any) -> dict[str, Any]:
    return {"type": kind, "date": date, **keys}


def bill(number: str, date: str, kind: str = "invoice", **keys: Any) -> dict[str, Any]:
    return on(
        date, kind, number=number, customer="Acme", **{"lines": [{"line": "1", "amount": "60.00"}], **keys}
    )


def replay(*events: dict[str, Any], through: str = "2025-06", **policy: str) -> Answer:
    return run_scenario({"policy": {**EVEN, **policy}, "events": list(events), "through": through})


def timings(*events: dict[str, Any], **policy: str) -> list[tuple[str, str] | None]:
    """From which period each event is known and from which day it applies; None: it is left out."""
    scenario = read_scenario({"policy": policy, "events": list(events)})
    found = time_events(scenario, CALENDAR)
    days = [found.get(index) for index in range(len(events))]
    return [None if timing is None else _named(timing) for timing in days]


def _named(timing: Timing) -> tuple[str, str]:
    ends = [str(CALENDAR.names[timing.period])]
    return ends[0], next(day for day in DAYS if parse_day(day) == timing.day)


DAYS = [f"2025-{month:02d}-{day:02d}" for month in range(1, 7) for day in range(1, 29)]


def test_the_order_of_types_is_that_of_the_format() -> None:
    assert ORDER_OF_TYPES == (
        "order", "modification", "cancel", "price_change", "delivery", "invoice", "credit_memo", "void",
    )  # fmt: skip


def test_events_of_one_day_apply_by_type_in_whatever_order_they_are_listed() -> None:
    """The line is 720.00 after the modification and 780.00 after the change of price; line 2 ends on the day."""
    day, more = "2025-03-01", {"line": "3", "quantity": "8"}
    events = [
        order(lines=[LINE, {**LINE, "line": "2"}, {**LINE, "line": "3", "method": "units", "quantity": "4"}]),
        on(day, "modification", order="SO-1", lines=[{"line": "1", "amount": "720.00"}, more]),
        on(day, "cancel", order="SO-1", line="2"),
        on(day, "price_change", order="SO-1", amount="60.00"),
        on(day, "delivery", order="SO-1", line="3", percent="25"),
        bill("I1", day, order="SO-1"),
        bill("C1", day, "credit_memo", order="SO-1", treatment="prospective"),
        on(day, "void", number="C1"),
    ]  # fmt: skip
    first = replay(*events)
    for turn in range(1, len(events)):
        assert replay(*events[turn:], *events[:turn]) == first
    assert replay(*events[::-1]) == first


def test_of_two_on_one_day_the_one_listed_later_stands() -> None:
    one, other = (
        on("2025-04-01", "modification", order="SO-1", lines=[{"line": "1", "amount": amount}])
        for amount in ("900.00", "750.00")
    )
    assert replay(order(), one, other)["schedule"][-1]["amount"] == "150.00"
    assert replay(order(), other, one)["schedule"][-1]["amount"] == "200.00"
    earlier = {**one, "date": "2025-03-31"}
    # 200.00 and then 175.00 are earned by March, 375.00 of 750.00 are left for three months.
    assert replay(order(), other, earlier)["schedule"][-1]["amount"] == "125.00"


def test_an_order_that_joins_a_contract_comes_before_a_modification_of_its_day() -> None:
    """The rests of March, 400.00 and 300.00, are pooled, and the 300.00 of the catch-up with them: 400 to 600."""
    products = {name: {"ssp": "600.00"} for name in "PQ"}
    line = {**LINE, "product": "Q", "start": "2025-03-01", "amount": "300.00"}
    joins = order("SO-2", "2025-03-01", contract="K", lines=[line])
    dearer = [{"line": "1", "amount": "900.00"}]
    change = on("2025-03-01", "modification", order="SO-1", treatment="cumulative_catch_up", lines=dearer)
    for events in ((joins, change), (change, joins)):
        found = run_scenario(
            {"products": products, "policy": {"method": "even"}, "events": [order(contract="K"), *events]}
        )
        assert [row["allocated"] for row in found["allocations"]] == ["600.00", "600.00"]
        assert [row["amount"] for row in found["schedule"]] == ["100.00"] * 2 + ["100.00", "150.00"] * 4


def test_of_those_that_wait_for_one_order_the_one_dated_later_stands() -> None:
    early, later = (
        on(date, "modification", order="SO-1", lines=[{"line": "1", "amount": amount}])
        for date, amount in (("2025-01-05", "900.00"), ("2025-01-06", "1200.00"))
    )
    signed = order(date="2025-02-01")
    for events in itertools.permutations((signed, early, later)):
        assert replay(*events)["allocations"][0]["stated"] == "1200.00"


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([order(date="2025-02-10", recorded="2025-03-02")], [("2025-03", "2025-02-10")]),
        ([order(date="2025-02-10", recorded="2025-02-28")], [("2025-02", "2025-02-10")]),
        ([order(), on("2025-02-10", "price_change", order="SO-1", amount="1")],
         [("2025-01", "2025-01-01"), ("2025-02", "2025-02-10")]),
        ([order(date="2025-03-05"), on("2025-02-10", "cancel", order="SO-1")],
         [("2025-03", "2025-03-05"), ("2025-03", "2025-03-05")]),
        ([order(recorded="2025-03-05"), on("2025-02-10", "cancel", order="SO-1", line="1")],
         [("2025-03", "2025-01-01"), ("2025-03", "2025-02-10")]),
        ([bill("I1", "2025-02-10"), on("2025-01-10", "void", number="I1")],
         [("2025-02", "2025-02-10"), ("2025-02", "2025-02-10")]),
        ([bill("I1", "2025-02-10", recorded="2025-04-01"), bill("C1", "2025-03-10", "credit_memo", invoice="I1")],
         [("2025-04", "2025-02-10"), ("2025-04", "2025-03-10")]),
        ([order(date="2025-05-05"), bill("I1", "2025-02-10", order="SO-1"), on("2025-03-01", "void", number="I1")],
         [("2025-05", "2025-05-05")] * 3),
        ([order(), bill("I1", "2025-02-10")], [("2025-01", "2025-01-01"), ("2025-02", "2025-02-10")]),
    ],
)  # fmt: skip
def test_an_event_counts_when_it_is_known_and_known_what_it_names(events: Any, expected: Any) -> None:
    assert timings(*events) == expected
    assert timings(*events[::-1]) == expected[::-1]


ADDED = {"line": "2", "product": "Q", "amount": "60.00"}
ADDS = on("2025-04-02", "modification", order="SO-1", lines=[ADDED])


@pytest.mark.parametrize(
    "event",
    [
        on("2025-02-10", "cancel", order="SO-1", line="2"),
        on("2025-02-10", "delivery", order="SO-1", line="2", quantity="1"),
        bill("I1", "2025-02-10", order="SO-1", lines=[{"line": "1", "for_line": "2", "amount": "1"}]),
        bill("C1", "2025-02-10", "credit_memo", order="SO-1",
             lines=[{"line": "1", "amount": "1"}, {"line": "2", "for_line": "2", "amount": "1"}]),
    ],
)  # fmt: skip
def test_what_names_an_added_line_waits_for_the_first_that_adds_it(event: dict[str, Any]) -> None:
    again = {**ADDS, "date": "2025-05-02", "lines": [{"line": "2", "amount": "90.00"}]}
    assert timings(order(), again, event, ADDS)[2] == ("2025-04", "2025-04-02")
    same_line = {
        **event,
        **({"line": "1"} if "line" in event else {"lines": [{"line": "1", "for_line": "1", "amount": "1"}]}),
    }
    assert timings(order(), again, same_line, ADDS)[2] == ("2025-02", "2025-02-10")


def test_a_modification_waits_for_every_line_that_it_restates() -> None:
    restates = on(
        "2025-02-10", "modification", order="SO-1", lines=[{"line": "1"}, {"line": "2", "amount": "90.00"}]
    )
    late = {**ADDS, "recorded": "2025-05-05", "date": "2025-01-05"}
    assert timings(order(), late, restates)[2] == ("2025-05", "2025-02-10")


def test_a_credit_of_an_invoice_means_the_lines_of_its_order() -> None:
    credit = bill(
        "C1", "2025-02-10", "credit_memo", invoice="I1", lines=[{"line": "1", "for_line": "2", "amount": "1"}]
    )
    assert timings(order(), ADDS, bill("I1", "2025-01-10", order="SO-1"), credit)[3] == (
        "2025-04",
        "2025-04-02",
    )
    loose = timings(order(), ADDS, bill("I1", "2025-01-10"), credit)
    assert loose[3] == ("2025-02", "2025-02-10")


def test_under_invoices_orders_and_what_names_them_are_left_out() -> None:
    own = bill("I1", "2025-02-10")
    events = [
        order(),
        own,
        on("2025-03-01", "cancel", order="SO-1"),
        on("2025-01-05", "cancel", order="I1", line="1"),
        bill("I2", "2025-03-01", order="SO-9", lines=[{"line": "1", "for_line": "7", "amount": "1"}]),
        bill("C1", "2025-01-20", "credit_memo", invoice="I1", lines=[{"line": "1", "for_line": "1", "amount": "1"}]),
    ]  # fmt: skip
    assert timings(*events[:4], events[5], contract_source="invoices") == [
        None, ("2025-02", "2025-02-10"), None, ("2025-02", "2025-02-10"), ("2025-02", "2025-02-10"),
    ]  # fmt: skip
    assert timings(events[4], contract_source="invoices") == [("2025-03", "2025-03-01")]


def test_a_late_order_renumbers_nothing_that_is_booked() -> None:
    """SO-0 is dated first and known last: what SO-1 earned stays its own, and so do lines, customers and products."""
    late = order("SO-0", "2025-01-01", recorded="2025-03-05", lines=[{**LINE, "product": "Q", "line": "x"}])
    late["customer"] = "Zenith"
    alone = replay(order(date="2025-01-02"), bill("I1", "2025-01-20"))
    both = replay(order(date="2025-01-02"), bill("I1", "2025-01-20"), late)
    for name in ("schedule", "remaining", "allocations"):
        assert [row for row in both[name] if row["order"] == "SO-1"] == alone[name]
    assert [row for row in both["balances"] if row["contract"] == "SO-1"] == alone["balances"]
    found = [(row["period"], row["amount"]) for row in both["schedule"] if row["order"] == "SO-0"]
    assert found == [
        ("2025-03", "300.00"),
        ("2025-04", "100.00"),
        ("2025-05", "100.00"),
        ("2025-06", "100.00"),
    ]
