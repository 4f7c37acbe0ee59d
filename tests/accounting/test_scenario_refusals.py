"""What a scenario is refused for, word by word: the place in the file, then a sentence that says what to do."""

import copy
from typing import Any

import pytest

from revrec.accounting.scenario import run_scenario
from revrec.accounting.scenario_form import ScenarioError
from tests.accounting.refused_events import LINE, ORDER

METHODS = (
    "daily, even, point_in_time, prorate_ends, prorate_ends_by_month, half_month, thirty_360, units, "
    "percent_complete, milestone, custom, as_invoiced"
)
LINE_KEYS = (
    "line, product, quantity, amount, start, end, segments, method, trigger, ssp, ssp_per, range, ramp, milestones, "
    "percentages"
)
NO_TEXT, NO_OBJECT, NO_LIST = "A text is wanted here.", "An object is wanted here.", "A list is wanted here."
MISSING = "This key is required and missing."


def top(**keys: Any) -> dict[str, Any]:
    return {"events": [copy.deepcopy(ORDER)], **keys}


def order(**keys: Any) -> dict[str, Any]:
    return {"events": [{**ORDER, **keys}]}


def line(**keys: Any) -> dict[str, Any]:
    return order(lines=[{**LINE, **keys}])


def product(**keys: Any) -> dict[str, Any]:
    return top(products={"P": keys})


def without(keys: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in keys.items() if name != key}


def refusal(data: Any) -> str:
    with pytest.raises(ScenarioError) as refused:
        run_scenario(data)
    return str(refused.value)


OF_THE_WHOLE = [
    (7, NO_OBJECT),
    ({}, f"events: {MISSING}"),
    (
        top(colour="red"),
        "colour: This key is unknown here. Known: events, currency, base_currency, policy, through, products, bundles.",
    ),
    ({"events": "all"}, f"events: {NO_LIST}"),
    ({"events": []}, "events: There is no event to replay."),
    (top(currency="usd"), "currency: 'usd' is not a currency: write its ISO 4217 code, such as USD."),
    (top(currency=""), "currency: '' is not a currency: write its ISO 4217 code, such as USD."),
    (top(currency=None), f"currency: {NO_TEXT}"),
    (
        top(base_currency="EURO"),
        "base_currency: 'EURO' is not a currency: write its ISO 4217 code, such as USD.",
    ),
    (top(base_currency=["EUR"]), f"base_currency: {NO_TEXT}"),
    (top(policy=None), f"policy: {NO_OBJECT}"),
    (
        top(policy={"colour": "red"}),
        "policy.colour: This key is unknown here. Known: allocation, rounding, netting, method, contract_source, "
        "missing_ssp, fx_rate, billing_offset.",
    ),
    (top(policy={"allocation": "fair"}), "policy.allocation: 'fair' is none of relative_ssp, stated_price."),
    (top(policy={"rounding": "up"}), "policy.rounding: 'up' is none of cumulative, last_period."),
    (top(policy={"netting": "order"}), "policy.netting: 'order' is none of contract, customer."),
    (top(policy={"method": None}), f"policy.method: None is none of {METHODS}."),
    (
        top(policy={"contract_source": "crm"}),
        "policy.contract_source: 'crm' is none of orders, invoices, orders_then_invoices.",
    ),
    (top(policy={"missing_ssp": "guess"}), "policy.missing_ssp: 'guess' is none of stated_price, hold."),
    (top(policy={"fx_rate": "spot"}), "policy.fx_rate: 'spot' is none of billing, contract."),
    (
        top(policy={"billing_offset": ["cash"]}),
        "policy.billing_offset: ['cash'] is none of deferred, revenue, clearing.",
    ),
    (top(through="2025"), "through: '2025' is not a period: write it as 2026-03."),
    (top(through="2025-13"), "through: '2025-13-01' is not a date: write it as 2026-03-31."),
    (top(through=" "), "through: This text is empty."),
    (top(bundles={}), f"bundles: {NO_LIST}"),
    (top(bundles=["P"]), f"bundles[0]: {NO_OBJECT}"),
    (
        top(bundles=[{"products": ["P", "Q"], "price": "1", "name": "both"}]),
        "bundles[0].name: This key is unknown here. Known: products, price.",
    ),
    (top(bundles=[{"products": ["P", "Q"]}]), f"bundles[0].price: {MISSING}"),
    (top(bundles=[{"products": "PQ", "price": "1"}]), f"bundles[0].products: {NO_LIST}"),
    *[
        (
            top(bundles=[{"products": ["P", "Q"], "price": "1"}, {"products": names, "price": "1"}]),
            "bundles[1].products: A bundle names two products or more, each once.",
        )
        for names in (["P"], ["P", 7], ["P", "Q", "P"])
    ],
    (
        top(bundles=[{"products": ["P", "Q"], "price": None}]),
        "bundles[0].price: A bundle needs a price that is not negative.",
    ),
    (
        top(bundles=[{"products": ["P", "Q"], "price": "-0.01"}]),
        "bundles[0].price: A bundle needs a price that is not negative.",
    ),
    (
        top(bundles=[{"products": ["P", "Q"], "price": "1.001"}]),
        "bundles[0].price: '1.001' has more than 2 decimals.",
    ),
]

