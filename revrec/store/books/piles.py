"""Revenue booked under several segment sets: how much of it stands under each, as the ledger has it.

`booked` has one row a close and obligation; where revenue was taken back its one segment set is not the whole story.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, case, func, or_, select
from sqlmodel import Session

from revrec.accounting.terms import Role
from revrec.store.core import booked, ledger_transfer

REVENUE = Role.REVENUE.name.lower()


def with_piles(
    session: Session, rows: Sequence[tuple[Any, ...]], closes: Select[Any]
) -> list[tuple[Any, ...]]:
    """Rows of booked revenue (obligation, amount, base amount, order version, segment set), oldest first within an
    obligation; those of obligations that have several, by what their ledger rows say of each set.

    `closes`: ids of the closes that count. An obligation whose ledger rows add up to something else keeps its rows.
    """
    keys = [row[0] for row in rows]
    several = {key for key, following in pairwise(keys) if key == following}
    if not several:
        return list(rows)
    held: dict[int, list[tuple[Any, ...]]] = {}
    for row in rows:
        if row[0] in several:
            held.setdefault(row[0], []).append(tuple(row))
    for key, pile in _piles(session, closes).items():
        if key in held and _sums(pile) == _sums(held[key]):
            held[key] = [(key, amount, base, held[key][-1][3], each) for _, amount, base, _, each in pile]
    others = [row for row in rows if row[0] not in several]
    return sorted([*others, *(row for mine in held.values() for row in mine)], key=lambda row: row[0])


def _piles(session: Session, closes: Select[Any]) -> dict[int, list[tuple[Any, ...]]]:
    """The ledger's revenue by obligation and segment set, in the order in which sets were last booked with, of
    obligations that booked under several."""
    b, t = booked.c, ledger_transfer.c
    mixed = (
        select(b.obligation_id, func.min(b.contract_id).label("contract_id"))
        .where(b.period_close_id.in_(closes))
        .group_by(b.obligation_id)
        .having(func.min(func.coalesce(b.segment_set_id, 0)) != func.max(func.coalesce(b.segment_set_id, 0)))
        .cte("mixed")
    )
    credited = t.credit_role == REVENUE
    gained = case((credited, t.amount_minor), else_=-t.amount_minor)
    base = case((credited, t.base_minor), else_=-t.base_minor)
    found = session.execute(
        select(
            t.obligation_id,
            func.sum(gained).label("amount"),
            func.sum(base).label("base"),
            func.max(case((credited, t.id), else_=0)).label("last"),
            t.segment_set_id,
        )
        .join(mixed, (mixed.c.contract_id == t.contract_id) & (mixed.c.obligation_id == t.obligation_id))
        .where(t.period_close_id.in_(closes), or_(credited, t.debit_role == REVENUE))
        .group_by(t.obligation_id, t.segment_set_id)
        .order_by(t.obligation_id, "last")
    )
    piles: dict[int, list[tuple[Any, ...]]] = {}
    for key, amount, base_amount, last, segments in found:
        if amount or base_amount:
            piles.setdefault(key, []).append((key, int(amount), int(base_amount), last, segments))
    return piles


def _sums(pile: Sequence[tuple[Any, ...]]) -> tuple[int, int]:
    return sum(int(row[1]) for row in pile), sum(int(row[2]) for row in pile)
