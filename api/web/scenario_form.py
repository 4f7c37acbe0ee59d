"""The calculator's simple form: one sales order of a few obligations, and how it is billed, as a scenario.

Fields of the order stand by their own name, those of the obligation `n` (from 0) as `line-n-amount`.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from revrec.accounting.currencies import decimals_of

MOST = 30
"""Obligations of the form; a longer deal is given as JSON."""

METHODS = (
    ("daily", "By days"),
    ("even", "Every month the same"),
    ("prorate_ends", "Months, the ends by days"),
    ("prorate_ends_by_month", "Months, the ends by part of the month"),
    ("half_month", "Months, halves at the ends"),
    ("thirty_360", "Months of 30 days"),
    ("point_in_time", "At a point in time"),
)
"""Those that need no later event."""
BILLING = (
    ("at_once", "All at once, on the day of the order"),
    ("monthly", "Every month the same, from the day of the order"),
    ("none", "Not billed"),
)
ALLOCATION = (("relative_ssp", "By stand-alone selling prices"), ("stated_price", "As stated, not shared"))
PER = (("each", "each"), ("month", "a month"), ("year", "a year"))
_LINE = ("product", "quantity", "amount", "ssp", "ssp_per", "method", "start", "end")
_PLACE = re.compile(r"events\[0\]\.lines\[(\d+)\](?:\.(\w+))?")

Values = Mapping[str, str]


def lines_of(values: Values) -> int:
    """How many obligations the form shows."""
    told = values.get("lines", "")
    return min(int(told), MOST) if told.isdigit() and len(told) < 4 else 2


def with_a_line(values: Values) -> dict[str, str]:
    """The form with one obligation more."""
    return {**values, "lines": str(min(lines_of(values) + 1, MOST))}


def without_line(values: Values, number: int) -> dict[str, str]:
    """The form without an obligation; those after it move up."""
    count = lines_of(values)
    kept = {name: value for name, value in values.items() if not name.startswith("line-")}
    at = 0
    for one in range(count):
        if one != number:
            for name in _LINE:
                kept[f"line-{at}-{name}"] = values.get(f"line-{one}-{name}", "")
            at += 1
    return {**kept, "lines": str(max(1, at))}


def scenario_of(values: Values) -> tuple[dict[str, Any], list[int]]:
    """The scenario that the form says, and which obligation each of its lines is. Empty obligations are left out; what
    is wrong is left for the engine to say."""
    day = values.get("date", "")
    lines, places = [], []
    for number in range(lines_of(values)):
        given = {name: values.get(f"line-{number}-{name}", "") for name in _LINE}
        if not any(given[name] for name in ("product", "amount", "ssp", "start", "end")):
            continue
        places.append(number)
        if not given["ssp"]:
            given["ssp_per"] = ""
        told = {name: _plain(name, value) for name, value in given.items() if value}
        lines.append({"line": str(number + 1), **told})
    currency = values.get("currency", "") or "USD"
    events: list[dict[str, Any]] = [
        {"type": "order", "date": day, "order": "SO-1", "customer": "Customer", "lines": lines}
    ]
    if values.get("billing", "at_once") != "none":
        events += _invoices(day, currency, lines, monthly=values.get("billing") == "monthly")
    scenario: dict[str, Any] = {
        "currency": currency,
        "policy": {"allocation": values.get("allocation") or "relative_ssp"},
        "events": events,
    }
    if values.get("through"):
        scenario["through"] = values["through"]
    return scenario, places


def field_of(place: str, places: list[int]) -> str:
    """The form's field that a place of the scenario is about; empty if it is about the whole."""
    found = _PLACE.match(place)
    if found is None:
        named = {"events[0].date": "date", "currency": "currency", "through": "through"}
        return named.get(place, "")
    at = int(found[1])
    return f"line-{places[at]}-{found[2] or 'amount'}" if at < len(places) else ""


def _plain(name: str, value: str) -> str:
    """Numbers as people write them: `1,200.00` is 1200.00."""
    return value.replace(",", "").replace(" ", "") if name in ("amount", "ssp", "quantity") else value


def _invoices(day: str, currency: str, lines: list[dict[str, Any]], *, monthly: bool) -> list[dict[str, Any]]:
    """An invoice of all lines with a price, or one a month over each line's term, the last with what is left."""
    due: dict[str, list[dict[str, str]]] = {}
    for line in lines:
        price = _number(line.get("amount", ""))
        if price is None or price <= 0:
            continue
        months = _months(line, day) if monthly else [day]
        digits = Decimal(1).scaleb(-decimals_of(currency))
        share = (price / len(months)).quantize(digits)
        for at, one in enumerate(months):
            part = price - share * (len(months) - 1) if at == len(months) - 1 else share
            bills = due.setdefault(one, [])
            bills.append({"line": str(len(bills) + 1), "for_line": line["line"], "amount": str(part)})
    return [
        {
            "type": "invoice",
            "date": one,
            "number": f"INV-{number}",
            "customer": "Customer",
            "order": "SO-1",
            "lines": bills,
        }
        for number, (one, bills) in enumerate(sorted(due.items()), start=1)
    ]


def _months(line: Mapping[str, str], day: str) -> list[str]:
    """The days of a line's monthly invoices: that of the order, then the first of every further month of its term."""
    try:
        first = date.fromisoformat(line.get("start") or day)
        last = date.fromisoformat(line.get("end") or day)
    except ValueError:
        return [day]
    months = (last.year - first.year) * 12 + last.month - first.month
    if not 0 < months < 600:
        return [day]
    begun = first.year * 12 + first.month - 1
    later = [date((begun + at) // 12, (begun + at) % 12 + 1, 1) for at in range(1, months + 1)]
    return [max(day, str(first)), *(max(day, str(one)) for one in later)]


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**15 else None
