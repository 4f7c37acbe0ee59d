"""Order lines, modification lines and invoice lines as written, into obligations: discounts, ramps, product terms."""

import datetime as dt
from fractions import Fraction
from typing import Any

from .methods import Facts, Terms
from .money import CannotReplay, minor
from .months import DAY
from .obligations import Obligation, Ssp

Json = dict[str, Any]


def day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def ssp_of(line: Json, product: Json, decimals: int) -> Ssp:
    given = line if "ssp" in line else product
    value = given.get("ssp")
    per = line.get("ssp_per", product.get("ssp_per", "each"))
    if value is None:
        return Ssp(per=per)
    if value == "residual":
        bounds = given.get("range") or {}
        low = minor(bounds["low"], decimals) if bounds else None
        return Ssp(low, minor(bounds["high"], decimals) if bounds else None, True, per)
    if isinstance(value, dict):
        return Ssp(minor(value["low"], decimals), minor(value["high"], decimals), False, per)
    return Ssp(minor(value, decimals), minor(value, decimals), False, per)


def terms_of(line: Json, product: Json, policy: dict[str, str]) -> Terms:
    return Terms(
        method=line.get("method") or product.get("method") or policy["method"],
        trigger=line.get("trigger") or product.get("trigger"),
        start=day(line.get("start")),
        end=day(line.get("end")),
        quantity=Fraction(line.get("quantity", "1")),
        milestones=tuple((m["name"], Fraction(m["weight"])) for m in line.get("milestones", ())),
        percentages=tuple((int(o), Fraction(p)) for o, p in line.get("percentages", ())),
    )


def discounted(lines: list[Json], decimals: int) -> list[tuple[Json, int]]:
    """Each line with its amount; a discount line (negative) lowers the line it follows and is no line itself."""
    found: list[tuple[Json, int]] = []
    for line in lines:
        amount = minor(line.get("amount", "0"), decimals)
        if amount < 0:
            if not found or found[-1][1] + amount < 0:
                raise CannotReplay("a discount takes the line below zero")
            found[-1] = (found[-1][0], found[-1][1] + amount)
        else:
            found.append((line, amount))
    return found


def obligations_of(
    scenario: Json, event: Json, lines: list[Json], decimals: int, policy: dict[str, str]
) -> list[Obligation]:
    """The obligations of an order's (or added) lines; ramps joined into the first line of theirs."""
    found: list[tuple[Obligation, bool]] = []
    for line, amount in discounted(lines, decimals):
        product = scenario.get("products", {}).get(line.get("product"), {})
        one = Obligation(
            order=event.get("order") or event["number"],
            line=line["line"],
            product=line.get("product"),
            customer=event.get("customer", ""),
            terms=terms_of(line, product, policy),
            facts=Facts(dt.date.fromisoformat(event["date"])),
            stated=amount,
            priced="amount" in line,
            ssp=ssp_of(line, product, decimals),
            lines=(line["line"],),
            parts={line["line"]: amount},
            last_period=policy["rounding"] == "last_period",
        )
        found.append((one, line.get("ramp", True)))
    joined: list[Obligation] = []
    for one, ramp in found:
        before = [(o, r) for o, r in found if o in joined and ramp and r and _adjoins(o, one)]
        if before:
            first = before[0][0]
            first.terms = Terms(**{**vars(first.terms), "end": one.terms.end})
            first.stated += one.stated
            first.lines += one.lines
            first.parts |= one.parts
        else:
            joined.append(one)
    return joined


def _adjoins(first: Obligation, second: Obligation) -> bool:
    """Same product and quantity, the second beginning the day after the first ends, at a different price."""
    a, b = first.terms, second.terms
    return (
        first.product is not None
        and first.product == second.product
        and a.quantity == b.quantity
        and a.method == b.method
        and a.end is not None
        and b.start is not None
        and b.end is not None
        and b.start == a.end + DAY
        and first.stated != second.stated
    )
