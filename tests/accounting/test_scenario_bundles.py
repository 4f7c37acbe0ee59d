"""Bundles, residuals and plans of a scenario: what the lines of a contract weigh, and what they are earned by."""

from typing import Any

from revrec.accounting.scenario import run_scenario

PRODUCTS = {name: {"ssp": "50.00"} for name in "ABCD"}
PAIR = {"products": ["A", "B"], "price": "60.00"}


def line(product: str, **keys: Any) -> dict[str, Any]:
    return {
        "line": product, "product": product, "amount": "50.00", "start": "2025-01-01", "end": "2025-01-31", **keys,
    }  # fmt: skip


def order(name: str, *lines: dict[str, Any], **keys: Any) -> dict[str, Any]:
    return {
        "type": "order",
        "date": "2025-01-01",
        "order": name,
        "customer": "Acme",
        "lines": list(lines),
        **keys,
    }


def shares(*orders: dict[str, Any], bundles: Any = (PAIR,), products: Any = None) -> list[str]:
    """What each line is allocated."""
    answer = run_scenario(
        {"products": products or PRODUCTS, "bundles": list(bundles), "events": list(orders)}
    )
    return [row["allocated"] for row in answer["allocations"]]


def test_the_discount_of_a_bundle_goes_to_its_products_alone() -> None:
    """A and B weigh 60 together and C its 50: 150.00 x 60 / 110 = 81.82 for the two."""
    assert shares(order("S", line("A"), line("B"), line("C"))) == ["40.91", "40.91", "68.18"]
    assert shares(order("S", line("A"), line("B"), line("C")), bundles=()) == ["50.00"] * 3


def test_a_bundle_is_found_in_each_contract_by_itself() -> None:
    orders = [order(name, line("A"), line("B"), line("C")) for name in ("S", "T")]
    assert shares(*orders) == ["40.91", "40.91", "68.18"] * 2
    apart = [order("S", line("A"), line("C")), order("T", line("B"), line("C"))]
    assert shares(*apart) == ["50.00"] * 4
    together = [{**one, "contract": "K"} for one in apart]
    # 200.00 by 30 and 30 of the bundle, and 50 and 50.
    assert sorted(shares(*together)) == ["37.50", "37.50", "62.50", "62.50"]


def test_two_bundles_of_one_contract_take_each_line_once() -> None:
    other, third = {"products": ["C", "D"], "price": "40.00"}, {"products": ["A", "D"], "price": "1.00"}
    lines = [line(name) for name in "ABCD"]
    # 200.00 by 60 and 40; the third bundle finds no line that is still free.
    assert shares(order("S", *lines), bundles=(PAIR, other, third)) == ["60.00", "60.00", "40.00", "40.00"]

    # A third, which would lower A and E, finds A taken by the first, although the second came between.
    products = {**PRODUCTS, "E": {"ssp": "50.00"}}
    last = {"products": ["A", "E"], "price": "1.00"}
    # 250.00 by 60, 40 and the 50 of E; the cent that is left over is the last line's.
    shared = shares(order("S", *lines, line("E")), bundles=(PAIR, other, last), products=products)
    assert shared == ["50.00", "50.00", "33.33", "33.33", "83.34"]


def test_a_bundle_has_all_of_its_products_once_and_in_equal_quantity() -> None:
    assert shares(order("S", line("A"), line("A", line="A2"), line("C"))) == ["50.00"] * 3
    assert shares(order("S", line("A"), line("B"), line("B", line="B2"))) == ["50.00"] * 3
    unequal = order("S", line("A", quantity="2"), line("B"), line("C"))
    assert shares(unequal) == ["75.00", "37.50", "37.50"]
    # Two of each: 120 for the bundle, 50 for C.
    equal = order("S", line("A", quantity="2"), line("B", quantity="2"), line("C"))
    assert shares(equal) == ["52.94", "52.94", "44.12"]


def test_a_residual_is_what_the_others_leave() -> None:
    """150.00 less 50 and 60 leaves 40.00."""
    products = {"A": {"ssp": "50.00"}, "B": {"ssp": "60.00"}, "C": {"ssp": "residual"}}
    answer = run_scenario({"products": products, "events": [order("S", line("A"), line("B"), line("C"))]})
    assert [(row["allocated"], row["ssp"], row["flags"]) for row in answer["allocations"]] == [
        ("50.00", "50.00", []),
        ("60.00", "60.00", []),
        ("40.00", "40.00", ["residual"]),
    ]


def test_a_plan_is_exact_however_large_the_price() -> None:
    plan = line("A", amount=10**13, method="custom", percentages=[["0", "20"], ["1", "80"]], end="2025-02-28")
    answer = run_scenario({"events": [order("S", plan)]})
    assert [row["amount"] for row in answer["schedule"]] == ["2000000000000.00", "8000000000000.00"]
    bare = line("A", method="milestone")
    waiting = run_scenario({"events": [order("S", bare)]})
    assert [row["reason"] for row in waiting["held"]] == ["missing_rule"]
