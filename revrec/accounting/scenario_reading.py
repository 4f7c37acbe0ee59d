"""Reading a scenario: dictionaries in, checked events out. Every complaint names its place in the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from revrec.accounting.currencies import decimals_of
from revrec.accounting.scenario_form import (
    BAD_DEBT,
    CREDITS,
    EVENT_KEYS,
    LINE_TERMS,
    POLICIES,
    TOP_KEYS,
    TREATMENTS,
    Event,
    Product,
    Scenario,
    ScenarioError,
)
from revrec.accounting.scenario_limits import check_size
from revrec.accounting.scenario_terms import Reader
from revrec.accounting.scenario_values import (
    AMOUNT_MAX,
    QUANTITY_MAX,
    RATE_MAX,
    choice,
    day,
    join,
    mapping,
    number,
    optional_day,
    optional_text,
    sequence,
    text,
)
from revrec.accounting.terms import Method

_CURRENCY = re.compile(r"[A-Z]{3}")
_PERIOD = re.compile(r"\d{4}-\d{2}", re.ASCII)
_HUNDRED = 100 * 10**6


def read_scenario(data: object) -> Scenario:
    """Check a scenario's form. Raises ``ScenarioError``."""
    top = mapping(data, "", *TOP_KEYS)
    check_size(sequence(top["events"], "events"))
    currency = _currency(top, "currency", "USD")
    base = _currency(top, "base_currency", currency)
    policy = mapping(top.get("policy", {}), "policy", "", " ".join(POLICIES))
    for key, value in policy.items():
        choice(value, f"policy.{key}", POLICIES[key])
    method = Method[policy.get("method", POLICIES["method"][0]).upper()]
    reader = Reader(decimals_of(currency), method, {})
    products: dict[str, Product] = {}
    for name, value in mapping(top.get("products", {}), "products", "", None).items():
        where = f"products.{name}"
        keys = mapping(value, where, "", f"category {LINE_TERMS}")
        products[name] = reader.terms(keys, where, Product())
    reader = Reader(reader.decimals, method, products)
    bundles = tuple(
        _bundle(value, f"bundles[{i}]", reader.decimals)
        for i, value in enumerate(sequence(top.get("bundles", []), "bundles"))
    )
    through = optional_text(top, "through", "")
    if through is not None:
        if not _PERIOD.fullmatch(through):
            raise ScenarioError("through", f"{through!r} is not a period: write it as 2026-03.")
        day(f"{through}-01", "through")
    events = tuple(
        _event(value, f"events[{i}]", i, reader, foreign=base != currency)
        for i, value in enumerate(sequence(top["events"], "events"))
    )
    if not events:
        raise ScenarioError("events", "There is no event to replay.")
    return Scenario(currency, base, policy, through, products, bundles, events)


def _currency(keys: Mapping[str, Any], key: str, default: str) -> str:
    code = text(keys, key, "", default)
    if not _CURRENCY.fullmatch(code):
        raise ScenarioError(key, f"{code!r} is not a currency: write its ISO 4217 code, such as USD.")
    return code


def _bundle(value: object, where: str, decimals: int) -> tuple[frozenset[str], int]:
    keys = mapping(value, where, "products price", "")
    names = sequence(keys["products"], f"{where}.products")
    if len(names) < 2 or not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise ScenarioError(f"{where}.products", "A bundle names two products or more, each once.")
    price = number(keys, "price", where, decimals, AMOUNT_MAX)
    if price is None or price < 0:
        raise ScenarioError(f"{where}.price", "A bundle needs a price that is not negative.")
    return frozenset(names), price


def _event(value: object, where: str, index: int, reader: Reader, foreign: bool) -> Event:
    kind = choice(mapping(value, where, "type", None)["type"], f"{where}.type", EVENT_KEYS)
    required, optional = EVENT_KEYS[kind]
    keys = mapping(value, where, f"type date {required}", f"recorded {optional}")
    date = day(keys["date"], f"{where}.date")
    recorded = optional_day(keys, "recorded", where)
    fee_or_amount = "fee" if kind == "cancel" else "amount"
    event = Event(
        where,
        index,
        kind,
        date,
        date if recorded is None else max(date, recorded),
        order=optional_text(keys, "order", where),
        number=optional_text(keys, "number", where),
        invoice=optional_text(keys, "invoice", where),
        customer=optional_text(keys, "customer", where) or "",
        contract=optional_text(keys, "contract", where),
        treatment=_treatment(keys, kind, where),
        lines=reader.lines(keys, kind, where),
        line=optional_text(keys, "line", where),
        end=optional_day(keys, "end", where),
        amount=number(keys, fee_or_amount, where, reader.decimals, AMOUNT_MAX),
        rate_e10=number(keys, "exchange_rate", where, 10, RATE_MAX * 10**10),
        quantity_e6=number(keys, "quantity", where, 6, QUANTITY_MAX * 10**6),
        percent_e6=number(keys, "percent", where, 6, QUANTITY_MAX * 10**6),
        milestone=optional_text(keys, "milestone", where),
    )
    _check_event(event, keys, foreign)
    return event


def _treatment(keys: Mapping[str, Any], kind: str, where: str) -> str | None:
    if keys.get("treatment") is None:
        return None
    allowed = TREATMENTS if kind == "modification" else (*CREDITS, BAD_DEBT)
    return choice(keys["treatment"], f"{where}.treatment", allowed)


def _check_event(event: Event, keys: Mapping[str, Any], foreign: bool) -> None:
    """What the keys of an event must be beside their form."""
    where = event.where
    for key in EVENT_KEYS[event.type][0].split():
        if keys[key] is None:
            raise ScenarioError(join(where, key), "This key is required and missing.")
    if event.type == "delivery":
        if len({"quantity", "percent", "milestone"} & {key for key in keys if keys[key] is not None}) != 1:
            raise ScenarioError(where, "A delivery has one of quantity, percent and milestone.")
        if event.percent_e6 is not None and not 0 <= event.percent_e6 <= _HUNDRED:
            raise ScenarioError(f"{where}.percent", "A percentage lies between 0 and 100, and is cumulative.")
    if event.type == "cancel" and (event.amount or 0) < 0:
        raise ScenarioError(f"{where}.fee", "A fee is not negative.")
    if event.rate_e10 is not None:
        if event.rate_e10 <= 0:
            raise ScenarioError(f"{where}.exchange_rate", "An exchange rate is positive.")
        if not foreign and event.rate_e10 != 10**10:
            raise ScenarioError(
                f"{where}.exchange_rate", "An exchange rate needs a base_currency that is not the currency."
            )
    if event.type in ("invoice", "credit_memo"):
        for line in event.lines:
            if line.amount is None:
                raise ScenarioError(f"{line.where}.amount", "A document line needs an amount.")
            if line.amount < 0 and event.type == "credit_memo":
                raise ScenarioError(f"{line.where}.amount", "The amounts of a credit memo are positive.")
