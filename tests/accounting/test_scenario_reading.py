"""What a scenario may say: every complaint is a sentence with its place, and nothing is passed over in silence."""

import copy
from typing import Any

import pytest

from revrec.accounting.scenario import run_scenario
from revrec.accounting.scenario_form import ScenarioError
from revrec.accounting.scenario_text import parse_scenario
from tests.accounting.refused_events import LINE, ORDER


def scenario(*events: Any, **top: Any) -> dict[str, Any]:
    return {"events": [copy.deepcopy(ORDER), *events], **top}


def line(**changes: Any) -> dict[str, Any]:
    return {"events": [{**ORDER, "lines": [{**LINE, **changes}]}]}


def event(kind: str, **keys: Any) -> dict[str, Any]:
    return {"type": kind, "date": "2025-03-01", **keys}


def refusal(data: Any) -> ScenarioError:
    with pytest.raises(ScenarioError) as refused:
        run_scenario(data)
    return refused.value


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ([], ""),
        ({"events": {}}, "events"),
        (scenario(currency="usd"), "currency"),
        (scenario(currency=5), "currency"),
        (scenario(base_currency="EURO"), "base_currency"),
        (scenario(through="2025-13"), "through"),
        (scenario(through="2024-12"), "through"),
        (scenario(policy={"method": "monthly"}), "policy.method"),
        (scenario(policy=["daily"]), "policy"),
        (scenario(products={"P": {"colour": "red"}}), "products.P.colour"),
        (scenario(products={"P": {"ssp": "-1"}}), "products.P.ssp"),
        (scenario(products={"P": {"ssp": "10.00", "range": {"low": "1", "high": "2"}}}), "products.P.range"),
        (scenario(products={"P": {"ssp": {"low": "1"}}}), "products.P.ssp.high"),
        (scenario(products={"P": {"ssp_per": "day"}}), "products.P.ssp_per"),
        (scenario(products={"P": {"trigger": "auto"}}), "products.P.trigger"),
        (scenario(bundles=[{"products": ["P"], "price": "1.00"}]), "bundles[0].products"),
        (scenario(bundles=[{"products": ["P", "P"], "price": "1.00"}]), "bundles[0].products"),
        (scenario(bundles=[{"products": ["P", "Q"], "price": "-1.00"}]), "bundles[0].price"),
        (scenario(event("refund")), "events[1].type"),
        (scenario({"type": "void", "number": "I1"}), "events[1].date"),
        (scenario({**event("void", number="I1"), "recorded": "soon"}), "events[1].recorded"),
        ({"events": [{**ORDER, "customer": ""}]}, "events[0].customer"),
        ({"events": [{**ORDER, "lines": []}]}, "events[0].lines"),
        ({"events": [{**ORDER, "lines": [LINE, LINE]}]}, "events[0].lines[1].line"),
        ({"events": [ORDER, ORDER]}, "events[1].order"),
        (line(amount=1200.0), "events[0].lines[0].amount"),
        (line(amount=True), "events[0].lines[0].amount"),
        (line(amount="1,200.00"), "events[0].lines[0].amount"),
        (line(amount="1e3"), "events[0].lines[0].amount"),
        (line(amount="1200.001"), "events[0].lines[0].amount"),
        (line(amount="-1.00"), "events[0].lines[0].amount"),
        (line(quantity="0"), "events[0].lines[0].quantity"),
        (line(quantity="1.0000001"), "events[0].lines[0].quantity"),
        (line(start="2025-1-1"), "events[0].lines[0].start"),
        (line(start=20250101), "events[0].lines[0].start"),
        (line(start="1899-12-31"), "events[0].lines[0].start"),
        (line(end="2024-12-31"), "events[0].lines[0].end"),
        (line(ramp="no"), "events[0].lines[0].ramp"),
        (line(segments={"department": None}), "events[0].lines[0].segments.department"),
        (line(for_line="1"), "events[0].lines[0].for_line"),
        (line(milestones=[{"name": "a", "weight": "-1"}]), "events[0].lines[0].milestones[0].weight"),
        (line(milestones=[{"name": "a", "weight": "0"}]), "events[0].lines[0].milestones"),
        (line(percentages=[["0", "50"]]), "events[0].lines[0].percentages"),
        (line(percentages=[["0", "150"], ["1", "-50"]]), "events[0].lines[0].percentages[0][1]"),
        (line(percentages=[["x", "100"]]), "events[0].lines[0].percentages[0][0]"),
        (line(percentages=["100"]), "events[0].lines[0].percentages[0]"),
        (
            scenario(event("modification", order="SO-1", treatment="fair", lines=[{"line": "1"}])),
            "events[1].treatment",
        ),
        (
            scenario(event("modification", order="SO-1", lines=[{"line": "1", "start": "2025-02-01"}])),
            "events[1].lines[0].start",
        ),
        (
            scenario(event("modification", order="SO-1", lines=[{"line": "1", "product": "Q"}])),
            "events[1].lines[0].product",
        ),
        (
            scenario(event("modification", order="SO-1", lines=[{"line": "1", "method": "even"}])),
            "events[1].lines[0].method",
        ),
        (
            scenario(event("modification", order="SO-1", lines=[{"line": "1", "end": "2024-06-30"}])),
            "events[1].lines[0].end",
        ),
        (scenario(event("modification", order="SO-1", lines=[{"line": "9"}])), "events[1].lines[0]"),
        (scenario(event("modification", order="SO-9", lines=[{"line": "1"}])), "events[1].order"),
        (scenario(event("cancel", order="SO-1", line="2")), "events[1].line"),
        (scenario(event("cancel", order="SO-1", fee="-1.00")), "events[1].fee"),
        (scenario(event("price_change", order="SO-1")), "events[1].amount"),
        (scenario(event("price_change", order="SO-1", amount=None)), "events[1].amount"),
        (scenario(event("delivery", order="SO-1", line="1", quantity="1", percent="1")), "events[1]"),
        (scenario(event("delivery", order="SO-1", line="1", percent="101")), "events[1].percent"),
        (scenario(event("delivery", order="SO-1", line="1", milestone="a")), "events[1].milestone"),
        (
            scenario(event("invoice", number="I1", customer="Acme", lines=[{"line": "1"}])),
            "events[1].lines[0].amount",
        ),
        (
            scenario(
                event(
                    "invoice",
                    number="I1",
                    customer="Acme",
                    order="SO-1",
                    lines=[{"line": "1", "for_line": "7", "amount": "1.00"}],
                )
            ),
            "events[1].lines[0].for_line",
        ),
        (
            scenario(
                event("credit_memo", number="C1", customer="Acme", lines=[{"line": "1", "amount": "-1.00"}])
            ),
            "events[1].lines[0].amount",
        ),
        (
            scenario(
                event(
                    "credit_memo",
                    number="C1",
                    customer="Acme",
                    invoice="I9",
                    lines=[{"line": "1", "amount": "1"}],
                )
            ),
            "events[1].invoice",
        ),
        (
            scenario(
                event(
                    "credit_memo",
                    number="C1",
                    customer="Acme",
                    treatment="auto",
                    lines=[{"line": "1", "amount": "1"}],
                )
            ),
            "events[1].treatment",
        ),
        (
            scenario(
                *[event("invoice", number="I1", customer="Acme", lines=[{"line": "1", "amount": "1.00"}])] * 2
            ),
            "events[2].number",
        ),
        ({"events": [{**ORDER, "exchange_rate": "1.10"}]}, "events[0].exchange_rate"),
        ({"base_currency": "EUR", "events": [{**ORDER, "exchange_rate": "0"}]}, "events[0].exchange_rate"),
        (
            {
                "base_currency": "EUR",
                "events": [
                    ORDER,
                    {
                        **event(
                            "invoice", number="I1", customer="Acme", lines=[{"line": "1", "amount": "1"}]
                        ),
                        "date": "2025-01-01",
                    },
                ],
            },
            "events[1].exchange_rate",
        ),
        ({"base_currency": "EUR", "events": [ORDER]}, "base_currency"),
        (
            {
                "events": [
                    {**ORDER, "contract": "C"},
                    {**ORDER, "order": "SO-2", "contract": "C", "customer": "Zoo"},
                ]
            },
            "events[1].customer",
        ),
    ],
)
def test_what_is_wrong_is_refused_and_its_place_named(data: Any, where: str) -> None:
    error = refusal(data)
    assert error.where == where
    assert error.message.endswith((".", ".)")) or ". " in error.message or '"' in error.message
    assert str(error) == (f"{where}: {error.message}" if where else error.message)


