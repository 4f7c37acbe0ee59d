"""The rows from which a booked amount follows: as a close wrote them, or as it would write them now."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, Table, func, select
from sqlmodel import Session

from revrec.store.books.prior import standing_closes
from revrec.store.core import (
    allocation,
    billing_split,
    booked,
    ledger_transfer,
    period_close,
    treatment_taken,
    waiting_item,
)

Row = dict[str, Any]


@dataclass(frozen=True)
class ExplainedRows:
    """Everything kept about one obligation in one period, columns as in the tables.

    `allocations`: the whole contract's, as they stood. `booked`: None where nothing moved. `before`: the last booking
    of an earlier period. `splits`: where billing lines stood, one a document line. `settings`: the policy that the
    period closed under.
    """

    obligation: int
    period: str
    closed: bool
    settings: Row
    allocations: list[Row]
    booked: Row | None
    before: Row | None
    transfers: list[Row] = field(default_factory=list)
    splits: list[Row] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
    """Order version -> why it was accounted for as it was."""


def stored_rows(
    session: Session, obligation: int, period: str, close_id: int, contract: int
) -> ExplainedRows:
    """What the standing close of a period, and those before it, wrote."""
    p, b, t, w = period_close.c, booked.c, ledger_transfer.c, waiting_item.c
    through = standing_closes().where(p.period <= period)
    settings = session.execute(select(p.policy).where(p.id == close_id)).scalar_one()
    here = _rows(session, _of(booked).where(b.obligation_id == obligation, b.period_close_id == close_id))
    earlier = (
        _of(booked)
        .where(b.obligation_id == obligation, b.period_close_id.in_(through), b.period_close_id != close_id)
        .order_by(b.id.desc())
        .limit(1)
    )
    before = _rows(session, earlier)
    return ExplainedRows(
        obligation=obligation,
        period=period,
        closed=True,
        settings=dict(settings or {}),
        allocations=_allocations(session, contract, through),
        booked=here[0] if here else None,
        before=before[0] if before else None,
        transfers=_rows(
            session,
            _of(ledger_transfer)
            .where(t.obligation_id == obligation, t.period_close_id == close_id)
            .order_by(t.id),
        ),
        splits=_splits(session, obligation, contract, through),
        waiting=_rows(
            session,
            _of(waiting_item).where(w.obligation_id == obligation, w.period_close_id == close_id),
        ),
        reasons=_reasons(session, through),
    )


def last_booked(session: Session, obligation: int) -> Row | None:
    """The newest booking of an obligation that stands."""
    b = booked.c
    rows = _rows(
        session,
        _of(booked)
        .where(b.obligation_id == obligation, b.period_close_id.in_(standing_closes()))
        .order_by(b.id.desc())
        .limit(1),
    )
    return rows[0] if rows else None


def _of(table: Table) -> Select[Any]:
    return select(*table.c)


def _rows(session: Session, statement: Select[Any]) -> list[Row]:
    return [dict(row) for row in session.execute(statement).mappings()]


def _allocations(session: Session, contract: int, through: Select[Any]) -> list[Row]:
    a = allocation.c
    newest = (
        select(func.max(a.id))
        .where(a.contract_id == contract, a.period_close_id.in_(through))
        .group_by(a.obligation_id)
    )
    return _rows(session, _of(allocation).where(a.id.in_(newest)).order_by(a.obligation_id))


def _splits(session: Session, obligation: int, contract: int, through: Select[Any]) -> list[Row]:
    """Found by the contract, of which there is an index: what bills an obligation is booked with its contract."""
    s = billing_split.c
    return _rows(
        session,
        select(
            s.document_id,
            s.line_id,
            func.sum(s.amount_minor).label("amount_minor"),
            func.sum(s.base_minor).label("base_minor"),
        )
        .where(s.contract_id == contract, s.obligation_id == obligation, s.period_close_id.in_(through))
        .group_by(s.document_id, s.line_id)
        .order_by(s.document_id, s.line_id),
    )


def _reasons(session: Session, through: Select[Any]) -> dict[int, str]:
    t = treatment_taken.c
    rows = session.execute(
        select(t.order_version_id, t.reason).where(t.period_close_id.in_(through)).order_by(t.id)
    )
    return {key: reason for key, reason in rows}
