"""What is read of a scenario: every key where it belongs, in minor units and days, and its default where left out."""

from dataclasses import fields
from typing import Any

import pytest

from revrec.accounting.calendar import parse_day
from revrec.accounting.policy import Policy
from revrec.accounting.scenario_form import (
    CREDITS,
    EVENT_KEYS,
    POLICIES,
    TREATMENTS,
    Event,
    Line,
    Product,
    Scenario,
    line_keys,
)
from revrec.accounting.scenario_reading import read_scenario
from revrec.accounting.scenario_values import ScenarioError
from revrec.accounting.terms import CreditTreatment, Method, SspPer, Treatment, Trigger

MARCH = parse_day("2025-03-01")
LINE: dict[str, Any] = {"line": "1", "product": "P", "amount": "12.00"}
ORDER: dict[str, Any] = {
    "type": "order",
    "date": "2025-03-01",
    "order": "SO-1",
    "customer": "Acme",
    "lines": [LINE],
}


def read(*events: dict[str, Any], **top: Any) -> Scenario:
    return read_scenario({"events": [{"date": "2025-03-01", **event} for event in events], **top})


def event(kind: str, **keys: Any) -> Event:
    """One event besides an order, as it is read."""
    return read(ORDER, {"type": kind, **keys}, base_currency="EUR").events[1]


def line(products: Any = None, policy: Any = None, **keys: Any) -> Line:
    given = {**ORDER, "lines": [{**LINE, **keys}]}
    (found,) = read(given, products=products or {}, policy=policy or {}).events[0].lines
    return found


def test_the_defaults_are_dollars_no_policy_and_the_last_period_with_revenue() -> None:
    found = read(ORDER)
    assert (found.currency, found.base_currency, found.through) == ("USD", "USD", None)
    assert (found.policy, found.products, found.bundles) == ({}, {}, ())
    assert not found.foreign and found.decimals == 2
    assert read(ORDER, currency="JPY").base_currency == "JPY"
    assert read(ORDER, currency="JPY").decimals == 0
    assert read(ORDER, base_currency="EUR").foreign


def test_a_policy_left_out_has_the_default_of_the_program() -> None:
    program = {f.name: getattr(Policy(), f.name) for f in fields(Policy)}
    left_out = read(ORDER)
    for key in POLICIES:
        if key not in ("method", "billing_offset"):
            assert left_out.policy_value(key) == program[key], key
    assert left_out.policy_value("method") == "daily"
    assert left_out.policy_value("billing_offset") == "deferred"
    assert read(ORDER, policy={"method": "even"}).policy_value("method") == "even"
    assert left_out.events[0].lines[0].method is Method.DAILY


def test_the_words_are_those_of_the_format() -> None:
    assert POLICIES == {
        "allocation": ("relative_ssp", "stated_price"),
        "rounding": ("cumulative", "last_period"),
        "netting": ("contract", "customer"),
        "method": (
            "daily", "even", "point_in_time", "prorate_ends", "prorate_ends_by_month", "half_month", "thirty_360",
            "units", "percent_complete", "milestone", "custom", "as_invoiced",
        ),
        "contract_source": ("orders", "invoices", "orders_then_invoices"),
        "missing_ssp": ("stated_price", "hold"),
        "fx_rate": ("billing", "contract"),
        "billing_offset": ("deferred", "revenue", "clearing"),
    }  # fmt: skip
    assert list(EVENT_KEYS) == [
        "order", "invoice", "credit_memo", "modification", "cancel", "price_change", "delivery", "void",
    ]  # fmt: skip
    assert list(TREATMENTS) == ["auto", "separate", "prospective", "cumulative_catch_up"]
    assert list(CREDITS) == ["billing_only", "prospective", "retrospective", "immediate"]
    assert TREATMENTS["separate"] is Treatment.SEPARATE
    assert CREDITS["immediate"] is CreditTreatment.IMMEDIATE
    terms = "method trigger ssp ssp_per range ramp milestones percentages"
    of_orders = f"product quantity amount start end segments {terms}"
    assert line_keys("order") == line_keys("modification") == of_orders
    assert line_keys("invoice") == line_keys("credit_memo") == f"for_line {of_orders}"