def test_the_known_keys_are_listed_beside_an_unknown_one() -> None:
    assert "Known: " in refusal(line(colour="red")).message
    assert "segments" in refusal(line(colour="red")).message


def test_an_obligation_of_the_engine_is_named_by_its_line() -> None:
    zero = event("modification", order="SO-1", treatment="prospective", lines=[{"line": "1", "amount": "0"}])
    error = refusal(scenario(zero))
    assert error.where == "events[1].lines[0]"
    assert error.message.startswith("Line 1 of SO-1 is changed to a price of zero")


def test_what_a_modification_repeats_unchanged_is_no_change() -> None:
    same = {**LINE, "amount": "1320.00"}
    bare = {"line": "1", "amount": "1320.00"}
    one, other = (
        run_scenario(scenario(event("modification", order="SO-1", lines=[given]))) for given in (same, bare)
    )
    assert one == other


def test_whole_numbers_without_quotes_are_amounts() -> None:
    assert run_scenario(line(amount=1200)) == run_scenario(line())


def test_numbers_of_orders_and_lines_may_be_numbers() -> None:
    numbered = {"events": [{**ORDER, "order": 7, "lines": [{**LINE, "line": 1}]}]}
    assert {(row["order"], row["line"]) for row in run_scenario(numbered)["schedule"]} == {("7", "1")}


@pytest.mark.parametrize("method", ["custom", "milestone"])
def test_a_line_without_its_plan_waits(method: str) -> None:
    answer = run_scenario(line(method=method))
    assert answer["schedule"] == []
    assert answer["held"] == [{"order": "SO-1", "line": "1", "reason": "missing_rule", "amount": "1200.00"}]


def test_ramps_are_joined_whatever_the_order_of_the_lines() -> None:
    years = [
        {**LINE, "line": "a", "amount": "1200.00"},
        {**LINE, "line": "b", "amount": "2400.00", "start": "2026-01-01", "end": "2026-12-31"},
    ]
    one, other = (run_scenario({"events": [{**ORDER, "lines": lines}]}) for lines in (years, years[::-1]))
    assert one == other
    assert {row["line"] for row in one["schedule"]} == {"a"}


def test_a_byte_order_mark_is_no_part_of_a_scenario() -> None:
    assert parse_scenario(b'\xef\xbb\xbf{"a": "\xc3\xa9"}') == {"a": "é"}


def test_a_key_may_stand_in_several_objects_and_in_texts() -> None:
    assert parse_scenario(b'[{"a": "a"}, {"a": {"a": "\\"a\\": 1"}}]') == [
        {"a": "a"},
        {"a": {"a": '"a": 1'}},
    ]
    with pytest.raises(ScenarioError) as refused:
        parse_scenario(b'[{"a": "{\\"b"},\n {"b": 1,\n  "\\u0062": 2}]')
    assert str(refused.value) == "line 3, column 3: The key b is given twice."
