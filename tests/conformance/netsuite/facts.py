"""A fact about NetSuite's REST web services: what it says, who says so, and a case that shows it.

    @fact("A page has 1,000 rows unless fewer are asked for.", help_page("section_156414087576"))
    def _(account): ...

A case takes the account; one that also takes the side door (`sim`) sets the account up in ways that a real one cannot
be, and runs against a stand-in only. `writes` marks cases that leave journals behind.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

Case = Callable[..., None]


@dataclass(frozen=True)
class Fact:
    """One fact. `area` is the module that tells it."""

    area: str
    says: str
    source: str
    case: Case
    writes: bool

    @property
    def needs_side_door(self) -> bool:
        """Whether only a stand-in can be brought to show it."""
        return "sim" in inspect.signature(self.case).parameters

    def show(self, account: Any, sim: Any = None) -> None:
        """Run the case: raises AssertionError where the account behaves otherwise."""
        if self.needs_side_door:
            self.case(account, sim)
        else:
            self.case(account)


FACTS: list[Fact] = []


def fact(says: str, source: str, *, writes: bool = False) -> Callable[[Case], Case]:
    """Register a case."""

    def register(case: Case) -> Case:
        FACTS.append(Fact(case.__module__.rpartition(".")[2], says, source, case, writes))
        return case

    return register


def values(source: str, *rows: tuple[str, str, str | None]) -> None:
    """Facts of the form: this expression comes out as that text. Rows are (says, expression, expected)."""
    area = _area(sys._getframe(1))
    for says, expression, expected in rows:
        FACTS.append(Fact(area, says, source, _value_case(expression, expected), writes=False))


def refused(source: str, *rows: tuple[str, str]) -> None:
    """Facts of the form: this query is not executed. Rows are (says, query)."""
    area = _area(sys._getframe(1))
    for says, query in rows:
        FACTS.append(Fact(area, says, source, _refused_case(query), writes=False))


def _area(caller: FrameType) -> str:
    """The module that states the facts."""
    return str(caller.f_globals["__name__"]).rpartition(".")[2]


def _value_case(expression: str, expected: str | None) -> Case:
    def case(account: Any) -> None:
        (row,) = account.rows(f"SELECT {expression} AS v, 'row' AS r FROM dual")
        assert row.get("v") == expected, f"{expression} is {row.get('v')!r}, not {expected!r}"

    return case


def _refused_case(query: str) -> Case:
    def case(account: Any) -> None:
        reply = account.query(query)
        assert reply.status_code == 400, f"{query} was answered with {reply.status_code}"
        assert account.code_of(reply) == "INVALID_PARAMETER"

    return case


def help_page(name: str) -> str:
    """A page of Oracle's help for NetSuite."""
    return f"Oracle help, {name}"
