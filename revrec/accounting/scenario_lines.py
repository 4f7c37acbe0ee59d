"""Lines of a scenario as obligations: discounts taken off, ramps joined, parts restated."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from revrec.accounting.columns import NONE
from revrec.accounting.recognition import DATED
from revrec.accounting.scenario_form import Line, Product, ScenarioError
from revrec.accounting.terms import Method


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
    void: bool = False  # its invoice was voided
    quantity_now: int | None = None  # as last restated
    delivered: list[tuple[int, int]] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)
    changed: list[tuple[int, str]] = field(
        default_factory=list
    )  # modifications by index, and their treatment

    @property
    def terms(self) -> Product:
        """SSP, method and trigger of the line."""
        return self.line.terms

    @property
    def method(self) -> Method:
        return self.line.method

    @property
    def planless(self) -> bool:
        """Earned by a plan that the line does not have."""
        custom, milestone = self.method is Method.CUSTOM, self.method is Method.MILESTONE
        return (custom and not self.line.percentages) or (milestone and not self.line.milestones)

    @property
    def quantity_e6(self) -> int:
        """The quantity as last restated; 1 where none is given."""
        return self.quantity_now or self.line.quantity_e6 or 10**6

    @property
    def whole(self) -> int:
        """The progress at which all is delivered."""
        if self.method in (Method.PERCENT_COMPLETE, Method.CUSTOM):
            return 10**8
        if self.method is Method.MILESTONE:
            return max(sum(weight for _, weight in self.line.milestones), 1)
        return self.quantity_e6


def without_discounts(lines: tuple[Line, ...]) -> list[Line]:
    """A discount line (negative) lowers the line that it follows, and is none itself."""
    kept: list[Line] = []
    for line in lines:
        if line.amount is None or line.amount >= 0:
            kept.append(line)
            continue
        above = kept[-1].amount if kept else None
        if above is None or above + line.amount < 0:
            raise ScenarioError(
                f"{line.where}.amount", "A discount lowers the line above it, and not below zero."
            )
        kept[-1] = replace(kept[-1], amount=above + line.amount)
    return kept


def join_ramps(lines: list[Line]) -> list[list[Line]]:
    """Lines of the same product and quantity over adjoining terms at different prices are one obligation.

    Groups come in the order in which their first lines are listed; the parts of a group in order of their terms.
    """
    groups: list[list[Line]] = []
    dated = [line for line in lines if _may_ramp(line)]
    for line in sorted(dated, key=lambda line: line.start or 0):
        home = next((g for g in groups if _adjoins(g[-1], line)), None)
        if home is None:
            groups.append([line])
        else:
            home.append(line)
    joined = [group for group in groups if len({line.amount for line in group}) > 1]
    inside = {line.line for group in joined for line in group}
    joined += [[line] for line in lines if line.line not in inside]
    listed = {line.line: place for place, line in enumerate(lines)}
    return sorted(joined, key=lambda group: min(listed[line.line] for line in group))


def _may_ramp(line: Line) -> bool:
    return (
        line.ramp
        and line.product is not None
        and line.method in DATED
        and None not in (line.start, line.end, line.amount)
    )


def _adjoins(one: Line, other: Line) -> bool:
    return (
        one.product == other.product
        and one.quantity_e6 == other.quantity_e6
        and one.terms == other.terms
        and other.start == (one.end or 0) + 1
    )


def check_restated(row: Row, line: Line) -> None:
    """A modification restates total, end and quantity; all else of a line stays as it was ordered."""
    part = row.parts[line.line]
    old = row.line
    same = {
        "product": line.product == old.product,
        "start": line.start == part.start,
        "method": line.method is row.method,
        "trigger": line.terms.trigger is old.terms.trigger,
        "ssp": (line.terms.ssp, line.terms.residual) == (old.terms.ssp, old.terms.residual),
        "ssp_per": line.terms.ssp_per is old.terms.ssp_per,
        "milestones": line.milestones == old.milestones,
        "percentages": line.percentages == old.percentages,
        "ramp": line.ramp == old.ramp,
    }
    for key, unchanged in same.items():
        if key in line.given and not unchanged:
            raise ScenarioError(
                f"{line.where}.{key}",
                f"A modification restates amount, end and quantity of a line: line {line.line} keeps its {key}. "
                "Add a line of its own instead.",
            )
    if line.end is not None and part.start is not None and line.end < part.start:
        raise ScenarioError(f"{line.where}.end", "The last day of service lies before the first.")


def restate(row: Row, line: Line) -> tuple[int | None, int | None]:
    """The obligation's new total and last day, when one of its parts is restated."""
    part = row.now[line.line]
    if line.amount is not None:
        part.amount = line.amount
    if line.end is not None:
        part.end = line.end
    if line.quantity_e6 is not None:
        row.quantity_now = line.quantity_e6
    amounts = [p.amount for p in row.now.values()]
    total = None if None in amounts or line.amount is None else sum(a for a in amounts if a is not None)
    ends = [p.end for p in row.now.values() if p.end is not None]
    return total, max(ends) if line.end is not None and ends else None
