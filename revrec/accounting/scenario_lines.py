"""Lines of a scenario as obligations: discounts taken off, ramps joined, parts restated."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from revrec.accounting.columns import NONE
from revrec.accounting.recognition import DATED
from revrec.accounting.scenario_form import Line, Product, ScenarioError


@dataclass
class Part:
    """One line of a ramp: its own term and total, inside the obligation that it belongs to."""

    amount: int | None
    start: int | None
    end: int | None


@dataclass
class Row:
    """An obligation as its first version has it."""

    id: int
    order: str
    line: Line
    contract: int
    ordered: int
    parts: dict[str, Part]  # as first ordered
    now: dict[str, Part]  # as last restated
    added_by: int = NONE
    rank: int = 0
    own: bool = False
    gone: bool = False
    delivered: list[tuple[int, int]] = field(default_factory=list)

    @property
    def terms(self) -> Product:
        """SSP, method and trigger of the line."""
        return self.line.terms or Product()


def without_discounts(lines: tuple[Line, ...]) -> list[Line]:
    """A discount line (negative) lowers the line that it follows, and is none itself."""
    kept: list[Line] = []
    for line in lines:
        if line.amount is None or line.amount >= 0:
            kept.append(line)
            continue
        if not kept or kept[-1].amount is None or kept[-1].amount + line.amount < 0:
            raise ScenarioError(
                f"{line.where}.amount", "A discount lowers the line above it, and not below zero."
            )
        kept[-1] = replace(kept[-1], amount=kept[-1].amount + line.amount)
    return kept


def join_ramps(lines: list[Line]) -> list[list[Line]]:
    """Lines of the same product and quantity over adjoining terms at different prices are one obligation."""
    groups: list[list[Line]] = []
    for line in lines:
        home = next((g for g in groups if _adjoins(g[-1], line)), None)
        if home is None:
            groups.append([line])
        else:
            home.append(line)
    return [
        part
        for group in groups
        for part in ([group] if len({m.amount for m in group}) > 1 else [[m] for m in group])
    ]


def _adjoins(one: Line, other: Line) -> bool:
    return (
        one.ramp
        and other.ramp
        and one.product is not None
        and one.product == other.product
        and one.quantity_e6 == other.quantity_e6
        and one.terms == other.terms
        and None not in (one.end, other.start, one.start, other.end, one.amount, other.amount)
        and other.start == (one.end or 0) + 1
        and (one.terms is None or one.terms.method in (None, *DATED))
    )


def restate(row: Row, line: Line) -> tuple[int | None, int | None]:
    """The obligation's new total and last day, when one of its parts is restated."""
    part = row.now[line.line]
    if line.amount is not None:
        part.amount = line.amount
    if line.end is not None:
        part.end = line.end
    amounts = [p.amount for p in row.now.values()]
    total = None if None in amounts or line.amount is None else sum(a for a in amounts if a is not None)
    ends = [p.end for p in row.now.values() if p.end is not None]
    return total, max(ends) if line.end is not None and ends else None
