"""Reading a scenario: dictionaries in, checked events out. Every complaint names its place in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from revrec.accounting.calendar import parse_day
from revrec.accounting.currencies import decimals_of
from revrec.accounting.money import parse_scaled
from revrec.accounting.terms import CreditTreatment, Method, SspPer, Treatment, Trigger


class ScenarioError(ValueError):
    """A scenario that cannot be replayed: ``where`` is a path in the file, such as ``events[2].lines[0].amount``."""

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where, self.message = where, message


@dataclass(frozen=True)
class Product:
    """Defaults that a product gives to its lines; ``None``: says nothing."""

    ssp: tuple[int, int] | None = None
    residual: bool = False
    ssp_per: SspPer = SspPer.EACH
    method: Method | None = None
    trigger: Trigger = Trigger.AUTO
    category: str | None = None


@dataclass(frozen=True)
class Line:
    """A line of an order, modification or document, as written; amounts in minor units."""

    where: str
    line: str
    product: str | None = None
    amount: int | None = None
    quantity_e6: int | None = None
    start: int | None = None
    end: int | None = None
    for_line: str | None = None
    terms: Product | None = None
    ramp: bool = True
    segments: tuple[tuple[str, str], ...] = ()
    milestones: tuple[tuple[str, int], ...] = ()
    percentages: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Event:
    """One event; ``known`` is the day from which it is known, ``index`` its place in the file."""

    where: str
    index: int
    type: str
    day: int
    known: int
    order: str | None = None
    number: str | None = None
    invoice: str | None = None
    customer: str = ""
    contract: str | None = None
    treatment: str | None = None
    lines: tuple[Line, ...] = ()
    line: str | None = None
    end: int | None = None
    amount: int | None = None
    rate_e10: int | None = None
    quantity_e6: int | None = None
    percent_e6: int | None = None
    milestone: str | None = None


@dataclass(frozen=True)
class Scenario:
    """A checked scenario."""

    currency: str
    base_currency: str
    policy: Mapping[str, str]
    through: str | None
    products: Mapping[str, Product]
    bundles: tuple[tuple[frozenset[str], int], ...]
    events: tuple[Event, ...] = field(default=())

    @property
    def decimals(self) -> int:
        """Decimals of the transaction currency."""
        return decimals_of(self.currency)


TREATMENTS = {t.name.lower(): t for t in Treatment}
CREDITS = {t.name.lower(): t for t in CreditTreatment if t is not CreditTreatment.UNDECIDED}
POLICIES: dict[str, tuple[str, ...]] = {
    "allocation": ("relative_ssp", "stated_price"),
    "rounding": ("cumulative", "last_period"),
    "netting": ("contract", "customer"),
    "method": tuple(m.name.lower() for m in Method),
    "contract_source": ("orders", "invoices", "orders_then_invoices"),
    "missing_ssp": ("stated_price", "hold"),
    "fx_rate": ("billing", "contract"),
    "billing_offset": ("deferred", "revenue", "clearing"),
}
EVENT_KEYS: dict[str, tuple[str, str]] = {  # type: required keys, optional keys
    "order": ("order customer lines", "contract exchange_rate"),
    "invoice": ("number customer lines", "order exchange_rate"),
    "credit_memo": ("number customer lines", "order invoice treatment exchange_rate"),
    "modification": ("order lines", "treatment"),
    "cancel": ("order", "line end fee"),
    "price_change": ("order amount", ""),
    "delivery": ("order line", "quantity percent milestone"),
    "void": ("number", ""),
}
LINE_TERMS = "method trigger ssp ssp_per range"
ORDER_LINE = f"line product quantity amount start end segments ramp milestones percentages {LINE_TERMS}"
DOCUMENT_LINE = f"line for_line product quantity amount start end segments {LINE_TERMS}"


def read_scenario(data: object) -> Scenario:
    """Check a scenario's form. Raises ``ScenarioError``."""
    top = _mapping(data, "", "events", "currency base_currency policy through products bundles")
    currency = _text(top, "currency", "", "USD")
    decimals = decimals_of(currency)
    policy = _mapping(top.get("policy", {}), "policy", "", " ".join(POLICIES))
    for key, value in policy.items():
        if value not in POLICIES[key]:
            raise ScenarioError(f"policy.{key}", f"{value!r} is none of {', '.join(POLICIES[key])}.")
    products = {}
    for name, value in _mapping(top.get("products", {}), "products", "", None).items():
        where = f"products.{name}"
        keys = _mapping(value, where, "", f"category {LINE_TERMS}")
        products[name] = _terms(keys, where, decimals, Product())
    bundles = []
    for i, value in enumerate(_list(top.get("bundles", []), "bundles")):
        keys = _mapping(value, f"bundles[{i}]", "products price", "")
        names = _list(keys["products"], f"bundles[{i}].products")
        bundles.append((frozenset(map(str, names)), _number(keys, "price", f"bundles[{i}]", decimals) or 0))
    through = top.get("through")
    if through is not None:
        _day(f"{through}-01", "through")
    events = tuple(
        _event(value, f"events[{i}]", i, decimals, products)
        for i, value in enumerate(_list(top["events"], "events"))
    )
    if not events:
        raise ScenarioError("events", "There is no event to replay.")
    base = _text(top, "base_currency", "", currency)
    return Scenario(currency, base, policy, through, products, tuple(bundles), events)


