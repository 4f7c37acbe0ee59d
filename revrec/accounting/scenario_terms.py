"""Reading the lines of a scenario and the terms that products and lines give: SSP, method, trigger, plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from revrec.accounting.scenario_form import Line, Product, ScenarioError, line_keys
from revrec.accounting.scenario_values import (
    AMOUNT_MAX,
    QUANTITY_MAX,
    choice,
    decimal,
    mapping,
    number,
    optional_day,
    optional_text,
    sequence,
    text,
)
from revrec.accounting.terms import Method, SspPer, Trigger

METHODS = tuple(m.name.lower() for m in Method)
TRIGGERS = tuple(t.name.lower() for t in Trigger if t is not Trigger.AUTO)
UNITS_OF_SSP = tuple(u.name.lower() for u in SspPer)
_HUNDRED = 100 * 10**6


@dataclass(frozen=True)
class Reader:
    """Reads lines and terms in a currency of so many decimals; ``method``: where neither line nor product says."""

    decimals: int
    method: Method
    products: Mapping[str, Product]

    def lines(self, keys: Mapping[str, Any], kind: str, where: str) -> tuple[Line, ...]:
        """The lines of an event of this type; an event that has them has at least one."""
        if "lines" not in keys:
            return ()
        lines = tuple(
            self.line(value, f"{where}.lines[{i}]", line_keys(kind))
            for i, value in enumerate(sequence(keys["lines"], f"{where}.lines"))
        )
        if not lines:
            raise ScenarioError(f"{where}.lines", "There is no line.")
        seen: set[str] = set()
        for line in lines:
            if line.line in seen:
                raise ScenarioError(f"{line.where}.line", f"Line {line.line} is given twice.")
            seen.add(line.line)
        return lines

    def line(self, value: object, where: str, allowed: str) -> Line:
        keys = mapping(value, where, "line", allowed)
        product = optional_text(keys, "product", where)
        start, end = optional_day(keys, "start", where), optional_day(keys, "end", where)
        if start is not None and end is not None and end < start:
            raise ScenarioError(f"{where}.end", "The last day of service lies before the first.")
        quantity = number(keys, "quantity", where, 6, QUANTITY_MAX * 10**6)
        if quantity is not None and quantity <= 0:
            raise ScenarioError(f"{where}.quantity", "A quantity is positive.")
        ramp = keys.get("ramp", True)
        if not isinstance(ramp, bool):
            raise ScenarioError(f"{where}.ramp", "ramp is true or false.")
        segments = mapping(keys.get("segments", {}), f"{where}.segments", "", None)
        terms = self.terms(keys, where, self.products.get(product or "", Product()))
        return Line(
            where,
            text(keys, "line", where),
            terms.method if terms.method is not None else self.method,
            product,
            number(keys, "amount", where, self.decimals, AMOUNT_MAX),
            quantity,
            start,
            end,
            optional_text(keys, "for_line", where),
            terms,
            ramp,
            tuple(sorted((name, text(segments, name, f"{where}.segments")) for name in segments)),
            _milestones(keys, where),
            _percentages(keys, where),
            frozenset(key for key in keys if keys[key] is not None),
        )

    def terms(self, keys: Mapping[str, Any], where: str, base: Product) -> Product:
        """The terms that a product or line gives over those that it builds on."""
        ssp, residual = base.ssp, base.residual
        given = keys.get("ssp")
        if given == "residual":
            residual, ssp = True, None
        elif isinstance(given, Mapping):
            residual, ssp = False, self._range(given, f"{where}.ssp")
        elif given is not None:
            point = decimal(given, self.decimals, f"{where}.ssp", AMOUNT_MAX)
            residual, ssp = False, (point, point)
        if keys.get("range") is not None:
            if not residual:
                raise ScenarioError(f"{where}.range", 'A range is for an ssp that is "residual".')
            ssp = self._range(keys["range"], f"{where}.range")
        if ssp is not None and min(ssp) < 0:
            raise ScenarioError(f"{where}.ssp", "A stand-alone selling price is not negative.")
        per, method, trigger = keys.get("ssp_per"), keys.get("method"), keys.get("trigger")
        return Product(
            ssp,
            residual,
            base.ssp_per if per is None else SspPer[choice(per, f"{where}.ssp_per", UNITS_OF_SSP).upper()],
            base.method if method is None else Method[choice(method, f"{where}.method", METHODS).upper()],
            base.trigger
            if trigger is None
            else Trigger[choice(trigger, f"{where}.trigger", TRIGGERS).upper()],
            optional_text(keys, "category", where) or base.category,
        )

    def _range(self, value: object, where: str) -> tuple[int, int]:
        keys = mapping(value, where, "low high", "")
        low, high = (decimal(keys[k], self.decimals, f"{where}.{k}", AMOUNT_MAX) for k in ("low", "high"))
        if high < low:
            raise ScenarioError(where, "The range's high is below its low.")
        return low, high


def _milestones(keys: Mapping[str, Any], where: str) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for i, value in enumerate(sequence(keys.get("milestones", []), f"{where}.milestones")):
        place = f"{where}.milestones[{i}]"
        one = mapping(value, place, "name weight", "")
        name = text(one, "name", place)
        weight = decimal(one["weight"], 6, f"{place}.weight", QUANTITY_MAX * 10**6)
        if weight < 0:
            raise ScenarioError(f"{place}.weight", "A weight is not negative.")
        if name in found:
            raise ScenarioError(f"{place}.name", f"Milestone {name} is given twice.")
        found[name] = weight
    if found and not any(found.values()):
        raise ScenarioError(f"{where}.milestones", "The weights add up to nothing.")
    return tuple(found.items())


def _percentages(keys: Mapping[str, Any], where: str) -> tuple[tuple[int, int], ...]:
    place = f"{where}.percentages"
    found = []
    for i, value in enumerate(sequence(keys.get("percentages", []), place)):
        pair = sequence(value, f"{place}[{i}]")
        if len(pair) != 2:
            raise ScenarioError(f"{place}[{i}]", 'Write a period\'s offset and its percentage: ["0", "50"].')
        offset = decimal(pair[0], 0, f"{place}[{i}][0]", 12_000)
        if offset < 0:
            raise ScenarioError(f"{place}[{i}][0]", "The first period of service has offset 0.")
        percent = decimal(pair[1], 6, f"{place}[{i}][1]", _HUNDRED)
        if percent < 0:
            raise ScenarioError(f"{place}[{i}][1]", "A percentage is not negative.")
        found.append((offset, percent))
    if found and sum(percent for _, percent in found) != _HUNDRED:
        raise ScenarioError(place, "The percentages do not add up to 100.")
    return tuple(sorted(found))