def test_a_line_is_read_with_all_that_it_says() -> None:
    found = line(
        quantity="2.5",
        amount="1200.50",
        start="2025-03-01",
        end="2025-03-02",
        method="units",
        trigger="delivery",
        ssp="7.25",
        ssp_per="year",
        segments={"location": "Bern", "department": 7},
        ramp=False,
        milestones=[{"name": "b", "weight": "1.5"}, {"name": "a", "weight": 0}],
        percentages=[["1", "99.5"], ["0", "0.5"]],
    )
    assert found == Line(
        where="events[0].lines[0]",
        line="1",
        method=Method.UNITS,
        product="P",
        amount=120050,
        quantity_e6=2_500_000,
        start=MARCH,
        end=MARCH + 1,
        for_line=None,
        terms=Product((725, 725), False, SspPer.YEAR, Method.UNITS, Trigger.DELIVERY, None),
        ramp=False,
        segments=(("department", "7"), ("location", "Bern")),
        milestones=(("b", 1_500_000), ("a", 0)),
        percentages=((0, 500_000), (1, 99_500_000)),
        given=frozenset(LINE)
        | {"quantity", "start", "end", "method", "trigger", "ssp", "ssp_per", "segments", "ramp", "milestones",
           "percentages"},
    )  # fmt: skip


def test_what_a_line_leaves_out_or_gives_as_null_has_its_default() -> None:
    bare = read({**ORDER, "lines": [{"line": 7}]}).events[0].lines[0]
    assert bare == Line("events[0].lines[0]", "7", Method.DAILY, given=frozenset({"line"}))
    nulls = dict.fromkeys(
        ("product", "quantity", "amount", "start", "end", "method", "trigger", "ssp", "ssp_per", "range")
    )
    assert read({**ORDER, "lines": [{"line": "7", **nulls}]}).events[0].lines[0] == bare
    assert (bare.ramp, bare.segments, bare.milestones, bare.percentages) == (True, (), (), ())
    assert bare.terms == Product(None, False, SspPer.EACH, None, Trigger.AUTO, None)


@pytest.mark.parametrize(
    ("product", "terms"),
    [
        ({"ssp": "9.00"}, Product((900, 900))),
        ({"ssp": 9}, Product((900, 900))),
        ({"ssp": {"low": "8", "high": "9.50"}}, Product((800, 950))),
        ({"ssp": {"low": "8", "high": "8"}}, Product((800, 800))),
        ({"ssp": "residual"}, Product(None, True)),
        ({"ssp": "residual", "range": {"low": "0", "high": "5"}}, Product((0, 500), True)),
        ({"ssp": "0"}, Product((0, 0))),
        ({"ssp_per": "month"}, Product(ssp_per=SspPer.MONTH)),
        ({"method": "units"}, Product(method=Method.UNITS)),
        ({"trigger": "invoice"}, Product(trigger=Trigger.INVOICE)),
        ({"category": "services"}, Product(category="services")),
    ],
)  # fmt: skip
def test_a_product_gives_its_terms_to_its_lines(product: dict[str, Any], terms: Product) -> None:
    products = {"P": product, "Q": {"ssp": "1.00"}}
    assert read(ORDER, products=products).products["P"] == terms
    assert line(products).terms == terms
    assert line(products, product="Q").terms == Product((100, 100))
    assert line(products, product="R").terms == Product()


def test_a_line_overrides_its_product_and_both_the_policy() -> None:
    product = {
        "ssp": "9.00",
        "ssp_per": "month",
        "method": "even",
        "trigger": "order",
        "category": "services",
    }
    by_product = line({"P": product}, {"method": "half_month"})
    assert by_product.method is Method.EVEN
    assert by_product.terms == Product(
        (900, 900), False, SspPer.MONTH, Method.EVEN, Trigger.ORDER, "services"
    )
    own = line({"P": product}, method="units", trigger="start", ssp_per="each", ssp={"low": "1", "high": "2"})
    assert own.method is Method.UNITS
    assert own.terms == Product((100, 200), False, SspPer.EACH, Method.UNITS, Trigger.START, "services")
    assert line({"P": {"ssp": "9.00"}}, {"method": "half_month"}).method is Method.HALF_MONTH
    residual = {"P": {"ssp": "residual", "range": {"low": "1", "high": "2"}}}
    assert line(residual, ssp="3.00").terms == Product((300, 300))
    assert line(residual, ssp={"low": "3", "high": "4"}).terms == Product((300, 400))
    assert line(residual, range={"low": "5", "high": "6"}).terms == Product((500, 600), True)
    assert line({"P": {"ssp": "9.00"}}, ssp="residual").terms == Product(None, True)