def _event(value: object, where: str, index: int, decimals: int, products: Mapping[str, Product]) -> Event:
    kind = value.get("type") if isinstance(value, Mapping) else None
    if kind not in EVENT_KEYS:
        raise ScenarioError(f"{where}.type", f"{kind!r} is none of {', '.join(EVENT_KEYS)}.")
    required, optional = EVENT_KEYS[str(kind)]
    keys = _mapping(value, where, f"type date {required}", f"recorded {optional}")
    day = _day(keys["date"], f"{where}.date")
    known = max(day, _day(keys["recorded"], f"{where}.recorded")) if "recorded" in keys else day
    treatment = keys.get("treatment")
    allowed = TREATMENTS if kind == "modification" else {**CREDITS, "bad_debt": None}
    if treatment is not None and treatment not in allowed:
        raise ScenarioError(f"{where}.treatment", f"{treatment!r} is none of {', '.join(allowed)}.")
    if kind == "delivery" and len({"quantity", "percent", "milestone"} & set(keys)) != 1:
        raise ScenarioError(where, "A delivery has one of quantity, percent and milestone.")
    allowed_line = ORDER_LINE if kind in ("order", "modification") else DOCUMENT_LINE
    lines = tuple(
        _line(line, f"{where}.lines[{i}]", allowed_line, decimals, products)
        for i, line in enumerate(_list(keys.get("lines", []), f"{where}.lines"))
    )
    names = [line.line for line in lines]
    if len(set(names)) < len(names):
        raise ScenarioError(f"{where}.lines", "A line is given twice.")
    return Event(
        where,
        index,
        str(kind),
        day,
        known,
        order=_optional_text(keys, "order", where),
        number=_optional_text(keys, "number", where),
        invoice=_optional_text(keys, "invoice", where),
        customer=_text(keys, "customer", where, ""),
        contract=_optional_text(keys, "contract", where),
        treatment=treatment,
        lines=lines,
        line=_optional_text(keys, "line", where),
        end=_optional_day(keys, "end", where),
        amount=_number(keys, "fee" if kind == "cancel" else "amount", where, decimals),
        rate_e10=_number(keys, "exchange_rate", where, 10),
        quantity_e6=_number(keys, "quantity", where, 6),
        percent_e6=_number(keys, "percent", where, 6),
        milestone=_optional_text(keys, "milestone", where),
    )


def _line(value: object, where: str, allowed: str, decimals: int, products: Mapping[str, Product]) -> Line:
    keys = _mapping(value, where, "line", allowed)
    product = _optional_text(keys, "product", where)
    start, end = _optional_day(keys, "start", where), _optional_day(keys, "end", where)
    if start is not None and end is not None and end < start:
        raise ScenarioError(f"{where}.end", "The last day of service lies before the first.")
    quantity = _number(keys, "quantity", where, 6)
    if quantity is not None and quantity <= 0:
        raise ScenarioError(f"{where}.quantity", "A quantity must be positive.")
    ramp = keys.get("ramp", True)
    if not isinstance(ramp, bool):
        raise ScenarioError(f"{where}.ramp", "ramp is true or false.")
    segments = _mapping(keys.get("segments", {}), f"{where}.segments", "", None)
    return Line(
        where,
        _text(keys, "line", where, ""),
        product,
        _number(keys, "amount", where, decimals),
        quantity,
        start,
        end,
        _optional_text(keys, "for_line", where),
        _terms(keys, where, decimals, products.get(product or "", Product())),
        ramp,
        tuple(sorted((str(k), str(v)) for k, v in segments.items())),
        _milestones(keys, where),
        _percentages(keys, where),
    )