OF_PRODUCTS = [
    (top(products=[]), f"products: {NO_OBJECT}"),
    (top(products={"P": "100.00"}), f"products.P: {NO_OBJECT}"),
    (
        product(colour="red"),
        "products.P.colour: This key is unknown here. Known: category, method, trigger, ssp, ssp_per, range.",
    ),
    (product(method="monthly"), f"products.P.method: 'monthly' is none of {METHODS}."),
    (product(trigger="auto"), "products.P.trigger: 'auto' is none of start, delivery, order, invoice."),
    (product(ssp_per="day"), "products.P.ssp_per: 'day' is none of each, month, year."),
    (product(category=["a"]), f"products.P.category: {NO_TEXT}"),
    (product(ssp="about 5"), "products.P.ssp: 'about 5' is not a decimal number."),
    (
        product(ssp=3.5),
        'products.P.ssp: A float is not exact: write the number as a text in quotes, "100.00".',
    ),
    (product(ssp=True), 'products.P.ssp: Write the number as a text in quotes: "100.00".'),
    (product(ssp=[]), 'products.P.ssp: Write the number as a text in quotes: "100.00".'),
    (product(ssp="-0.01"), "products.P.ssp: A stand-alone selling price is not negative."),
    (product(ssp={"low": "-1", "high": "1"}), "products.P.ssp: A stand-alone selling price is not negative."),
    (product(ssp={"low": "2", "high": "1"}), "products.P.ssp: The range's high is below its low."),
    (product(ssp={"low": "2"}), f"products.P.ssp.high: {MISSING}"),
    (product(ssp={"high": "2"}), f"products.P.ssp.low: {MISSING}"),
    (
        product(ssp={"low": "1", "high": "2", "middle": "1.50"}),
        "products.P.ssp.middle: This key is unknown here. Known: low, high.",
    ),
    (
        product(ssp={"low": None, "high": "2"}),
        'products.P.ssp.low: Write the number as a text in quotes: "100.00".',
    ),
    (product(ssp={"low": "1", "high": "x"}), "products.P.ssp.high: 'x' is not a decimal number."),
    (
        product(ssp="5.00", range={"low": "1", "high": "2"}),
        'products.P.range: A range is for an ssp that is "residual".',
    ),
    (
        product(ssp="residual", range={"low": "2", "high": "1"}),
        "products.P.range: The range's high is below its low.",
    ),
    (product(ssp="residual", range="5.00"), f"products.P.range: {NO_OBJECT}"),
    (product(ssp=10**13 + 1), "products.P.ssp: This number is larger than this program counts."),
    (
        product(ssp={"low": "0", "high": 10**13 + 1}),
        "products.P.ssp.high: This number is larger than this program counts.",
    ),
]

