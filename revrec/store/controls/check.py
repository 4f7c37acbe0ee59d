"""What a control check is asked, and what it answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from sqlalchemy import select
from sqlmodel import Session

from revrec.store.core import contract, obligation, sales_order

SHOWN = 20
"""How many violating rows an answer names; it counts them all."""

Status = Literal["PASS", "FAIL", "NOT READ"]


@dataclass(frozen=True)
class Violation:
    """One row, or group of rows, that breaks the rule. `where` names it, `message` says what stands on both sides."""

    where: str
    message: str


@dataclass(frozen=True)
class Sum:
    """Both sides of a check in total, minor units of `currency`, or counts where it has none."""

    what: str
    currency: str
    left: int
    right: int


@dataclass(frozen=True)
class ControlResult:
    """What a check found. `checked`: how many rows or groups were compared; `violations`: how many do not agree."""

    name: str
    compares: str
    status: Status
    checked: int = 0
    violations: int = 0
    first: tuple[Violation, ...] = ()
    sums: tuple[Sum, ...] = ()


@dataclass(frozen=True)
class ClosedPeriod:
    """A standing close, with the standing one before it."""

    id: int
    period: str
    previous: int | None
    last_day: date
    closed_at: datetime | None
    begun_at: datetime | None


@dataclass(frozen=True)
class Scope:
    """The closes that a run of the checks looks at, oldest first, and the ids of those that stand before them."""

    closes: tuple[ClosedPeriod, ...]
    before: tuple[int, ...] = ()


@dataclass
class Findings:
    """Collects what a check finds; names the first rows only."""

    name: str
    compares: str
    checked: int = 0
    violations: int = 0
    first: list[Violation] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)

    def violate(self, where: str, message: str) -> None:
        self.violations += 1
        if len(self.first) < SHOWN:
            self.first.append(Violation(where, message))

    def result(self) -> ControlResult:
        status: Status = "FAIL" if self.violations else "PASS"
        return ControlResult(
            self.name,
            self.compares,
            status,
            self.checked,
            self.violations,
            tuple(self.first),
            tuple(self.sums),
        )


def contract_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """`contract 4711` by our id, for the rows that are named."""
    rows = session.execute(select(contract.c.id, contract.c.number).where(contract.c.id.in_(_some(ids))))
    return {key: f"contract {number}" for key, number in rows}


def obligation_names(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """`order line SO-1/2` by our id, for the rows that are named."""
    o, order = obligation.c, sales_order.c
    rows = session.execute(
        select(o.id, order.number, o.line_external_id)
        .join(sales_order, order.id == o.order_id)
        .where(o.id.in_(_some(ids)))
    )
    return {key: f"order line {number}/{line}" for key, number, line in rows}


def _some(ids: Iterable[int]) -> Sequence[int]:
    return list(dict.fromkeys(one for one in ids if one is not None))[:SHOWN]