def _terms(keys: Mapping[str, Any], where: str, decimals: int, base: Product) -> Product:
    """The terms that a product or line gives over those that it builds on."""
    ssp, residual = base.ssp, base.residual
    given = keys.get("ssp")
    if given == "residual":
        residual, ssp = True, _range(keys["range"], f"{where}.range", decimals) if "range" in keys else None
    elif isinstance(given, Mapping):
        residual, ssp = False, _range(given, f"{where}.ssp", decimals)
    elif given is not None:
        point = _number(keys, "ssp", where, decimals)
        residual, ssp = False, (point or 0, point or 0)
    if ssp is not None and min(ssp) < 0:
        raise ScenarioError(f"{where}.ssp", "A stand-alone selling price is not negative.")
    return Product(
        ssp,
        residual,
        SspPer[_choice(keys, "ssp_per", where, SspPer, base.ssp_per)],
        Method[_choice(keys, "method", where, Method, base.method)] if keys.get("method") else base.method,
        Trigger[_choice(keys, "trigger", where, Trigger, base.trigger)],
        _optional_text(keys, "category", where) or base.category,
    )


def _choice(keys: Mapping[str, Any], key: str, where: str, kind: Any, default: Any) -> str:
    value = keys.get(key)
    if value is None:
        return str(default.name) if default is not None else ""
    names = [member.name.lower() for member in kind if member.name != "AUTO"]
    if value not in names:
        raise ScenarioError(f"{where}.{key}", f"{value!r} is none of {', '.join(names)}.")
    return str(value).upper()


def _range(value: object, where: str, decimals: int) -> tuple[int, int]:
    keys = _mapping(value, where, "low high", "")
    low, high = _number(keys, "low", where, decimals) or 0, _number(keys, "high", where, decimals) or 0
    if high < low:
        raise ScenarioError(where, "The range's high is below its low.")
    return low, high


def _milestones(keys: Mapping[str, Any], where: str) -> tuple[tuple[str, int], ...]:
    found = []
    for i, value in enumerate(_list(keys.get("milestones", []), f"{where}.milestones")):
        place = f"{where}.milestones[{i}]"
        one = _mapping(value, place, "name weight", "")
        weight = _number(one, "weight", place, 6) or 0
        if weight < 0:
            raise ScenarioError(f"{place}.weight", "A weight is not negative.")
        found.append((_text(one, "name", place, ""), weight))
    return tuple(found)


def _percentages(keys: Mapping[str, Any], where: str) -> tuple[tuple[int, int], ...]:
    place = f"{where}.percentages"
    found = []
    for i, value in enumerate(_list(keys.get("percentages", []), place)):
        pair = _list(value, f"{place}[{i}]")
        if len(pair) != 2 or not str(pair[0]).isdigit():
            raise ScenarioError(f"{place}[{i}]", 'Write a period\'s offset and its percentage: ["0", "50"].')
        found.append((int(pair[0]), _decimal(pair[1], 6, f"{place}[{i}]")))
    if found and sum(percent for _, percent in found) != 100 * 10**6:
        raise ScenarioError(place, "The percentages do not add up to 100.")
    return tuple(sorted(found))


def _mapping(value: object, where: str, required: str, optional: str | None) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ScenarioError(where, "An object is wanted here.")
    if optional is not None:
        allowed = {*required.split(), *optional.split()}
        for key in value:
            if key not in allowed:
                raise ScenarioError(f"{where}.{key}" if where else str(key), "This key is not known here.")
    for key in required.split():
        if key not in value:
            raise ScenarioError(f"{where}.{key}" if where else key, "This key is missing.")
    return value


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, (list, tuple)):
        raise ScenarioError(where, "A list is wanted here.")
    return list(value)


def _text(keys: Mapping[str, Any], key: str, where: str, default: str) -> str:
    value = keys.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ScenarioError(f"{where}.{key}" if where else key, "A text is wanted here.")
    return str(value)


def _optional_text(keys: Mapping[str, Any], key: str, where: str) -> str | None:
    return _text(keys, key, where, "") if keys.get(key) is not None else None


def _day(value: object, where: str) -> int:
    try:
        return parse_day(str(value))
    except ValueError:
        raise ScenarioError(where, f"{value!r} is not a date: write it as 2026-03-31.") from None


def _optional_day(keys: Mapping[str, Any], key: str, where: str) -> int | None:
    return _day(keys[key], f"{where}.{key}") if keys.get(key) is not None else None


def _number(keys: Mapping[str, Any], key: str, where: str, decimals: int) -> int | None:
    return _decimal(keys[key], decimals, f"{where}.{key}") if keys.get(key) is not None else None


def _decimal(value: object, decimals: int, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ScenarioError(where, 'Write the number as a text in quotes: "100.00".')
    try:
        return parse_scaled(str(value), decimals)
    except ValueError as error:
        raise ScenarioError(where, str(error)) from None
