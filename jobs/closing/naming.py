"""Findings of the core in the words of those who have to act: its ids of lines and changes become numbers of orders."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlmodel import Session

from revrec.accounting.problem import Problem
from revrec.store.core import obligation, order_version, sales_order

NAMED = 500
"""At most so many lines and versions are named: who has more findings than that reads the first."""
_ONE = re.compile(r"(obligation|modification) (\d+)\Z")


def with_names(session: Session, problems: Sequence[Problem]) -> list[Problem]:
    """The problems, those about one line of an order, or one version that changed it, named by them."""
    found = {problem.where: _ONE.match(problem.where) for problem in problems}
    wanted: dict[str, set[int]] = {"obligation": set(), "modification": set()}
    for match in found.values():
        if match:
            wanted[match[1]].add(int(match[2]))
    names = {
        "obligation": _lines(session, wanted["obligation"]),
        "modification": _versions(session, wanted["modification"]),
    }
    named = []
    for problem in problems:
        match = found[problem.where]
        name = names[match[1]].get(int(match[2])) if match else None
        if match and name:
            spoken = re.compile(rf"\b{match[1]} {match[2]}\b", re.IGNORECASE)
            message = spoken.sub(name, problem.message)
            problem = replace(problem, where=name, message=message[:1].upper() + message[1:])
        named.append(problem)
    return named


def _lines(session: Session, ids: Iterable[int]) -> dict[int, str]:
    some = sorted(ids)[:NAMED]
    if not some:
        return {}
    line, order = obligation.c, sales_order.c
    rows = session.execute(
        select(line.id, line.line_external_id, order.number)
        .join(sales_order, order.id == line.order_id)
        .where(line.id.in_(some))
    )
    return {key: f"line {own} of order {number}" for key, own, number in rows}


def _versions(session: Session, ids: Iterable[int]) -> dict[int, str]:
    some = sorted(ids)[:NAMED]
    if not some:
        return {}
    version, order = order_version.c, sales_order.c
    rows = session.execute(
        select(version.id, version.number, order.number)
        .join(sales_order, order.id == version.order_id)
        .where(version.id.in_(some))
    )
    return {key: f"version {number} of order {name}" for key, number, name in rows}