def test_an_order_is_read() -> None:
    given = {**ORDER, "order": 7, "contract": "K", "exchange_rate": "1.0000000001", "recorded": "2025-03-04"}
    (found,) = read(given, base_currency="EUR").events
    (only,) = found.lines
    assert only.amount == 1200
    assert found == Event(
        "events[0]", 0, "order", MARCH, MARCH + 3, order="7", customer="Acme", contract="K", lines=(only,),
        rate_e10=10_000_000_001,
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["invoice", "credit_memo"])
def test_a_document_is_read(kind: str) -> None:
    own: dict[str, Any] = {"invoice": "I0", "treatment": "immediate"} if kind == "credit_memo" else {}
    lines = [{"line": "a", "for_line": "1", "amount": "5"}]
    found = event(kind, number="N", customer="Acme", order="SO-1", exchange_rate=2, lines=lines, **own)
    only = Line(
        "events[1].lines[0]",
        "a",
        Method.DAILY,
        None,
        500,
        for_line="1",
        given=frozenset({"line", "for_line", "amount"}),
    )
    assert found == Event(
        "events[1]", 1, kind, MARCH, MARCH, order="SO-1", number="N", customer="Acme", lines=(only,),
        rate_e10=2 * 10**10, **own,
    )  # fmt: skip


def test_what_names_an_order_is_read() -> None:
    base: dict[str, Any] = {"where": "events[1]", "index": 1, "day": MARCH, "known": MARCH, "order": "SO-1"}
    assert event("cancel", order="SO-1", line="1", end="2025-03-31", fee="4.50") == Event(
        type="cancel", line="1", end=MARCH + 30, amount=450, **base
    )
    assert event("price_change", order="SO-1", amount="-4.50") == Event(
        type="price_change", amount=-450, **base
    )
    progress: list[tuple[str, str, dict[str, Any]]] = [
        ("quantity", "-1.5", {"quantity_e6": -1_500_000}),
        ("percent", "0", {"percent_e6": 0}),
        ("percent", "100", {"percent_e6": 100_000_000}),
        ("milestone", "design", {"milestone": "design"}),
    ]
    for key, value, read_as in progress:
        expected = Event(type="delivery", line="1", **base, **read_as)
        assert event("delivery", order="SO-1", line="1", **{key: value}) == expected
    changed = event("modification", order="SO-1", treatment="auto", lines=[{"line": "1"}])
    assert (changed.treatment, changed.lines[0].given) == ("auto", frozenset({"line"}))
    assert event("modification", order="SO-1", lines=[{"line": "1"}]).treatment is None
    assert event("void", number="I1") == Event("events[1]", 1, "void", MARCH, MARCH, number="I1")


def test_what_is_recorded_before_its_date_is_known_by_its_date() -> None:
    assert event("void", number="I1", recorded="2025-01-31").known == MARCH
    assert event("void", number="I1", recorded=None).known == MARCH


def test_a_bundle_is_its_products_and_their_price() -> None:
    bundles = [{"products": ["P", "Q"], "price": "60.00"}, {"products": ["Q", "R", "S"], "price": "0"}]
    assert read(ORDER, bundles=bundles).bundles == (
        (frozenset({"P", "Q"}), 6000),
        (frozenset({"Q", "R", "S"}), 0),
    )


def test_the_bounds_themselves_are_taken() -> None:
    largest = line(amount=10**13, quantity=10**12, ssp=10**13, start="1900-01-01", end="2199-12-31")
    assert (largest.amount, largest.quantity_e6, largest.terms.ssp) == (10**15, 10**18, (10**15, 10**15))
    assert line(quantity="0.000001").quantity_e6 == 1
    assert line(percentages=[["12000", "100"]]).percentages == ((12_000, 100_000_000),)
    assert line(milestones=[{"name": "a", "weight": 10**12}]).milestones == (("a", 10**18),)
    assert event("price_change", order="SO-1", amount=10**13).amount == 10**15
    assert event("delivery", order="SO-1", line="1", quantity=-(10**12)).quantity_e6 == -(10**18)
    rated = {**ORDER, "exchange_rate": 10**6}
    assert read(rated, base_currency="EUR").events[0].rate_e10 == 10**16
    assert read({**ORDER, "exchange_rate": "1"}).events[0].rate_e10 == 10**10


def test_a_tuple_is_a_list_and_a_period_has_plain_digits() -> None:
    assert read_scenario({"events": (ORDER,), "through": "2025-12"}).through == "2025-12"
    with pytest.raises(ScenarioError, match=r"^through: '２０２５-12' is not a period"):
        read(ORDER, through="２０２５-12")