OF_LINES = [
    (order(lines={}), f"events[0].lines: {NO_LIST}"),
    (order(lines=[]), "events[0].lines: There is no line."),
    (order(lines=["1"]), f"events[0].lines[0]: {NO_OBJECT}"),
    (order(lines=[LINE, LINE]), "events[0].lines[1].line: Line 1 is given twice."),
    (order(lines=[without(LINE, "line")]), f"events[0].lines[0].line: {MISSING}"),
    (line(line=None), f"events[0].lines[0].line: {NO_TEXT}"),
    (line(line=""), "events[0].lines[0].line: This text is empty."),
    (line(product=True), f"events[0].lines[0].product: {NO_TEXT}"),
    (line(colour="red"), f"events[0].lines[0].colour: This key is unknown here. Known: {LINE_KEYS}."),
    (line(for_line="1"), f"events[0].lines[0].for_line: This key is unknown here. Known: {LINE_KEYS}."),
    (line(amount="1,200"), "events[0].lines[0].amount: '1,200' is not a decimal number."),
    (line(amount="0.005"), "events[0].lines[0].amount: '0.005' has more than 2 decimals."),
    (line(amount=10**13 + 1), "events[0].lines[0].amount: This number is larger than this program counts."),
    (
        line(amount=-(10**13) - 1),
        "events[0].lines[0].amount: This number is larger than this program counts.",
    ),
    (line(quantity="0"), "events[0].lines[0].quantity: A quantity is positive."),
    (line(quantity="0.0000001"), "events[0].lines[0].quantity: '0.0000001' has more than 6 decimals."),
    (
        line(quantity=10**12 + 1),
        "events[0].lines[0].quantity: This number is larger than this program counts.",
    ),
    (line(start="2025-1-1"), "events[0].lines[0].start: '2025-1-1' is not a date: write it as 2026-03-31."),
    (line(end="2025-02-29"), "events[0].lines[0].end: '2025-02-29' is not a date: write it as 2026-03-31."),
    (line(end=20251231), "events[0].lines[0].end: 20251231 is not a date: write it as 2026-03-31."),
    (
        line(end="２０２５-12-31"),
        "events[0].lines[0].end: '２０２５-12-31' is not a date: write it as 2026-03-31.",
    ),
    (line(start="1899-12-31"), "events[0].lines[0].start: The year of a date lies between 1900 and 2199."),
    (line(end="2200-01-01"), "events[0].lines[0].end: The year of a date lies between 1900 and 2199."),
    (line(end="2024-12-31"), "events[0].lines[0].end: The last day of service lies before the first."),
    (line(ramp="no"), "events[0].lines[0].ramp: ramp is true or false."),
    (line(segments=[]), f"events[0].lines[0].segments: {NO_OBJECT}"),
    (line(segments={"class": ""}), "events[0].lines[0].segments.class: This text is empty."),
    (line(method="monthly"), f"events[0].lines[0].method: 'monthly' is none of {METHODS}."),
    (line(ssp="-1"), "events[0].lines[0].ssp: A stand-alone selling price is not negative."),
    (line(milestones="a"), f"events[0].lines[0].milestones: {NO_LIST}"),
    (line(milestones=["a"]), f"events[0].lines[0].milestones[0]: {NO_OBJECT}"),
    (line(milestones=[{"name": "a"}]), f"events[0].lines[0].milestones[0].weight: {MISSING}"),
    (line(milestones=[{"weight": "1"}]), f"events[0].lines[0].milestones[0].name: {MISSING}"),
    (
        line(milestones=[{"name": "a", "weight": "1", "date": "2025-01-01"}]),
        "events[0].lines[0].milestones[0].date: This key is unknown here. Known: name, weight.",
    ),
    (
        line(milestones=[{"name": "", "weight": "1"}]),
        "events[0].lines[0].milestones[0].name: This text is empty.",
    ),
    (
        line(milestones=[{"name": "a", "weight": "1"}, {"name": "b", "weight": "-0.000001"}]),
        "events[0].lines[0].milestones[1].weight: A weight is not negative.",
    ),
    (
        line(milestones=[{"name": "a", "weight": 10**12 + 1}]),
        "events[0].lines[0].milestones[0].weight: This number is larger than this program counts.",
    ),
    (
        line(milestones=[{"name": "a", "weight": "1"}, {"name": "a", "weight": "2"}]),
        "events[0].lines[0].milestones[1].name: Milestone a is given twice.",
    ),
    (
        line(milestones=[{"name": "a", "weight": "0"}, {"name": "b", "weight": "0.000000"}]),
        "events[0].lines[0].milestones: The weights add up to nothing.",
    ),
    (line(percentages="0"), f"events[0].lines[0].percentages: {NO_LIST}"),
    (line(percentages=["100"]), f"events[0].lines[0].percentages[0]: {NO_LIST}"),
    *[
        (
            line(percentages=[pair]),
            'events[0].lines[0].percentages[0]: Write a period\'s offset and its percentage: ["0", "50"].',
        )
        for pair in ([], ["0"], ["0", "50", "50"])
    ],
    (
        line(percentages=[["0", "100"], ["0.5", "0"]]),
        "events[0].lines[0].percentages[1][0]: '0.5' has more than 0 decimals.",
    ),
    (
        line(percentages=[["-1", "100"]]),
        "events[0].lines[0].percentages[0][0]: The first period of service has offset 0.",
    ),
    (
        line(percentages=[["12001", "100"]]),
        "events[0].lines[0].percentages[0][0]: This number is larger than this program counts.",
    ),
    (
        line(percentages=[["0", "100.0000001"]]),
        "events[0].lines[0].percentages[0][1]: '100.0000001' has more than 6 decimals.",
    ),
    (
        line(percentages=[["0", "101"]]),
        "events[0].lines[0].percentages[0][1]: This number is larger than this program counts.",
    ),
    (
        line(percentages=[["0", "-0.000001"]]),
        "events[0].lines[0].percentages[0][1]: A percentage is not negative.",
    ),
    (
        line(percentages=[["0", "99.999999"]]),
        "events[0].lines[0].percentages: The percentages do not add up to 100.",
    ),
]


@pytest.mark.parametrize(("data", "sentence"), OF_THE_WHOLE)
def test_of_the_whole(data: Any, sentence: str) -> None:
    assert refusal(data) == sentence


@pytest.mark.parametrize(("data", "sentence"), OF_PRODUCTS)
def test_of_products(data: Any, sentence: str) -> None:
    assert refusal(data) == sentence


@pytest.mark.parametrize(("data", "sentence"), OF_LINES)
def test_of_lines(data: Any, sentence: str) -> None:
    assert refusal(data) == sentence
